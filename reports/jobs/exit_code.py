"""Runs a job and returns its exit code; errors become sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matrix.errors import LoadmatrixError
from matrix.files import what_failed
from reports.output import echo, log_shown, split_verbosity
from reports.workflow_commands import commands_stopped

Job = Callable[[Sequence[str]], int]


def exit_code_of(job: Job, arguments: Sequence[str] = (), *, prints_json: bool = False) -> int:
    """Run a job with the arguments of a call, and show as much of its log as these ask for.

    `prints_json` says that standard output is a document, as `--json` does.
    """
    verbosity, others = split_verbosity(arguments)
    # Names of files and models are in what every job prints, and in its errors.
    with commands_stopped(prints_json or "--json" in others), log_shown(verbosity):
        try:
            return job(others)
        except LoadmatrixError as error:
            echo(f"loadmatrix: {error}", error=True)
            return error.exit_code
        except OSError as error:
            # A run adds that it can be continued.
            notes = getattr(error, "__notes__", ())
            echo(" ".join([f"loadmatrix: {what_failed(error)}", *notes]), error=True)
            return LoadmatrixError.exit_code

"""Runs a job and returns its exit code; errors become sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matrix.errors import LoadmatrixError
from matrix.files import what_failed
from reports.output import echo, log_shown, split_verbosity
from reports.workflow_commands import commands_stopped, tell_failed

Job = Callable[[Sequence[str]], int]


def exit_code_of(
    job: Job, arguments: Sequence[str] = (), *, prints_json: bool = False, is_part: bool = False
) -> int:
    """Run a job with the arguments of a call, and show as much of its log as these ask for.

    `prints_json` says that standard output is a document, as `--json` does. `is_part` says that it
    is a part of another job, which tells its caller what failed.
    """
    tell = _only_print if is_part else told
    verbosity, others = split_verbosity(arguments)
    # Names of files and models are in what every job prints, and in its errors.
    with commands_stopped(prints_json or "--json" in others), log_shown(verbosity):
        try:
            return job(others)
        except LoadmatrixError as error:
            tell(str(error))
            return error.exit_code
        except OSError as error:
            # A run adds that it can be continued.
            notes = getattr(error, "__notes__", ())
            tell(" ".join([what_failed(error), *notes]))
            return LoadmatrixError.exit_code


def told(sentence: str) -> None:
    """Tell why a job has failed, wherever people look for it."""
    _only_print(sentence)
    tell_failed(sentence)


def _only_print(sentence: str) -> None:
    echo(f"loadmatrix: {sentence}", error=True)

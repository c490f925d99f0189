"""Runs a job and returns its exit code; errors become sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matrix.errors import LoadmatrixError
from reports.output import echo, log_shown, split_verbosity

Job = Callable[[Sequence[str]], int]


def exit_code_of(job: Job, arguments: Sequence[str] = ()) -> int:
    """Run a job with the arguments of a call, and show as much of its log as these ask for."""
    verbosity, others = split_verbosity(arguments)
    with log_shown(verbosity):
        try:
            return job(others)
        except LoadmatrixError as error:
            echo(f"loadmatrix: {error}", error=True)
            return error.exit_code
        except OSError as error:
            # A full disk, a folder that may not be written: the system says it best.
            message = (
                f"loadmatrix: {error}. The operating system reported this error. Fix its cause "
                "and run again."
            )
            echo(message, error=True)
            return LoadmatrixError.exit_code

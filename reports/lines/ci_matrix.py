"""The command line of `ci-matrix`, which divides a run into jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matrix.errors import UsageError
from matrix.options.command_line.declared import on_the_line, words_of
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import Option

# Jobs of one generated matrix on GitHub.
MOST_JOBS = 256
_MINUTES = 30
_JOBS, _LONGEST = "max-jobs", "job-minutes"
_OWN = {
    _JOBS: Option(
        name=_JOBS, kind=int, value="N", help=f"jobs at the most ({MOST_JOBS}, as GitHub takes)"
    ),
    _LONGEST: Option(
        name=_LONGEST,
        kind=int,
        value="MINUTES",
        help=f"what the longest job should take at the most ({_MINUTES})",
    ),
}


def ci_matrix_line() -> Line:
    """The command line: that of a run, and how to divide it."""
    return Line("ci-matrix", {**_OWN, **on_the_line(Options)}, words_of(Options))


def bounds_of(given: Mapping[str, Any]) -> tuple[int, int]:
    """How many jobs there may be, and how many minutes each may take.

    Raises:
        UsageError: there could be none.
    """
    most, minutes = given.get("max_jobs", MOST_JOBS), given.get("job_minutes", _MINUTES)
    for name, number in ((_JOBS, most), (_LONGEST, minutes)):
        if number < 1:
            raise UsageError(f"--{name} must be 1 or more, not {number}.")
    return most, minutes

"""What explains a verdict: the same few values for every verdict."""

from __future__ import annotations

from dataclasses import dataclass

from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where outputs disagree: the largest absolute and relative difference, where there is one."""

    output: str
    max_abs_diff: float | None
    explanation: str
    max_rel_diff: float | None = None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The largest differences of outputs, all of them within tolerance."""

    max_abs_diff: float
    max_rel_diff: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a verdict rests on; whatever it does not rest on is `None` or empty.

    `error` is the exception that was raised, `exit` how the process died. `difference` is how far
    the outputs are from those of the cell `compared_with`, or `agreement` how well they agree.
    `group` is the number of the cells that answer alike. `reason` says in words why there is no
    answer, `note` what is to be said besides.
    """

    error: ErrorRecord | None = None
    exit: ProcessExit | None = None
    difference: Difference | None = None
    compared_with: str | None = None
    agreement: Agreement | None = None
    group: int | None = None
    reason: str | None = None
    note: str = ""

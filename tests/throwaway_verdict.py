"""A verdict that no release has: all that a new verdict needs, for the test that counts it.

The class belongs into `matrix/results/verdicts.py`, the rule into `check_verdict.py` beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matrix.catalogue.cell import Cell
from matrix.results.evidence import Evidence
from matrix.results.verdict import CaseOutcome, Verdict
from matrix.run.probe_output.events import CheckRecord

_MOST_MB = 9000


def define() -> tuple[type[Verdict], Callable[[CheckRecord, Cell], Verdict | None]]:
    """Add the verdict to the register; with it comes the rule that concludes it."""

    @dataclass(frozen=True, kw_only=True)
    class Swells(Verdict):
        """Loaded, but it keeps more memory than any model needs."""

        word = "swells"
        order = 25
        symbol = "◇"
        tone = "warn"
        meaning = "loaded; it keeps too much memory"
        answer = True
        is_answer = True
        outcome = CaseOutcome.FAILURE

        megabytes: int

        @property
        def evidence(self) -> Evidence:
            return Evidence(reason=f"it kept {self.megabytes} MB")

    def swells(record: CheckRecord, _cell: Cell) -> Verdict | None:
        too_much = record.loaded and (record.peak_mb or 0) > _MOST_MB
        return Swells(megabytes=record.peak_mb or 0) if too_much else None

    return Swells, swells

"""The causes that a page names: what each means, how to tell it from others, what helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.causes.neighbours.all import neighbours_of
from reports.causes.neighbours.pair import Pair
from reports.report.cause import Cause
from reports.report.model_report import ModelReport


@dataclass(frozen=True, kw_only=True)
class About:
    """A cause, and the pairs it makes with those that look like it."""

    cause: Cause
    pairs: tuple[Pair, ...]

    @property
    def anchor(self) -> str:
        """The address within the page; no model has a colon in its own."""
        return f"cause:{self.cause.value}"


def occurring(models: Sequence[ModelReport]) -> list[About]:
    """All causes that occur, in the order of their list."""
    checks = (check for model in models for cell in model.cells for check in cell.checks)
    found = [check.diagnosis for check in checks if check.diagnosis]
    alternatives = {other.cause for diagnosis in found for other in diagnosis.alternatives}
    causes = {diagnosis.cause for diagnosis in found} | alternatives
    return [_about(cause) for cause in Cause if cause in causes]


def _about(cause: Cause) -> About:
    return About(
        cause=cause, pairs=tuple(pair for _, some in neighbours_of(cause) for pair in some)
    )

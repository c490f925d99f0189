"""What a run has said so far of each model in each cell, loader by loader. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from matrix.plan.plan import Plan
from matrix.results.conclude import conclude_uncompared
from matrix.results.result import CellResult
from matrix.run.outcome import Outcome


def answers(
    plan: Plan, outcomes: Mapping[str, Outcome | None]
) -> dict[tuple[int, str], dict[str, bool | None]]:
    """For each model and cell that was tested: whether each loader loaded it; `None` is no answer.

    A loader is as good as the best of its variants.
    """
    found = {}
    for number in range(len(plan.models)):
        for result in conclude_uncompared(plan, number, outcomes).cells:
            outcome = outcomes.get(result.cell.id)
            if outcome and outcome.tested(number):
                found[number, result.cell.id] = _by_loader(result)
    return found


def _by_loader(result: CellResult) -> dict[str, bool | None]:
    said: dict[str, bool | None] = {}
    for check in result.checks:
        if check.verdict.applies:
            loads = check.verdict.loads
            said[check.loader] = max(said.get(check.loader), loads, key=_WORTH.index)
    return said


# No answer is less than the answer that a variant does not load, and that less than that one does.
_WORTH = (None, False, True)

"""What a finished cell found, in a few words: concluded from its outcome alone. Pure.

Outputs are compared when all cells are known, so `runs` may yet become `differs` in the report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from matrix.plan.loaders import is_usual
from matrix.plan.plan import Plan
from matrix.results.conclude import conclude_uncompared
from matrix.results.result import CellResult, CheckResult
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.shown import on_one_line

_MOST = 120


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a cell found: `verdict` is its best, `words` say it for each loader, or each model."""

    verdict: type[Verdict]
    words: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return ", ".join(self.words)


def found_in(plan: Plan, outcome: Outcome) -> Found:
    """What the outcome of a cell says of every model that is tested there."""
    planned = plan.cell(outcome.cell)
    alone = replace(plan, cells=(planned,))
    concerned = [
        number
        for number in range(len(plan.models))
        if planned.concerns(number) and outcome.tested(number)
    ]
    results = [
        conclude_uncompared(alone, number, {outcome.cell: outcome}).cells[0]
        for number in concerned
        if len(concerned) == 1 or _is_tried(plan, outcome.cell, number)
    ]
    if not results:
        return Found(verdict=Verdict, words=("nothing to test",))
    best = min((cell.verdict for cell in results), key=lambda verdict: verdict.rank)
    words = _by_loader(results[0]) if len(results) == 1 else _by_model(results)
    return Found(verdict=type(best), words=words)


def _is_tried(plan: Plan, cell: str, number: int) -> bool:
    return any(check.model == number for check in plan.cell(cell).checks)


def _by_loader(cell: CellResult) -> tuple[str, ...]:
    """The best verdict of each loader; of a cell without any, why there is none."""
    loaders = list(dict.fromkeys(check.loader for check in cell.checks))
    every = [best for loader in loaders if (best := cell.best(loader)) is not None]
    able = [check for check in every if check.verdict.applies]
    if able and _is_one([check.verdict for check in able]):
        return (_with_reason(able[0].verdict),)
    return tuple(f"{check.loader} {_word(check)}" for check in able or every)


def _by_model(cells: list[CellResult]) -> tuple[str, ...]:
    """Each verdict with the number of models that have it, the best first."""
    if _is_one([cell.verdict for cell in cells]):
        return (_with_reason(cells[0].verdict),)
    kinds = Counter(type(cell.verdict) for cell in cells)
    ordered = sorted(kinds.items(), key=lambda each: each[0].order)
    (kind, first), *others = ordered
    noun = "model" if first == 1 else "models"
    return (f"{kind.word}: {first} {noun}", *(f"{other.word}: {n}" for other, n in others))


def _is_one(every: list[Verdict]) -> bool:
    """Whether all have no answer for one and the same reason."""
    return not every[0].is_answer and all(verdict == every[0] for verdict in every)


def _with_reason(verdict: Verdict) -> str:
    evidence = verdict.evidence
    reason = evidence.reason or (evidence.exit.detail if evidence.exit else "")
    said = f"{verdict.word}: {reason}" if reason else verdict.word
    line = on_one_line(said.split("\n")[0])
    return line if len(line) <= _MOST else f"{line[:_MOST]}…"


def _word(check: CheckResult) -> str:
    """A verdict with what makes it different from what one would expect."""
    verdict = check.verdict
    if ended := verdict.evidence.exit:
        return f"{verdict.word} ({on_one_line(ended.detail)})"
    if verdict.is_load and not is_usual(check.loader, check.variant):
        return f"{verdict.word} ({on_one_line(str(check.variant))})"
    return verdict.word

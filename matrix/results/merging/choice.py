"""Which of several runs each cell of a model is taken from, and where they contradict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matrix.results.conclude import conclude_uncompared
from matrix.results.merging.stored_run import StoredRun
from matrix.results.result import CellResult
from matrix.results.verdicts import NotRun, Predicted, Unavailable, Verdict

_Answers = Mapping[tuple[str, str | None], Verdict]
# What says less of a model than any attempt to test it, from the least on.
_NO_ATTEMPTS = (NotRun, Unavailable, Predicted)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """For each model the number of the run that each of its cells is taken from, by cell.

    `contradictions` are sentences by model: two runs gave opposite answers, so neither is believed.
    """

    runs: Sequence[Mapping[str, int]]
    contradictions: Mapping[int, str] = field(default_factory=dict)


def choose(runs: Sequence[StoredRun]) -> Choice:
    """Choose among runs whose models have the same numbers.

    The run with more answers wins, of them those on whether the model loads first. Then one that
    tested the model, then one that predicts it, then one that could not test it; one in which it
    was not run there yields to all of them. Then one that ran the cell, then one that measured
    anew, then the newer.
    """
    chosen: list[Mapping[str, int]] = []
    contradictions: dict[int, str] = {}
    said = [_said(run, _shared(runs)) for run in runs]
    for model in range(len(runs[0].plan.models)):
        mine: dict[str, int] = {}
        for cell, numbers in _having(runs, model).items():
            if len(numbers) > 1:
                told = {number: said[number].get((model, cell)) for number in numbers}
                if sentence := _contradiction(told, runs, cell):
                    contradictions.setdefault(model, sentence)
                mine[cell] = max(numbers, key=_worth(told, runs, model, cell))
            else:
                mine[cell] = numbers[0]
        chosen.append(mine)
    return Choice(runs=chosen, contradictions=contradictions)


def _having(runs: Sequence[StoredRun], model: int) -> Mapping[str, list[int]]:
    """The cells of a model, each with the runs that planned it for this model."""
    having: dict[str, list[int]] = {}
    for number, run in enumerate(runs):
        for planned in run.plan.cells:
            if planned.concerns(model):
                having.setdefault(planned.cell.id, []).append(number)
    return having


def _shared(runs: Sequence[StoredRun]) -> set[str]:
    """The cells that more than one run has: only of these anything is to be chosen."""
    seen: set[str] = set()
    twice: set[str] = set()
    for run in runs:
        cells = {planned.cell.id for planned in run.plan.cells}
        twice |= seen & cells
        seen |= cells
    return twice


def _said(run: StoredRun, cells: set[str]) -> Mapping[tuple[int, str], CellResult]:
    """What a run alone knows of its models in some cells."""
    mine = tuple(planned for planned in run.plan.cells if planned.cell.id in cells)
    alone = replace(run.plan, cells=mine)
    return {
        (number, cell.cell.id): cell
        for number in range(len(alone.models))
        for cell in conclude_uncompared(alone, number, run.outcomes).cells
    }


def _answers(cell: CellResult | None) -> _Answers:
    """What is known of a model in a cell, by loader and variant."""
    return {
        (check.loader, check.variant.label): check.verdict
        for check in (cell.checks if cell else ())
        if check.verdict.is_answer
    }


def _contradiction(
    told: Mapping[int, CellResult | None], runs: Sequence[StoredRun], cell: str
) -> str:
    """The sentence on two runs of which one says that the model loads, and the other that not."""
    answers = [(runs[number].name, _answers(said)) for number, said in told.items()]
    for (first, some), (second, others) in _pairs(answers):
        for check in some.keys() & others.keys():
            # What took too long or too much on one machine may well load on another.
            if {some[check].loads, others[check].loads} == {True, False}:
                return (
                    f"{first} and {second} contradict each other in {cell}: {check[0]} "
                    f"{some[check].word} in the first and {others[check].word} in the second. "
                    "Merge only one of the two."
                )
    return ""


def _pairs(
    answers: Sequence[tuple[str, _Answers]],
) -> Iterator[tuple[tuple[str, _Answers], tuple[str, _Answers]]]:
    """Each with each later one."""
    for number, first in enumerate(answers):
        for second in answers[number + 1 :]:
            yield first, second


def _worth(
    told: Mapping[int, CellResult | None], runs: Sequence[StoredRun], model: int, cell: str
) -> Callable[[int], tuple[int, int, int, bool, bool, float]]:
    """How much a run says of a model in a cell: the key to choose by."""

    def worth(number: int) -> tuple[int, int, int, bool, bool, float]:
        said, run = told[number], runs[number]
        outcome = run.outcomes.get(cell)
        reused = outcome.reused.get(model) if outcome else None
        measured_at = run.started.timestamp() if reused is None else reused
        # What no loader applies to takes the cell from the run that ran it, as the other models do.
        answers = _answers(said)
        decided = sum(verdict.loads is not None for verdict in answers.values())
        return (
            *(decided, len(answers), _attempt(said)),
            *(outcome is not None, reused is None, measured_at),
        )

    return worth


def _attempt(said: CellResult | None) -> int:
    """How near to a test of the model it is, whatever came of that."""
    if said is None:
        return 0
    kinds = (n for n, kind in enumerate(_NO_ATTEMPTS) if isinstance(said.verdict, kind))
    return next(kinds, len(_NO_ATTEMPTS))

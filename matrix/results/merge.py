"""Several stored runs of the same models drawn together into one, as if run at once. Pure.

Only plans and outcomes are merged: everything concluded from them, comparisons above all, is
concluded anew over all cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from matrix.errors import UsageError
from matrix.model.facts import ModelFacts
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.untested import Untested
from matrix.results.conclude import conclude_uncompared
from matrix.results.verdicts import Verdict, is_answer, is_load
from matrix.run.store import Outcome


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run as it was stored; `name` is what to call it in a sentence.

    `folders` has the folder of each cell, `inputs` the files that each model was fed.
    """

    name: str
    plan: Plan
    outcomes: Mapping[str, Outcome | None]
    folders: Mapping[str, Path]
    inputs: Sequence[Sequence[Path]]
    started: datetime
    seconds: float
    complete: bool


def merge(runs: Sequence[StoredRun]) -> StoredRun:
    """One run of all the cells. A cell of several runs is taken from the one that says most.

    Raises:
        UsageError: the runs are not of the same models, or contradict each other.
    """
    first = runs[0]
    same = [_like(run, first) for run in runs]
    chosen: dict[str, StoredRun] = {}
    for run in same:
        for planned in run.plan.cells:
            name = planned.cell.id
            chosen[name] = _better(chosen[name], run, name) if name in chosen else run
    cells = [run.plan.cell(name) for name, run in chosen.items()]
    plan = replace(
        first.plan,
        cells=tuple(sorted(cells, key=lambda planned: planned.cell.age)),
        order=tuple(name for name, run in chosen.items() if name in run.plan.order),
        untested=tuple(_untested(runs)),
    )
    return StoredRun(
        name=" and ".join(run.name for run in runs),
        plan=plan,
        outcomes={name: run.outcomes.get(name) for name, run in chosen.items()},
        folders={name: run.folders[name] for name, run in chosen.items()},
        inputs=first.inputs,
        started=min(run.started for run in runs),
        seconds=sum(run.seconds for run in runs),
        complete=all(run.complete for run in runs),
    )


def _like(run: StoredRun, first: StoredRun) -> StoredRun:
    """The same run, with its models numbered as those of the first."""
    numbers = _numbers(run.plan.models, first.plan.models)
    if numbers is None:
        raise UsageError(
            f"{run.name} and {first.name} are not runs of the same models: the SHA-256 checksums "
            "of the models differ. Merge only runs of the same models."
        )
    if replace(run.plan.numerics, inputs=None) != replace(first.plan.numerics, inputs=None):
        raise UsageError(
            f"{run.name} and {first.name} have different signatures or tolerances. Merge only "
            "runs with the same options."
        )
    if _trust(run) != _trust(first):
        raise UsageError(
            f"{run.name} and {first.name} have different --custom-objects or --allow-lambda "
            "options. Merge only runs with the same options."
        )
    cells = tuple(_planned(planned, numbers) for planned in run.plan.cells)
    outcomes = {name: one and _outcome(one, numbers) for name, one in run.outcomes.items()}
    plan = replace(first.plan, cells=cells, order=run.plan.order)
    return replace(run, plan=plan, outcomes=outcomes)


def _untested(runs: Sequence[StoredRun]) -> Iterator[Untested]:
    """The models that could not be tested, each once, at their place in the first run."""
    told: set[str] = set()
    for run in runs:
        for one in run.plan.untested:
            if one.path not in told:
                told.add(one.path)
                yield one


def _trust(run: StoredRun) -> tuple[object, ...]:
    """The Python that a run had at hand; where it lay does not matter."""
    custom = run.plan.custom_objects
    return custom and (custom.name, custom.sha256), run.plan.allow_lambda


def _numbers(found: Sequence[ModelFacts], wanted: Sequence[ModelFacts]) -> dict[int, int] | None:
    """Each model by the number of the same one in another run, `None` where they are not the same.

    Of several with the same bytes those whose paths end alike are the same: what loads a file may
    go by its name.
    """
    if sorted(one.sha256 for one in found) != sorted(one.sha256 for one in wanted):
        return None
    pairs = [
        (-_alike(one.shown, other.shown), number, place)
        for number, one in enumerate(found)
        for place, other in enumerate(wanted)
        if one.sha256 == other.sha256
    ]
    numbers: dict[int, int] = {}
    for _, number, place in sorted(pairs):
        if number not in numbers and place not in numbers.values():
            numbers[number] = place
    return numbers


def _alike(one: str, other: str) -> int:
    """How many parts two paths have in common, from their ends; machines keep models elsewhere."""
    ends = (reversed(path.replace("\\", "/").split("/")) for path in (one, other))
    return sum(
        1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
    )


def _planned(planned: PlannedCell, numbers: Mapping[int, int]) -> PlannedCell:
    """In the order of the models as they are numbered now, as if they had been named so."""
    checks = [_check(check, numbers) for check in planned.checks]
    needs = [replace(need, model=numbers[need.model]) for need in planned.needs]
    models = planned.models
    return replace(
        planned,
        checks=tuple(sorted(checks, key=lambda check: check.model)),
        models=None if models is None else tuple(sorted(numbers[number] for number in models)),
        needs=tuple(sorted(needs, key=lambda need: need.model)),
    )


def _check(check: Check, numbers: Mapping[int, int]) -> Check:
    unless = _renumbered(check.unless, numbers) if check.unless else None
    return replace(check, model=numbers[check.model], unless=unless)


def _outcome(outcome: Outcome, numbers: Mapping[int, int]) -> Outcome:
    changed = tuple(sorted(numbers[number] for number in outcome.changed))
    seen = outcome.verification
    if seen:
        checks = {_renumbered(name, numbers): one for name, one in seen.checks.items()}
        seen = replace(seen, checks=checks)
    return replace(outcome, changed=changed, verification=seen)


def _renumbered(check: str, numbers: Mapping[int, int]) -> str:
    number, _, rest = check.partition(":")
    return f"{numbers[int(number)]}:{rest}"


def _better(one: StoredRun, other: StoredRun, name: str) -> StoredRun:
    """Which of two runs to take a cell from: more answers first, then the newer run."""
    found = [_answers(run, name) for run in (one, other)]
    for check in found[0].keys() & found[1].keys():
        if is_load(found[0][check]) != is_load(found[1][check]):
            raise UsageError(
                f"{one.name} and {other.name} contradict each other in {name}: {check[1]} "
                f"{found[0][check].word} in the first and {found[1][check].word} in the second. "
                "Merge only one of the two."
            )
    return max((one, other), key=lambda run: (len(_answers(run, name)), run.started))


def _answers(run: StoredRun, name: str) -> dict[tuple[int, str, str | None], Verdict]:
    """What a run alone knows of a cell, by model, loader and variant."""
    alone = replace(run.plan, cells=(run.plan.cell(name),))
    results = (conclude_uncompared(alone, one, run.outcomes) for one in range(len(alone.models)))
    return {
        (result.number, check.loader, check.variant): check.verdict
        for result in results
        for cell in result.cells
        for check in cell.checks
        if is_answer(check.verdict)
    }

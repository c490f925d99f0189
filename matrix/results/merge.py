"""Merges several stored runs of the same models into one. Pure.

Only plans and outcomes are merged: everything concluded from them, comparisons above all, is
concluded again over all cells.
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
from matrix.plan.prediction import Predictions
from matrix.plan.untested import Untested
from matrix.results.conclude import conclude_uncompared
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome


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
        run_order=tuple(name for name, run in chosen.items() if name in run.plan.run_order),
        loaders=_loaders(runs),
        untested=tuple(_untested(runs)),
        predictions=tuple(_predictions(chosen, len(first.plan.models))),
        fast=any(run.plan.fast and run.complete for run in runs),
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
            f"{run.name} and {first.name} have different --custom-objects, --allow-lambda or "
            "--trust options. Merge only runs with the same options."
        )
    names = _check_names(run.plan, numbers)
    cells = tuple(_planned(planned, numbers, names) for planned in run.plan.cells)
    outcomes = {
        cell: outcome and _outcome(outcome, numbers, names)
        for cell, outcome in run.outcomes.items()
    }
    given = run.plan.predictions
    predictions = {numbers[number]: said for number, said in enumerate(given)}
    plan = replace(
        first.plan,
        cells=cells,
        run_order=run.plan.run_order,
        predictions=tuple(predictions.get(number, ()) for number in range(len(numbers))),
    )
    return replace(run, plan=plan, outcomes=outcomes)


def _predictions(chosen: Mapping[str, StoredRun], models: int) -> Iterator[Predictions]:
    """What was predicted of each model, in each cell by the run that the cell is taken from."""
    for number in range(models):
        yield tuple(
            said
            for cell, run in chosen.items()
            for said in run.plan.predictions[number]
            if said.cell == cell
        )


def _loaders(runs: Sequence[StoredRun]) -> tuple[str, ...]:
    """The loaders that were asked for; none where one of the runs tried all."""
    asked = [run.plan.loaders for run in runs]
    return tuple(dict.fromkeys(itertools.chain(*asked))) if all(asked) else ()


def _untested(runs: Sequence[StoredRun]) -> Iterator[Untested]:
    """The models that could not be tested, each once, at their place in the first run."""
    told: set[str] = set()
    for run in runs:
        for model in run.plan.untested:
            if model.path not in told:
                told.add(model.path)
                yield model


def _trust(run: StoredRun) -> tuple[object, ...]:
    """The Python that a run had at hand; where it lay does not matter."""
    custom = run.plan.custom_objects
    return custom and (custom.name, custom.sha256), run.plan.allow_lambda, run.plan.trust


def _numbers(models: Sequence[ModelFacts], wanted: Sequence[ModelFacts]) -> dict[int, int] | None:
    """Each model by the number of the same one in another run, `None` where they are not the same.

    Of several with the same bytes those whose paths end alike are the same: what loads a file may
    go by its name.
    """
    if sorted(model.sha256 for model in models) != sorted(model.sha256 for model in wanted):
        return None
    pairs = [
        (-_alike(model.shown, other.shown), number, place)
        for number, model in enumerate(models)
        for place, other in enumerate(wanted)
        if model.sha256 == other.sha256
    ]
    numbers: dict[int, int] = {}
    for _, number, place in sorted(pairs):
        if number not in numbers and place not in numbers.values():
            numbers[number] = place
    return numbers


def _alike(path: str, other: str) -> int:
    """How many parts two paths have in common, from their ends; machines keep models elsewhere."""
    ends = (reversed(text.replace("\\", "/").split("/")) for text in (path, other))
    return sum(
        1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
    )


def _check_names(plan: Plan, numbers: Mapping[int, int]) -> dict[str, str]:
    """What the checks of a plan are called with the new numbers of their models."""
    return {
        check.id: replace(check, model=numbers[check.model]).id
        for planned in plan.cells
        for check in planned.checks
    }


def _planned(
    planned: PlannedCell, numbers: Mapping[int, int], names: Mapping[str, str]
) -> PlannedCell:
    """In the order of the models as they are numbered now, as if they had been named so."""
    checks = [_check(check, numbers, names) for check in planned.checks]
    needs = [replace(need, model=numbers[need.model]) for need in planned.needs]
    models = planned.models
    return replace(
        planned,
        checks=tuple(sorted(checks, key=lambda check: check.model)),
        models=None if models is None else tuple(sorted(numbers[number] for number in models)),
        needs=tuple(sorted(needs, key=lambda need: need.model)),
    )


def _check(check: Check, numbers: Mapping[int, int], names: Mapping[str, str]) -> Check:
    before = names.get(check.skip_if_loaded) if check.skip_if_loaded else None
    return replace(check, model=numbers[check.model], skip_if_loaded=before)


def _outcome(outcome: Outcome, numbers: Mapping[int, int], names: Mapping[str, str]) -> Outcome:
    changed = tuple(sorted(numbers[number] for number in outcome.changed))
    reused = {numbers[number]: time for number, time in outcome.reused.items()}
    seen = outcome.verification
    if seen:
        # What is not in the plan says nothing about it.
        checks = {names[name]: record for name, record in seen.checks.items() if name in names}
        seen = replace(seen, checks=checks)
    tested = None if outcome.models is None else tuple(sorted(numbers[n] for n in outcome.models))
    return replace(outcome, changed=changed, reused=reused, verification=seen, models=tested)


def _better(first: StoredRun, second: StoredRun, cell: str) -> StoredRun:
    """Which of two runs to take a cell from: more answers, then measured anew, then the newer."""
    answers, others = _answers(first, cell), _answers(second, cell)
    for check in answers.keys() & others.keys():
        if answers[check].is_load != others[check].is_load:
            raise UsageError(
                f"{first.name} and {second.name} contradict each other in {cell}: {check[1]} "
                f"{answers[check].word} in the first and {others[check].word} in the second. "
                "Merge only one of the two."
            )
    return max((first, second), key=lambda run: (len(_answers(run, cell)), *_measured(run, cell)))


def _measured(run: StoredRun, cell: str) -> tuple[bool, float]:
    """Whether a run measured all that it knows of a cell itself, and when that was measured."""
    outcome = run.outcomes.get(cell)
    reused = outcome.reused.values() if outcome else ()
    return not reused, min(reused, default=run.started.timestamp())


def _answers(run: StoredRun, name: str) -> dict[tuple[int, str, str | None], Verdict]:
    """What a run alone knows of a cell, by model, loader and variant."""
    alone = replace(run.plan, cells=(run.plan.cell(name),))
    results = (
        conclude_uncompared(alone, number, run.outcomes) for number in range(len(alone.models))
    )
    return {
        (result.number, check.loader, check.variant.label): check.verdict
        for result in results
        for cell in result.cells
        for check in cell.checks
        if check.verdict.is_answer
    }

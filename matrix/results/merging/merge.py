"""Merges several stored runs of the same models. Pure.

Only plans and outcomes are merged: everything concluded from them, comparisons above all, is
concluded again over all cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from matrix.errors import UsageError
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import Predictions
from matrix.plan.untested import Untested
from matrix.results.merging.choice import Choice, choose
from matrix.results.merging.difference import difference
from matrix.results.merging.renumbering import renumbered, same_models, with_untested
from matrix.results.merging.stored_run import StoredRun


class _Asked(Protocol):
    """A run with its plan, of which only the options matter here."""

    @property
    def name(self) -> str: ...
    @property
    def plan(self) -> Plan: ...


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Some of the models, by their numbers in the first run, with all that is known of them."""

    models: tuple[int, ...]
    run: StoredRun


@dataclass(frozen=True, kw_only=True)
class Merging:
    """Several runs merged: one run, or more where models take their cells from different runs.

    `contradictions` are sentences by the numbers of models, which are in none of the runs.
    """

    runs: tuple[Merged, ...]
    contradictions: Mapping[int, str] = field(default_factory=dict)


def merge(runs: Sequence[StoredRun]) -> Merging:
    """All cells of runs of the same models; each cell of a model from the run that says most.

    Raises:
        UsageError: the runs are not of the same models, or had other options.
    """
    return merge_numbered([_like(run, runs[0]) for run in runs])


def merge_numbered(runs: Sequence[StoredRun]) -> Merging:
    """The same of runs whose models have the same numbers.

    Raises:
        UsageError: they had other options.
    """
    for run in runs:
        same_options(run, runs[0])
    same = [_told_by(run, runs[0]) for run in runs]
    choice = choose(same)
    untested = tuple(_untested(runs))
    return Merging(
        runs=tuple(
            Merged(models=tuple(models), run=_joined(same, chosen, models, untested))
            for chosen, models in _alike(choice)
        ),
        contradictions=choice.contradictions,
    )


def _alike(choice: Choice) -> list[tuple[dict[str, int], list[int]]]:
    """The models that take each of their cells from the same run, with that run by cell."""
    groups: list[tuple[dict[str, int], list[int]]] = []
    for number, chosen in enumerate(choice.runs):
        if number in choice.contradictions:
            continue
        for cells, models in groups:
            if all(cells.get(cell, run) == run for cell, run in chosen.items()):
                cells.update(chosen)
                models.append(number)
                break
        else:
            groups.append((dict(chosen), [number]))
    return groups


def same_options(run: _Asked, first: _Asked) -> None:
    """See that two runs asked the same of their models.

    Raises:
        UsageError: they did not.
    """
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


def _like(run: StoredRun, first: StoredRun) -> StoredRun:
    """The same run, with its models numbered as those of the first."""
    numbers = same_models(run.plan.models, first.plan.models)
    if numbers is None:
        raise UsageError(
            f"{run.name} and {first.name} are not runs of the same models: "
            f"{difference(run, first)}. Merge only runs of the same models."
        )
    return with_untested(renumbered(run, numbers), run.plan.untested)


def _told_by(run: StoredRun, first: StoredRun) -> StoredRun:
    """The same run, with what the first says of the models themselves."""
    plan = replace(
        first.plan,
        cells=tuple(_told_if_left(planned, run) for planned in run.plan.cells),
        run_order=run.plan.run_order,
        predictions=run.plan.predictions or ((),) * len(run.plan.models),
        loaders=run.plan.loaders,
        untested=run.plan.untested,
        # Each cell of a merged run says it: others are of runs that were interrupted, say.
        fast=False,
    )
    return replace(run, plan=plan, inputs=_inputs(run, first))


def left_told(run: StoredRun) -> Plan:
    """The plan of a run in which each cell says if what is not measured in it is predicted."""
    return replace(run.plan, cells=tuple(_told_if_left(one, run) for one in run.plan.cells))


def _told_if_left(planned: PlannedCell, run: StoredRun) -> PlannedCell:
    """A cell of a run, which says itself if what is not measured in it is predicted."""
    left = planned.left_to_predictions or (run.plan.fast and run.complete)
    return replace(planned, left_to_predictions=left)


def _inputs(run: StoredRun, first: StoredRun) -> Sequence[Sequence[Path]]:
    """What each model was fed: the same everywhere, where it was fed anything."""
    return tuple(some or mine for some, mine in zip(first.inputs, run.inputs, strict=True))


def _joined(
    runs: Sequence[StoredRun],
    chosen: Mapping[str, int],
    models: Sequence[int],
    untested: tuple[Untested, ...],
) -> StoredRun:
    """One run of some of the models, with each cell from the run that was chosen for it."""
    if len(models) < len(runs[0].plan.models):
        numbers = {model: number for number, model in enumerate(models)}
        runs = [renumbered(run, numbers) for run in runs]
    source = {cell: runs[number] for cell, number in chosen.items()}
    cells = [run.plan.cell(cell) for cell, run in source.items()]
    first = runs[0]
    plan = replace(
        first.plan,
        cells=tuple(sorted(cells, key=lambda planned: planned.cell.age)),
        run_order=tuple(cell for cell, run in source.items() if cell in run.plan.run_order),
        loaders=_loaders(runs),
        untested=untested,
        predictions=tuple(_predictions(source, len(models))),
    )
    return StoredRun(
        name=" and ".join(run.name for run in runs),
        plan=plan,
        outcomes={cell: run.outcomes.get(cell) for cell, run in source.items()},
        folders={cell: run.folders[cell] for cell, run in source.items()},
        inputs=first.inputs,
        started=min(run.started for run in runs),
        seconds=sum(run.seconds for run in runs),
        complete=all(_is_over(run, cell) for cell, run in source.items()),
        finished=frozenset(cell for cell, run in source.items() if cell in run.finished),
    )


def is_over(run: StoredRun) -> bool:
    """Whether every planned cell of every model has its outcome."""
    return all(_is_over(run, planned.cell.id) for planned in run.plan.cells)


def _is_over(run: StoredRun, cell: str) -> bool:
    """Whether a run has all that it was to find out of its models in a cell."""
    planned, outcome = run.plan.cell(cell), run.outcomes.get(cell)
    if _told_if_left(planned, run).left_to_predictions or planned.unavailable or not planned.checks:
        return True
    if outcome is None or cell not in run.finished:
        return False
    return all(outcome.tested(check.model) for check in planned.checks)


def _predictions(source: Mapping[str, StoredRun], models: int) -> Iterator[Predictions]:
    """What was predicted of each model, in each cell by the run that the cell is taken from."""
    for number in range(models):
        yield tuple(
            said
            for cell, run in source.items()
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


def _trust(run: _Asked) -> tuple[object, ...]:
    """The Python that a run had at hand; where it lay does not matter."""
    custom = run.plan.custom_objects
    return custom and (custom.name, custom.sha256), run.plan.allow_lambda, run.plan.trust

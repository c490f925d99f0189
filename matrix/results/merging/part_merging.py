"""Makes one part of a merged run: reads what it is taken from, merges it, stores it as a run.

Runs in a process of its own, for one part at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.known.recorded import carry
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.plan_json import plan_from
from matrix.plan.selection.checks import checks_for
from matrix.plan.untested import Untested, not_run
from matrix.results.merging.linking import link_tree
from matrix.results.merging.merge import Merging, is_over, merge_numbered
from matrix.results.merging.new_parts import NewPart, TakenFrom
from matrix.results.merging.renumbering import renumbered, with_untested
from matrix.results.merging.sources import without_models
from matrix.results.merging.stored_run import StoredRun, stored_run, torn_outcomes
from matrix.results.merging.storing import store_run
from matrix.run.store import Store


@dataclass(frozen=True, kw_only=True)
class StoredPart:
    """A part as it was stored in `folder`. `torn` are outcomes that could not be read.

    `contradictions` are sentences by place.
    """

    folder: Path
    places: tuple[int, ...]
    complete: bool
    torn: tuple[str, ...] = ()
    contradictions: tuple[tuple[int, str], ...] = ()


def store_part(new: NewPart, folder: Path) -> tuple[StoredPart, ...]:
    """Store a part below `folder`; several where models take their cells from different runs.

    Raises:
        OSError: it cannot be written.
        LoadmatrixError: a run that it is taken from cannot be read any more.
    """
    runs = [_taken(one) for one in new.taken_from]
    torn = tuple(sentence for one in new.taken_from for sentence in torn_outcomes(one.folder))
    lacking = _lacking(new, runs)
    if _is_copy(new, runs, lacking):
        # A user may keep the results of a run on another disk.
        link_tree(new.taken_from[0].folder.resolve(), folder / "0")
        complete = is_over(runs[0])
        if runs[0].complete and not complete:
            Store(folder=folder / "0").note_end(runs[0].seconds, complete=False)
        return (StoredPart(folder=folder / "0", places=new.places, complete=complete, torn=torn),)
    tested = [place for place in new.places if place not in dict(new.untested)]
    merging = merge_numbered(runs) if runs else Merging(runs=())
    untested = dict(new.untested) | {
        tested[model]: _contradicted(runs[0].plan, model, why)
        for model, why in merging.contradictions.items()
    }
    pieces = [([tested[model] for model in one.models], one.run) for one in merging.runs]
    if not pieces:
        pieces = [([], _empty(new, runs))]
    contradictions = tuple((tested[model], why) for model, why in merging.contradictions.items())
    stored = []
    for number, (places, run) in enumerate(pieces):
        mine = untested if number == 0 else {}
        every = sorted({*places, *mine})
        moved = [replace(model, place=every.index(place)) for place, model in mine.items()]
        piece = _with_cells(with_untested(run, moved), lacking, new)
        complete = piece.complete and not any(model.not_run for model in moved)
        store = Store(folder=folder / str(number))
        store_run(piece, store)
        store.note_end(piece.seconds, complete=complete)
        carry((one.folder for one in new.taken_from), store)
        stored.append(
            StoredPart(
                folder=folder / str(number),
                places=tuple(every),
                complete=complete,
                torn=torn if number == 0 else (),
                contradictions=contradictions if number == 0 else (),
            )
        )
    return tuple(stored)


def _taken(one: TakenFrom) -> StoredRun:
    """What is taken from a part, with its models in the order of the new one."""
    run = stored_run(Store(folder=one.folder), one.name)
    if one.is_whole:
        return run
    return renumbered(run, {number: new for new, number in enumerate(one.numbers)})


def _is_copy(new: NewPart, runs: Sequence[StoredRun], lacking: Sequence[str]) -> bool:
    """Whether a part is one that is stored already, so that nothing of it changes."""
    return len(runs) == 1 and new.taken_from[0].is_whole and not lacking


def _lacking(new: NewPart, runs: Sequence[StoredRun]) -> list[str]:
    """The plain cells of the whole run that none of these runs has."""
    having = {planned.cell.id for run in runs for planned in run.plan.cells}
    has_models = any(run.plan.models for run in runs)
    if not has_models and not any(model.not_run for _, model in new.untested):
        return []
    return [cell for cell in new.cells if cell not in having]


def _with_cells(run: StoredRun, lacking: Sequence[str], new: NewPart) -> StoredRun:
    """The run with the plain cells that it lacks: they have no outcome, so they are not-run."""
    plans: dict[Path, Plan] = {}
    cells = list(run.plan.cells)
    for cell in lacking:
        folder = new.cells[cell]
        if folder not in plans:
            # Its models may be damaged, which is no matter here.
            plans[folder] = plan_from(without_models(Store(folder=folder).plan()), catalogue())
        planned = _unrun(plans[folder].cell(cell), run.plan)
        if planned.checks or not run.plan.models:
            cells.append(planned)
    if len(cells) == len(run.plan.cells):
        return run
    added = {planned.cell.id for planned in cells} - {p.cell.id for p in run.plan.cells}
    plan = replace(run.plan, cells=tuple(sorted(cells, key=lambda planned: planned.cell.age)))
    outcomes = {**run.outcomes, **dict.fromkeys(added)}
    return replace(run, plan=plan, outcomes=outcomes, complete=False)


def _unrun(planned: PlannedCell, plan: Plan) -> PlannedCell:
    """A plain cell with the checks that the models of another plan would have had there."""
    checks = [
        check
        for number, model in enumerate(plan.models)
        for check in checks_for(
            number, model, planned.cell, allow_lambda=plan.allow_lambda, asked=plan.loaders
        )
    ]
    return replace(
        planned, checks=tuple(checks), needs=(), unavailable=None, left_to_predictions=False
    )


def _contradicted(plan: Plan, number: int, why: str) -> Untested:
    model = plan.models[number]
    refused = not_run(model.named, f"{why} Or test this model again.")
    return replace(refused, format=model.format.value, sha256=model.sha256)


def _empty(new: NewPart, runs: Sequence[StoredRun]) -> StoredRun:
    """A run of no models at all, with the options of the others."""
    run = runs[0] if runs else stored_run(Store(folder=new.options), new.options.name)
    return replace(renumbered(run, {}), folders={}, complete=True)

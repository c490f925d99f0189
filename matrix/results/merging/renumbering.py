"""The same run with other numbers for its models: as another run has them, or only some of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from matrix.model.facts import ModelFacts
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.untested import Untested
from matrix.results.merging.stored_run import StoredRun
from matrix.run.outcome import Outcome

_T = TypeVar("_T")


def same_models(
    models: Sequence[ModelFacts], wanted: Sequence[ModelFacts]
) -> dict[int, int] | None:
    """Each model by the number of the same one in another run, `None` where they are not the same.

    Of several with the same bytes those whose paths end alike are the same: what loads a file may
    go by its name.
    """
    if sorted(model.sha256 for model in models) != sorted(model.sha256 for model in wanted):
        return None
    pairs = [
        (-ends_alike(model.shown, other.shown), number, place)
        for number, model in enumerate(models)
        for place, other in enumerate(wanted)
        if model.sha256 == other.sha256
    ]
    numbers: dict[int, int] = {}
    for _, number, place in sorted(pairs):
        if number not in numbers and place not in numbers.values():
            numbers[number] = place
    return numbers


def ends_alike(path: str, other: str) -> int:
    """How many parts two paths have in common, from their ends; machines keep models elsewhere."""
    ends = (reversed(text.replace("\\", "/").split("/")) for text in (path, other))
    return sum(
        1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
    )


def renumbered(run: StoredRun, numbers: Mapping[int, int]) -> StoredRun:
    """A run with new numbers for its models, by the old ones; the others are left out of it.

    Models that could not be tested are left out as well. Cells stay as they are stored.
    """
    names = _check_names(run.plan, numbers)
    cells = tuple(
        _planned(planned, numbers, names)
        for planned in run.plan.cells
        if planned.models is None or any(number in numbers for number in planned.models)
    )
    kept = {planned.cell.id for planned in cells if planned.checks}
    plan = replace(
        run.plan,
        models=_moved(run.plan.models, numbers),
        nearest=_moved(run.plan.nearest, numbers),
        findings=_moved(run.plan.findings, numbers),
        risks=_moved(run.plan.risks, numbers),
        places=_moved(run.plan.places, numbers),
        predictions=_moved(run.plan.predictions, numbers),
        cells=cells,
        run_order=tuple(cell for cell in run.plan.run_order if cell in kept),
        untested=(),
    )
    outcomes = {
        planned.cell.id: _renumbered_outcome(run.outcomes.get(planned.cell.id), numbers, names)
        for planned in cells
    }
    return replace(run, plan=plan, outcomes=outcomes, inputs=_moved(run.inputs, numbers))


def with_untested(run: StoredRun, untested: Sequence[Untested]) -> StoredRun:
    """The same run with these models that could not be tested, at their places."""
    ordered = tuple(sorted(untested, key=lambda model: model.place))
    return replace(run, plan=replace(run.plan, untested=ordered))


def _moved(values: Sequence[_T], numbers: Mapping[int, int]) -> tuple[_T, ...]:
    """What is known of each model in the new order; nothing where it is known of none."""
    if not values:
        return ()
    old = sorted(numbers, key=lambda number: numbers[number])
    return tuple(values[number] for number in old)


def _check_names(plan: Plan, numbers: Mapping[int, int]) -> dict[str, str]:
    """What the checks of a plan are called with the new numbers of their models."""
    return {
        check.id: replace(check, model=numbers[check.model]).id
        for planned in plan.cells
        for check in planned.checks
        if check.model in numbers
    }


def _planned(
    planned: PlannedCell, numbers: Mapping[int, int], names: Mapping[str, str]
) -> PlannedCell:
    """In the order of the models as they are numbered now, as if they had been named so."""
    checks = [_check(check, numbers, names) for check in planned.checks if check.model in numbers]
    needs = [
        replace(need, model=numbers[need.model]) for need in planned.needs if need.model in numbers
    ]
    models = planned.models
    return replace(
        planned,
        checks=tuple(sorted(checks, key=lambda check: check.model)),
        models=None if models is None else _new(models, numbers),
        needs=tuple(sorted(needs, key=lambda need: need.model)),
    )


def _check(check: Check, numbers: Mapping[int, int], names: Mapping[str, str]) -> Check:
    before = names.get(check.skip_if_loaded) if check.skip_if_loaded else None
    return replace(check, model=numbers[check.model], skip_if_loaded=before)


def _renumbered_outcome(
    outcome: Outcome | None, numbers: Mapping[int, int], names: Mapping[str, str]
) -> Outcome | None:
    if outcome is None:
        return None
    seen = outcome.verification
    if seen:
        # What is not in the plan says nothing about it.
        checks = {names[name]: record for name, record in seen.checks.items() if name in names}
        seen = replace(seen, checks=checks)
    return replace(
        outcome,
        changed=_new(outcome.changed, numbers),
        absent={numbers[old]: why for old, why in outcome.absent.items() if old in numbers},
        reused={numbers[old]: at for old, at in outcome.reused.items() if old in numbers},
        verification=seen,
        models=None if outcome.models is None else _new(outcome.models, numbers),
    )


def _new(models: Sequence[int], numbers: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(sorted(numbers[number] for number in models if number in numbers))

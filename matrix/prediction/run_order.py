"""The order in which cells are run: those first that tell most, by what is predicted. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from matrix.plan.loaders import LOADERS
from matrix.plan.plan import Plan, PlannedCell

_HOME, _NEWEST, _BOUNDARY, _OLDEST, _REST = range(5)


def most_informative_first(plan: Plan) -> Plan:
    """The plan with its cells in the order to run them.

    First the release that wrote a model, which is what the others are held against; then the
    newest, both sides of each place where a loader is predicted to begin or to cease to load, the
    oldest, and the rest from the newest to the oldest. Plain cells come before those with
    companions: they tell more, and side by side two cells of a release would download the same.
    """
    boundaries = set(_boundaries(plan))
    homes = {(v.major, v.minor) for v in plan.nearest if v is not None}
    cells = {planned.cell.id: planned for planned in plan.cells}
    runnable = [cells[name] for name in plan.run_order]
    minors = sorted({planned.cell.release.minor for planned in runnable})

    def rank(planned: PlannedCell) -> int:
        minor = planned.cell.release.minor
        if planned.cell.plain and minor in homes:
            return _HOME
        if planned.cell.plain and minor == minors[-1]:
            return _NEWEST
        if planned.cell.id in boundaries or minor in homes or minor == minors[-1]:
            return _BOUNDARY
        return _OLDEST if minor == minors[0] else _REST

    ages = {planned.cell.id: place for place, planned in enumerate(plan.cells)}
    order = sorted(
        runnable,
        key=lambda one: (
            rank(one),
            not one.cell.plain,
            -minors.index(one.cell.release.minor),
            ages[one.cell.id],
        ),
    )
    return replace(plan, run_order=tuple(planned.cell.id for planned in order))


def _boundaries(plan: Plan) -> Iterator[str]:
    """The cells on both sides of a change of what is predicted of a loader."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for planned in plan.cells:
        kinds.setdefault(planned.cell.identity.kind, []).append(planned.cell.id)
    for number, loader in itertools.product(range(len(plan.predictions)), LOADERS):
        for names in kinds.values():
            told = [
                (name, one.verdict)
                for name in names
                if (one := plan.prediction(number, name, loader)) is not None
            ]
            for (here, before), (there, after) in itertools.pairwise(told):
                if before != after:
                    yield from (here, there)

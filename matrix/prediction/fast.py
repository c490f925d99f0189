"""Which cells a fast run measures: what the prediction leaves open, and what proves it. Pure.

Of each line (`line.py`) its ends are measured, both sides of every predicted change, what nobody
predicted, and what lies around a mistake; of each model also the release that saved it, and the
one before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import FAILS, LOADS
from matrix.prediction.line import Expected, Line

# What was measured: for a model in a cell, whether each loader loaded it; `None` is no answer, and
# so is a loader that is not there.
Measured = Mapping[tuple[int, str], Mapping[str, bool | None]]
_SAID = {LOADS: True, FAILS: False}


def first_cells(plan: Plan, required: Collection[str] = ()) -> tuple[str, ...]:
    """The cells that a fast run of a plan begins with, in the order to run them."""
    return tuple(next_models(plan, {}, required))


def next_models(
    plan: Plan, measured: Measured, required: Collection[str] = ()
) -> dict[str, tuple[int, ...]]:
    """The models to test next by the cells to test them in, in the order to run these.

    `measured` has every pair of a model and a cell that was tried. The cells in `required` are
    tested whatever is predicted. Nothing is left where what was measured fits what is predicted of
    all the rest.
    """
    left: dict[str, list[int]] = {cell: [] for cell in plan.run_order}
    for number in range(len(plan.models)):
        own = [one for one in plan.cells if one.cell.id in left and _tested(one, number)]
        wanted = _wanted(plan, number, own, measured).union(required)
        for cell in (one.cell.id for one in own):
            if cell in wanted and (number, cell) not in measured:
                left[cell].append(number)
    return {cell: tuple(models) for cell, models in left.items() if models}


def _tested(planned: PlannedCell, number: int) -> bool:
    return any(check.model == number for check in planned.checks)


def _wanted(
    plan: Plan, number: int, own: Sequence[PlannedCell], measured: Measured
) -> frozenset[str]:
    """The cells in which a model is to be measured, as far as can be said now."""
    seen = {cell: loads for (model, cell), loads in measured.items() if model == number}
    wanted: set[str] = set(_saving(own, plan.nearest[number], seen))
    for loader, cells in _lines(own, number):
        expected = tuple(_expected(plan, number, cell.id, loader) for cell in cells)
        answers = {cell: loads.get(loader) for cell, loads in seen.items()}
        wanted |= Line(expected=expected).wanted(answers)
    return frozenset(wanted)


def _saving(
    own: Sequence[PlannedCell],
    release: Version | None,
    seen: Mapping[str, Mapping[str, bool | None]],
) -> Iterator[str]:
    """The plain cells of the release that saved a model and of the one before it.

    What was new in a release is unknown to the one before, where the next older ones may not mind.
    Where the release that saved it may not answer, the next to it stands for it alone.
    """
    plain = [one.cell for one in own if one.cell.plain]
    silent = {cell for cell, loads in seen.items() if all(v is None for v in loads.values())}
    able = [cell for cell in plain if cell.id not in silent]
    if release is None or not able:
        return
    versions = sorted({*(cell.release.version for cell in plain), release})
    home = min(able, key=lambda cell: _apart(cell, versions, versions.index(release)))
    yield home.id
    if home.release.minor == (release.major, release.minor):
        yield from [cell.id for cell in able if cell.release.version < home.release.version][-1:]


def _apart(cell: Cell, versions: Sequence[Version], home: int) -> tuple[int, bool]:
    """How many releases lie between; of two alike the newer."""
    place = versions.index(cell.release.version)
    return abs(place - home), place < home


def _lines(own: Sequence[PlannedCell], number: int) -> Iterator[tuple[str, list[Cell]]]:
    """Each loader with the cells of a line in which it is tried, oldest first.

    Cells with other packages or another Python are another line. Of cells with a chosen Keras its
    version decides what loads, whatever their releases are.
    """
    lines: dict[tuple[str, object], list[Cell]] = {}
    for planned in own:
        name = planned.cell.identity
        tried = [check for check in planned.checks if check.model == number]
        for loader in dict.fromkeys(c.loader for c in tried if not c.workaround_for):
            lines.setdefault((loader, (name.python, name.kind)), []).append(planned.cell)
    for (loader, _), cells in lines.items():
        yield loader, sorted(cells, key=lambda cell: Version(cell.identity.keras or "0"))


def _expected(plan: Plan, number: int, cell: str, loader: str) -> Expected:
    said = plan.prediction(number, cell, loader)
    return Expected(cell=cell, loads=_SAID.get(said.verdict) if said else None)

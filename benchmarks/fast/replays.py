"""What a fast run would have measured, replayed over loads that were measured in every release.

The loads are those that predictions are scored on (`prediction/measured.py`). A replayed run asks
them in the place of TensorFlow: how many cells does it measure, and how many of those that it
leaves to their predictions are predicted wrong?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from packaging.specifiers import SpecifierSet

from benchmarks.judging import judged
from benchmarks.prediction.bench import batch_of
from benchmarks.prediction.fresh import numbers
from benchmarks.prediction.measured import Model, batch_models, shared_models
from matrix.cache import cache_folder
from matrix.errors import LoadmatrixError
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.planning import planned
from matrix.plan.prediction import FAILS, LOADS
from matrix.prediction.fast import next_models
from matrix.prediction.predict import with_predictions

SHARED = Path(__file__).resolve().parents[3] / "shared"
CELLS_TARGET = 6.0
WRONG_TARGET = 0.0
# Whether a loader loads a model, by the loader and the release.
Truth = Mapping[tuple[str, str], bool]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One model: the cells that a fast run measured in so many `waves`, of all.

    `left` are the checks that were left to their predictions; of these, `wrong` are named.
    """

    name: str
    measured: int
    cells: int
    waves: int
    left: int
    wrong: tuple[str, ...]


def told(models: Iterable[Model], name: str) -> None:
    """Print what became of the models of a collection.

    Raises:
        LoadmatrixError: none of them can be planned.
    """
    replays = [one for model in models if (one := replayed(model))]
    if not replays:
        raise LoadmatrixError(f"Fast runs of {name} cannot be replayed: no model can be planned.")
    for one in replays:
        for mistake in one.wrong:
            print(f"predicted wrong: {mistake}")
    left, wrong = sum(one.left for one in replays), sum(len(one.wrong) for one in replays)
    most = max(replays, key=lambda one: one.measured)
    details = (
        f"{len(replays)} models, at most {most.measured} ({most.name}), of "
        f"{mean(one.cells for one in replays):.1f}; {mean(one.waves for one in replays):.1f} waves"
    )
    judged(
        f"fast, {name}, cells measured on the mean",
        mean(one.measured for one in replays),
        CELLS_TARGET,
        details,
    )
    details = f"{wrong} of {left} checks that were left to their predictions"
    judged(
        f"fast, {name}, wrong predictions shown, %",
        100 * wrong / max(left, 1),
        WRONG_TARGET,
        details,
    )


def replayed(model: Model) -> Replayed | None:
    """A fast run of a model, with the truth in the place of TensorFlow; `None` of no model."""
    truth = {(load.loader, load.release): load.ok for load in model.loads}
    plan = _plan(model.path, truth)
    if plan is None:
        return None
    measured: dict[tuple[int, str], dict[str, bool | None]] = {}
    waves = 0
    while wave := next_models(plan, measured):
        waves += 1
        for cell in wave:
            loaders = _loaders(plan.cell(cell))
            measured[0, cell] = {loader: truth[loader, cell] for loader in loaders}
    left = [
        (one.cell.id, loader)
        for one in plan.cells
        if (0, one.cell.id) not in measured
        for loader in _loaders(one)
    ]
    mistakes = (_mistake(plan, cell, loader, loads=truth[loader, cell]) for cell, loader in left)
    return Replayed(
        name=model.name,
        measured=len(measured),
        cells=len(plan.cells),
        waves=waves,
        left=len(left),
        wrong=tuple(f"{model.name}: {mistake}" for mistake in mistakes if mistake),
    )


def _mistake(plan: Plan, cell: str, loader: str, *, loads: bool) -> str | None:
    """What was predicted there, where it is not so."""
    said = plan.prediction(0, cell, loader)
    if said is None or said.verdict not in (LOADS, FAILS) or (said.verdict == LOADS) == loads:
        return None
    return f"{loader} in {cell}: {said.sentence} ({said.rule})"


def _loaders(planned_cell: PlannedCell) -> list[str]:
    tried = (check.loader for check in planned_cell.checks if not check.workaround_for)
    return list(dict.fromkeys(tried))


def _plan(path: Path, truth: Truth) -> Plan | None:
    """The plan of a model with just the checks of which the truth is known; `None` for no model."""
    options = Options(
        models=(path,), tensorflow=SpecifierSet(">=1.15"), output=path.parent, envdir=path.parent
    )
    try:
        plan = with_predictions(planned(options))
    except LoadmatrixError:
        return None
    cells = tuple(_known(one, truth) for one in plan.cells if one.cell.plain)
    kept = tuple(one for one in cells if one.checks)
    names = {one.cell.id for one in kept}
    order = tuple(cell for cell in plan.run_order if cell in names)
    return replace(plan, cells=kept, run_order=order) if kept else None


def _known(one: PlannedCell, truth: Truth) -> PlannedCell:
    checks = [check for check in one.checks if (check.loader, one.cell.id) in truth]
    return replace(one, checks=tuple(checks))


def replay() -> None:
    """Replay what lies beside the project, and the fresh models that were measured here."""
    if (SHARED / "facts" / "measured-loads.jsonl").exists():
        told(shared_models(SHARED), "real models")
    for number in numbers():
        if fresh := fresh_models(number):
            told(fresh, f"batch {number}")


def fresh_models(number: int) -> list[Model]:
    """The models of a batch, as far as they were measured here."""
    return list(batch_models(batch_of(number, cache_folder() / "prediction")))

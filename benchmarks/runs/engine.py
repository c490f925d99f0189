"""`python -m benchmarks.runs.engine [CELLS]`: what Dask adds to a cell, in CPU and wall seconds.

The cells test nothing: their only model is absent on the worker, which is found out before an
environment is looked for. All else is as in a run: units go out, outcomes come back and are stored.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from benchmarks.judging import judged
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.run.executor import PlannedRun, run_cells
from matrix.run.executors.dask.executor import DaskExecutor
from matrix.run.store import Store

TARGET_SECONDS = 0.05
_EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "half_plus_two"


def engine(cells: int, folder: Path) -> None:
    """Run so many cells on two workers of our own, and print what each cost."""
    model = folder / "model"
    options = read_options([str(_EXAMPLE), "--jobs", "2", "--output", str(folder)], folder)
    plan = planned(options)
    facts = replace(plan.models[0], path=model, load_path=model)
    plan = replace(plan, models=(facts,))
    ended: list[float] = []
    # The first ones start what all need: the clock begins behind them.
    warm = len(plan.run_order)
    seen: dict[str, float] = {}

    def note(_: object) -> None:
        ended.append(time.monotonic())
        if len(ended) == warm:
            seen.update(_cpu())

    run_cells(DaskExecutor(), _runs(plan, options, folder, cells + warm), note)
    after = _last
    measured = len(ended) - warm
    judged(
        f"wall seconds a cell, of {measured} on two workers",
        (ended[-1] - ended[warm - 1]) / measured,
        TARGET_SECONDS,
        "",
    )
    for name, cpu in after.items():
        judged(f"CPU seconds a cell, {name}", (cpu - seen[name]) / measured, TARGET_SECONDS, "")


_last: dict[str, float] = {}


def _runs(plan: Plan, options: Options, folder: Path, cells: int) -> Iterator[PlannedRun]:
    """Runs with so many cells, each with a results folder of its own."""
    number = 0
    while cells > 0:
        number += 1
        order = plan.run_order[:cells]
        cells -= len(order)
        store = Store(folder=folder / "results" / f"{number:05}")
        part = replace(plan, run_order=order)
        store.reset_for(plan_document(part))
        yield PlannedRun(
            cells=order, options=options, store=store.of_this_run(), noxfile=folder, part=number
        )
    # Drawn when all before are on their way: the workers are still there.
    _last.update(_cpu())


def _cpu() -> dict[str, float]:
    here = psutil.Process()
    workers = sum(_of(child) for child in here.children(recursive=True))
    return {"this process with the scheduler": _of(here), "workers": workers}


def _of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        engine(int(sys.argv[1]) if len(sys.argv) > 1 else 300, Path(place))

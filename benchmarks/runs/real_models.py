"""What real models cost for each model and cell: many of every format, in old and new releases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.judging import judged
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_path

MINORS = ("2.8", "2.15", "2.21")
COUNT = 54
TARGET = 0.7


class Cost(Protocol):
    """Wall and CPU seconds of a run."""

    @property
    def cpu(self) -> float: ...


def real_models(run: Callable[[Path, Sequence[Path]], Cost], folder: Path, models: Path) -> None:
    """Run the job on models of a folder, twice: the first run builds what companions need."""
    if not models.is_dir():
        print(f"real models: skipped, there is no {models.name} beside the project", flush=True)
        return
    chosen = _spread([place for place in sorted(models.iterdir()) if _is_testable(place)])
    run(folder / "first", chosen)
    cost = run(folder / "second", chosen)
    report = json.loads((folder / "second/compatibility/report.json").read_text("utf-8"))
    pairs = sum(len(model["cells"]) for model in report["models"])
    details = f"{len(chosen)} models, {pairs} pairs of a model and a cell, {cost.cpu:.0f} CPU s"
    judged("real models, CPU seconds for each model and cell", cost.cpu / pairs, TARGET, details)


def _is_testable(place: Path) -> bool:
    try:
        return isinstance(inspect_path(place), Inspection)
    except (LoadmatrixError, OSError):
        return False


def _spread(models: Sequence[Path]) -> list[Path]:
    """As many as are wanted, evenly from the whole: formats are next to each other."""
    count = min(COUNT, len(models))
    return [models[number * len(models) // count] for number in range(count)]

"""All releases with their environments ready, against nothing but importing TensorFlow."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from benchmarks.judging import judged
from matrix.catalogue.cell_id import CellId

PAIRS = 5
TARGET = 1.15


class Cost(Protocol):
    """Wall and CPU seconds of a run."""

    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


def warm(run: Callable[[Path], Cost], imports: Callable[[str], float], folder: Path) -> None:
    """Runs of the job in folders of their own, each next to the imports of all plain cells.

    `imports` gives the CPU seconds of an import in the environment of a cell. A machine with so
    many cores takes their sum, divided among them, at least.
    """
    run(folder / "first")
    cores = os.cpu_count() or 1
    ratios, details = list[float](), ""
    for number in range(PAIRS):
        cost = run(folder / str(number))
        report = (folder / str(number) / "compatibility/report.json").read_text("utf-8")
        cells = [cell["id"] for cell in json.loads(report)["models"][0]["cells"]]
        plain = [name for name in cells if CellId.parse(name).is_plain]
        floor = sum(map(imports, plain)) / cores
        ratios.append(cost.wall / floor)
        details = (
            f"the last: {len(cells)} cells in {cost.wall:.0f} s wall and {cost.cpu:.0f} CPU s; the "
            f"imports of the {len(plain)} plain ones take at least {floor:.0f} s on {cores} cores"
        )
    every = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    ratio = statistics.median(ratios)
    judged("warm, all releases, wall over imports", ratio, TARGET, f"of {every}; {details}")

"""What walls cost: the same warm matrix with them and without, in pairs, one after the other."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from benchmarks.judging import judged

PAIRS = 5
TARGET = 1.05


class Cost(Protocol):
    """Wall and CPU seconds of a run."""

    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


def walls(run: Callable[[Path, str], Cost], folder: Path) -> None:
    """Compare runs in folders of their own, by the value of `--isolation`.

    Every other pair begins without walls, so that neither side has the warmer machine.
    """
    run(folder / "first", "auto")
    ratios: list[tuple[float, float]] = []
    for number in range(PAIRS):
        order = ("auto", "off") if number % 2 else ("off", "auto")
        costs = {mode: run(folder / f"{number}-{mode}", mode) for mode in order}
        ratios.append(
            (costs["auto"].wall / costs["off"].wall, costs["auto"].cpu / costs["off"].cpu)
        )
    wall, cpu = (statistics.median(side) for side in zip(*ratios, strict=True))
    every = ", ".join(f"{ratio:.2f}" for ratio, _ in ratios)
    details = f"median of {PAIRS} pairs ({every}); CPU ratio {cpu:.2f}"
    judged("warm matrix with walls over without, wall ratio", wall, TARGET, details)

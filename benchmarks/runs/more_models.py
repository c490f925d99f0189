"""What one more small model costs in each cell, and how cost grows with models and releases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.judging import judged

MINORS = ("2.4", "2.8", "2.10", "2.12", "2.13", "2.15")
COUNTS = (1, 5, 20)
TARGET = 0.3


class Cost(Protocol):
    """Wall and CPU seconds of a run."""

    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


# Runs the job in a folder on models, in the releases of a specifier.
Run = Callable[[Path, Sequence[Path], str], Cost]


def more_models(
    run: Run, folder: Path, models: Sequence[Path], only: Callable[[Sequence[str]], str]
) -> None:
    """Runs with one model and with more; `only` gives the specifier of some minor releases."""
    one = run(folder / "one", models[:1], ">=1.15")
    two = run(folder / "two", models[:2], ">=1.15")
    report = json.loads((folder / "two/compatibility/report.json").read_text("utf-8"))
    cells = len(report["models"][0]["cells"])
    details = f"{one.cpu:.0f} CPU s with one model, {two.cpu:.0f} with two, {cells} cells"
    judged("a second model, CPU seconds per cell", (two.cpu - one.cpu) / cells, TARGET, details)
    for count in COUNTS:
        cost = run(folder / f"m{count}", models[:count], only(MINORS))
        print(f"  {count} models in {len(MINORS)} releases: {_shown(cost)}", flush=True)
    for minors in (MINORS[:1], MINORS):
        cost = run(folder / f"r{len(minors)}", models[:1], only(minors))
        print(f"  1 model in {len(minors)} releases: {_shown(cost)}", flush=True)
    print(f"  1 model in all releases: {_shown(one)}", flush=True)


def _shown(cost: Cost) -> str:
    return f"{cost.wall:.0f} s wall, {cost.cpu:.0f} s CPU"

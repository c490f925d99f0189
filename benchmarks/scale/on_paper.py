"""What a run takes that nobody has made yet, from figures of one that was: hours, disk, limits.

    python -m benchmarks.scale.on_paper [--models 10000] [--releases 23] [--workers 100] ...

Every input is an argument; the defaults are what was measured on the machine of
`docs/explanation/scale.md`. Each worker has so many cores and runs one cell at a time. A unit is
a cell of a part of 64 models: it imports TensorFlow once and then tests its models.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from matrix.parts.part import PART_SIZE

_HOUR = 3600
_GB = 1e9


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The size of a run, and what its pieces take: seconds of CPU, bytes.

    `companion_cells` is how many cells a part has on the mean beside those of the releases.
    """

    models: float = 10_000
    releases: float = 23
    workers: float = 100
    cores: float = 2
    companion_cells: float = 6
    model_mb: float = 20
    model_in_cell_seconds: float = 1.5
    import_seconds: float = 6
    engine_ms: float = 50
    plan_ms: float = 60
    conclude_ms: float = 300
    finish_ms: float = 40
    install_seconds: float = 60
    environment_mb: float = 700
    report_kb: float = 400
    stored_kb: float = 60
    link_mb_per_second: float = 1_000


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What such a run takes. `hours` are by the clock, `limits` the hours of each stage."""

    figures: Figures

    @property
    def cells(self) -> float:
        """Cells of a part."""
        return self.figures.releases + self.figures.companion_cells

    @property
    def units(self) -> float:
        """Pieces of work that travel."""
        return math.ceil(self.figures.models / PART_SIZE) * self.cells

    @property
    def testing(self) -> float:
        """CPU seconds of all cells."""
        figures = self.figures
        in_cells = figures.models * self.cells * figures.model_in_cell_seconds
        return in_cells + self.units * (figures.import_seconds + figures.engine_ms / 1000)

    @property
    def stages(self) -> dict[str, float]:
        """Hours by the clock of each stage; cells and models travel while others are tested."""
        figures = self.figures
        rounds = math.ceil(self.units / figures.workers)
        testing = self.testing / figures.workers
        # The last unit of a worker may have just begun when all others are done.
        tail = self.testing / self.units
        return {
            "inspect, plan, predict": figures.models * figures.plan_ms / 1000 / figures.cores,
            "build environments": self.cells * figures.install_seconds,
            f"test in {rounds} rounds": testing + tail,
            "hand out units": self.units * figures.engine_ms / 1000,
            "read models over the network": self._travelling,
            "conclude parts": figures.models * figures.conclude_ms / 1000 / figures.cores,
            "write the report": figures.models * figures.finish_ms / 1000,
        }

    @property
    def _travelling(self) -> float:
        """Seconds: each unit reads the models of its part from one shared place."""
        megabytes = self.units * PART_SIZE * self.figures.model_mb
        return megabytes / self.figures.link_mb_per_second

    @property
    def hours(self) -> float:
        """By the clock: what runs at once counts as long as the slowest of it."""
        stages = {name: seconds / _HOUR for name, seconds in self.stages.items()}
        at_once = ("test", "hand", "read", "conclude")
        side_by_side = max(hours for name, hours in stages.items() if name.startswith(at_once))
        in_turn = sum(hours for name, hours in stages.items() if not name.startswith(at_once))
        return in_turn + side_by_side

    @property
    def gigabytes(self) -> dict[str, float]:
        """Disk: of a worker, of the machine with the report."""
        figures = self.figures
        pairs = figures.models * self.cells
        return {
            "environments of a worker": self.cells * figures.environment_mb * 1e6 / _GB,
            "models": figures.models * figures.model_mb * 1e6 / _GB,
            "results": pairs * figures.stored_kb * 1e3 / _GB,
            "report": figures.models * figures.report_kb * 1e3 / _GB,
        }

    @property
    def limit(self) -> str:
        """The stage that takes longest."""
        return max(self.stages, key=self.stages.__getitem__)

    @property
    def lines(self) -> Iterator[str]:
        """The estimate as text."""
        figures = self.figures
        yield (
            f"{figures.models:,.0f} models in {self.cells:.0f} cells on {figures.workers:.0f} "
            f"workers: {self.units:,.0f} units, {self.testing / _HOUR:,.0f} CPU hours in cells."
        )
        for name, seconds in self.stages.items():
            yield f"  {name}: {seconds / _HOUR:.2f} h"
        yield f"By the clock: {self.hours:.1f} h. What limits: {self.limit}."
        for name, size in self.gigabytes.items():
            yield f"  {name}: {size:,.1f} GB"


def main(words: Sequence[str] | None = None) -> int:
    """Print the estimate of the figures given."""
    parser = argparse.ArgumentParser(description="What a large run would take.")
    for field in fields(Figures):
        name = f"--{field.name.replace('_', '-')}"
        parser.add_argument(name, type=float, default=field.default, dest=field.name)
    figures = Figures(**vars(parser.parse_args(words)))
    print("\n".join(Estimate(figures=figures).lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

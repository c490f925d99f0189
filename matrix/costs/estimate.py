"""From what cells take to what a run takes: hours, disk of a worker, downloads. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from matrix.costs.costs import Costs

# Wheels are compressed to about a third of what they occupy.
COMPRESSION = 0.3
# What stays of an environment that is discarded: its bytecode.
BYTECODE_MB = 50
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run takes, where so many cells run `at_once` on one machine.

    `cells` are pairs of a model and a cell that are to be measured, `known` those that need not.
    `disk_mb` is what the environments of all cells occupy on each machine, also those that are
    there, and `download_mb` what comes over the network for those that are not. `measured` is the
    number of cells of this machine that it rests on: 0 where it rests on defaults. Where it is not
    known how many cells run `at_once`, `hours` are those of one at a time.
    """

    models: int
    cells: int
    known: int
    cpu_hours: float
    hours: float
    at_once: int | None
    disk_mb: int
    download_mb: int
    measured: int

    @classmethod
    def of(
        cls, costs: Costs, *, measured: int = 0, at_once: int | None = 1, discard: bool = False
    ) -> Estimate:
        """The estimate for costs; with `discard` only environments in use take room."""
        environments = list(costs.environments.values())
        to_build = [one for one in environments if not one.is_built]
        total = costs.spent
        for one in to_build:
            total += one.build
        sizes = sorted((one.disk_mb for one in environments), reverse=True)
        stored = sum(sizes)
        if discard:
            stored = min(stored, sum(sizes[: at_once or 1]) + len(sizes) * BYTECODE_MB)
        return cls(
            models=costs.models,
            cells=costs.cells,
            known=costs.known,
            cpu_hours=total.cpu / _HOUR,
            hours=total.seconds / _HOUR / max(1, min(at_once or 1, costs.units)),
            at_once=at_once,
            disk_mb=stored,
            download_mb=round(sum(one.disk_mb for one in to_build) * COMPRESSION),
            measured=measured,
        )

"""What a run is for jobs that share it: what each release costs, in seconds. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import Release
from matrix.costs import defaults
from matrix.costs.costs import Costs
from matrix.costs.rates import Rates
from matrix.parts.part import PART_SIZE
from matrix.plan.plan import Plan

# What a cache of a CI service restores in a second; an installation from wheels takes as long.
_RESTORED_MB = 40
# Of a model that nobody has looked at.
_USUAL_CHECKS = 2
Minor = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class ReleaseLoad:
    """One release with all its cells, in seconds.

    `setup` is what a job pays to have its environments, `start` what is paid for each part of the
    models (TensorFlow is imported), and `model` what one model takes.
    """

    minor: Minor
    setup: float
    start: float
    model: float

    def seconds(self, models: int) -> float:
        """What so many models take in a job that has this release."""
        return self.setup + math.ceil(models / PART_SIZE) * self.start + models * self.model


@dataclass(frozen=True, kw_only=True)
class Load:
    """A run: its releases, oldest first, and the number of its models."""

    releases: tuple[ReleaseLoad, ...]
    models: int


def load_of_plan(plan: Plan, models: int, rates: Rates) -> Load:
    """The load of a run of `models` that are like those of a plan, whose cells are to run."""
    by_minor: dict[Minor, list[str]] = {}
    for name in plan.run_order:
        by_minor.setdefault(plan.cell(name).cell.release.minor, []).append(name)
    return Load(
        releases=tuple(_release(plan, *each, rates) for each in sorted(by_minor.items())),
        models=models,
    )


def load_of_releases(releases: Sequence[Release], models: int) -> Load:
    """The load of a run of models of which nothing is known, in plain cells."""
    rates = Rates()
    return Load(
        releases=tuple(
            ReleaseLoad(
                minor=release.minor,
                setup=release.installed_mb / _RESTORED_MB,
                start=_start(Cell(release=release, python=release.pythons[-1]), rates),
                model=_USUAL_CHECKS * defaults.checking("keras", 0).seconds,
            )
            for release in releases
        ),
        models=models,
    )


def _release(plan: Plan, minor: Minor, names: Sequence[str], rates: Rates) -> ReleaseLoad:
    cells = [plan.cell(name).cell for name in names]
    start = sum(_start(cell, rates) for cell in cells)
    spent = Costs.of(replace(plan, run_order=tuple(names)), rates).spent.seconds
    return ReleaseLoad(
        minor=minor,
        setup=sum(rates.disk_mb(cell) for cell in cells) / _RESTORED_MB,
        start=start,
        model=max(0.0, spent - start) / max(1, len(plan.models)),
    )


def _start(cell: Cell, rates: Rates) -> float:
    return (rates.importing(cell) + rates.around).seconds

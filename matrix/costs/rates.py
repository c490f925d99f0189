"""What the parts of a run cost on this machine: means of what it has measured, else defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from matrix.catalogue.cell import Cell
from matrix.costs import defaults
from matrix.costs.records import CellCost, read_costs
from matrix.costs.spent import NOTHING, Spent
from matrix.model.facts import ModelFacts

Kind = TypeVar("Kind")
# A loader, the format of a model, and its size class.
CheckKind = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Means by kind; what a machine has not measured is taken from the defaults.

    `cells` says how many measured cells they are from: 0 where all are defaults. `imports` and
    `builds` are by the minor release, `disk` is in MB by the id of a cell.
    """

    cells: int = 0
    imports: Mapping[str, Spent] = field(default_factory=dict)
    builds: Mapping[str, Spent] = field(default_factory=dict)
    checks: Mapping[CheckKind, Spent] = field(default_factory=dict)
    disk: Mapping[str, int] = field(default_factory=dict)
    rest: Spent | None = None

    @classmethod
    def read(cls, envdir: Path) -> Rates:
        """Those of the cache folder of this machine. Never raises."""
        return cls.of(read_costs(envdir))

    @classmethod
    def of(cls, costs: Iterable[CellCost]) -> Rates:
        """The means of some cells, the newest last."""
        costs = list(costs)
        rest = _means(("", cost.rest, 1) for cost in costs if cost.rest)
        return cls(
            cells=len(costs),
            imports=_means((cost.minor, cost.imported, 1) for cost in costs if cost.imported),
            builds=_means((cost.minor, cost.built, 1) for cost in costs if cost.built),
            checks=_means((kind, spent, n) for cost in costs for kind, n, spent in cost.checks),
            disk={cost.cell: cost.disk_mb for cost in costs if cost.disk_mb},
            rest=rest.get(""),
        )

    def importing(self, cell: Cell) -> Spent:
        """What starting a probe in a cell takes, with its import of TensorFlow."""
        return self.imports.get(minor_of(cell)) or defaults.importing(cell)

    @property
    def around(self) -> Spent:
        """What a cell takes besides its import and its checks."""
        return self.rest or defaults.REST

    def checking(self, loader: str, model: ModelFacts) -> Spent:
        """What one check of a model takes."""
        size = defaults.size_class(model)
        exact = self.checks.get((loader, model.format.value, size))
        if exact:
            return exact
        kinds = self.checks.items()
        alike = [spent for (one, _, other), spent in kinds if (one, other) == (loader, size)]
        if alike:
            return sum(alike, NOTHING).times(1 / len(alike))
        return defaults.checking(loader, size)

    def building(self, cell: Cell) -> Spent:
        """What the environment of a cell takes to build."""
        return self.builds.get(minor_of(cell)) or defaults.building(cell)

    def disk_mb(self, cell: Cell) -> int:
        """What the environment of a cell occupies, its files shared with a cache included.

        One with companions shares nearly all its files with the plain one, and counts nothing.
        """
        if not cell.runtime.needs_tensorflow or not cell.plain:
            return 0
        return self.disk.get(cell.id) or cell.release.installed_mb


def minor_of(cell: Cell) -> str:
    """Its minor release, with a `+` where companions stand beside it."""
    return ".".join(map(str, cell.release.minor)) + ("" if cell.plain else "+")


def _means(measured: Iterable[tuple[Kind, Spent, int]]) -> dict[Kind, Spent]:
    """The mean of each kind, from pairs of what all took and how many they were."""
    totals: dict[Kind, Spent] = {}
    numbers: dict[Kind, int] = {}
    for kind, spent, number in measured:
        totals[kind] = totals.get(kind, NOTHING) + spent
        numbers[kind] = numbers.get(kind, 0) + number
    return {kind: total.times(1 / numbers[kind]) for kind, total in totals.items()}

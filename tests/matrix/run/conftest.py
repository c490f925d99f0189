"""A run of two cells whose environments have a fake, planned and begun, and its units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from matrix.environments.environments import Environments
from matrix.known import fed
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.run.executor import PlannedRun
from matrix.run.remote.asked import Asked, asked, shared_values, unit_of
from matrix.run.remote.unit import SharedValue, Unit
from matrix.run.remote.unit_process import UnitProcess
from matrix.run.store import Store
from tests.builders import finish
from tests.conftest import FakePython

CELLS = ("2.14.1", "2.15.1")


@dataclass(frozen=True, kw_only=True)
class BegunRun:
    """A run whose cells can be sent away."""

    plan: Plan
    options: Options
    store: Store

    @property
    def shared(self) -> SharedValue:
        numbers = range(len(self.plan.models))
        (value,) = shared_values(self.plan, self.options, self.store, numbers)
        return value

    def asked(self, cell: str = CELLS[1]) -> Asked:
        return asked(self.plan, self.store, cell)

    def planned(self, *cells: str) -> PlannedRun:
        """The run as executors are given it."""
        return PlannedRun(
            cells=cells or CELLS, options=self.options, store=self.store, noxfile=Path("none")
        )

    def unit(self, cell: str = CELLS[1]) -> Unit:
        return unit_of(self.asked(cell), self.shared.digest, self.options, self.store)


@pytest.fixture
def begun(furnish: FakePython, tmp_path: Path) -> Callable[..., BegunRun]:
    """Plan and begin a run of models; what their names say is what the fake does."""

    def made(*models: Path, more: tuple[str, ...] = ()) -> BegunRun:
        words = [*map(str, models), "--tensorflow", ">=2.14,<2.16", "--offline", "--no-remedies"]
        words += ["--envdir", str(tmp_path / "envs"), "--output", str(tmp_path / "out"), *more]
        options = read_options(words, tmp_path)
        plan = planned(options)
        environments = Environments.from_options(options)
        for cell in plan.cells:
            name = environments.known_name(cell.cell)
            assert name is not None
            place = options.envdir / "envs" / name
            if not place.exists():
                furnish(place, "obedient")
                finish(place)
        store = Store(folder=options.output / "results")
        store.reset_for(plan_document(plan))
        store = store.of_this_run()
        fed.store_inputs(plan, store, None)
        return BegunRun(plan=plan, options=options, store=store)

    return made


@pytest.fixture
def process() -> Iterator[UnitProcess]:
    """A process that performs units, ended with the test."""
    made = UnitProcess()
    yield made
    made.stop()

"""A run of many cells that goes nowhere by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.plan.plan import Plan
from matrix.run.store import Store
from reports.progress.watch import Watch
from tests.builders import make_cell, make_plan

RELEASES = [f"2.{minor}.1" for minor in range(4, 22)]


@pytest.fixture
def plan() -> Plan:
    """18 cells with the same three checks."""
    return make_plan([make_cell(name) for name in RELEASES])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of a run that has no outcome yet."""
    return Store(folder=tmp_path / "results")


@pytest.fixture
def watch(plan: Plan, store: Store) -> Watch:
    """A look at all of them."""
    return Watch.of(plan, plan.run_order, store)

"""Plain lines of a run: one for each finished cell, and a sign of life."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.plan.plan import Plan
from matrix.run import progress
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.store import Store
from reports.progress.lines import QUIET_SECONDS, Lines
from reports.progress.watch import Watch
from tests.builders import make_cell, make_model, make_outcome, make_plan

LOADED = CheckRecord(stage="load", loaded=True)
FAILED = CheckRecord(stage="load", loaded=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path)


@pytest.fixture
def plan() -> Plan:
    return make_plan([make_cell(name) for name in ("2.14.1", "2.15.1", "2.16.2")])


@pytest.fixture
def lines(plan: Plan, store: Store) -> Lines:
    return Lines(watch=Watch.of(plan, plan.run_order, store))


def outcome_of(plan: Plan, cell: str, record: CheckRecord) -> Outcome:
    return make_outcome(cell, {check.id: record for check in plan.cell(cell).checks})


def test_finished_cell_is_a_line_with_its_verdicts(lines: Lines, store: Store, plan: Plan) -> None:
    assert lines.next() == []
    store.write(outcome_of(plan, "2.15.1", FAILED))
    (line,) = lines.next()
    assert line.startswith("[1/3] 2.15.1: saved_model fails, session fails, keras fails (")
    assert lines.next() == []


def test_cell_without_an_environment_says_why(lines: Lines, store: Store) -> None:
    store.write(Outcome(cell="2.14.1", seconds=0.04, unavailable="There is no Python 3.11.\nMore."))
    assert lines.next() == ["[1/3] 2.14.1: unavailable: There is no Python 3.11. (0.0 s)"]


def test_cells_that_are_done_count(plan: Plan, store: Store) -> None:
    store.write(outcome_of(plan, "2.15.1", LOADED))
    lines = Lines(watch=Watch.of(plan, ("2.14.1", "2.16.2"), store))
    assert lines.next() == []
    store.write(outcome_of(plan, "2.16.2", LOADED))
    (line,) = lines.next()
    assert line.startswith("[2/3] 2.16.2: ")


def of_three_models(plan: Plan) -> Plan:
    """The first cell of a plan, with its checks for three models."""
    (first, *_) = plan.cells
    checks = tuple(replace(check, model=number) for number in range(3) for check in first.checks)
    models = tuple(make_model(path=Path(f"/m/{number}")) for number in range(3))
    cells = (replace(first, checks=checks),)
    return replace(
        plan, models=models, cells=cells, run_order=(first.cell.id,), nearest=(None,) * 3
    )


def test_of_many_models_a_line_counts_verdicts(store: Store, plan: Plan) -> None:
    many = of_three_models(plan)
    lines = Lines(watch=Watch.of(many, many.run_order, store))
    records = {c.id: FAILED if c.model == 1 else LOADED for c in many.cells[0].checks}
    store.write(make_outcome("2.14.1", records))
    (line,) = lines.next()
    assert line.startswith("[1/1] 2.14.1: loads: 2 models, fails: 1 (")


def test_models_that_a_fast_run_left_out_are_not_counted(store: Store, plan: Plan) -> None:
    many = replace(of_three_models(plan), fast=True)
    lines = Lines(watch=Watch.of(many, many.run_order, store))
    records = {check.id: LOADED for check in many.cells[0].checks if check.model != 1}
    store.write(replace(make_outcome("2.14.1", records), models=(0, 2)))
    (line,) = lines.next()
    assert line.startswith("[1/1] 2.14.1: loads: 2 models (")


def test_long_silence_is_broken_by_what_runs(lines: Lines, store: Store) -> None:
    progress.note(store, "2.14.1", progress.TESTING, done=3, total=12, detail="an\x1b[31modd name")
    progress.note(store, "2.16.2", progress.INSTALLING, detail="installing TensorFlow 2.16.2")
    lines.said -= QUIET_SECONDS
    assert lines.next() == [
        "[0/3] 2.14.1: testing 4/12 (an\\x1b[31modd name); 2.16.2: installing TensorFlow 2.16.2"
    ]
    assert lines.next() == []

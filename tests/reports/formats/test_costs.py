"""What a run says of its costs before it begins, and which choices it offers."""

from __future__ import annotations

from dataclasses import replace

from matrix.catalogue.cell import Cell
from matrix.plan.plan import Plan
from reports.formats.plans.costs import cost_lines
from tests.builders import make_cell, make_plan, make_prediction

# Each is 1 GB installed.
CELLS = [make_cell(f"2.{minor}.1") for minor in range(6, 16)]
NAMES = [cell.id for cell in CELLS]


def _plan(cells: list[Cell] = CELLS, *, fast: bool = False) -> Plan:
    """A model that every loader is predicted to load everywhere: both ends tell."""
    plan = make_plan(cells)
    said = tuple(
        make_prediction("loads", cell=planned.cell.id, loader=check.loader)
        for planned in plan.cells
        for check in planned.checks
    )
    return replace(plan, predictions=(said,), fast=fast)


def test_a_first_run_says_what_it_costs_and_what_would_cost_less() -> None:
    whole, fast, discard = cost_lines(_plan(), [], at_once=2)
    assert whole == (
        "10 releases to test, 10 environments to build: at most about 3.0 GB to download, "
        "10.0 GB of disk."
    )
    assert fast.startswith("With --fast, 2 of them first: 0.6 GB to download, 2.0 GB of disk.")
    assert "The other cells are predicted" in fast
    assert discard.startswith("With --discard, at most about 2.5 GB of disk.")


def test_what_is_ready_costs_nothing_and_nothing_is_offered() -> None:
    assert list(cost_lines(_plan(), NAMES)) == ["10 releases to test; all environments are ready."]
    assert list(cost_lines(make_plan([make_cell()]), [make_cell().id])) == [
        "1 release to test; its environment is ready."
    ]


def test_fast_is_not_offered_where_it_would_build_as_much() -> None:
    lines = list(cost_lines(_plan(), [NAMES[number] for number in range(1, 9)]))
    assert lines[0].startswith("10 releases to test, 2 environments to build")
    assert not [line for line in lines if "--fast" in line]


def test_nothing_is_said_of_predictions_where_there_are_none() -> None:
    assert not [line for line in cost_lines(make_plan(CELLS), []) if "--fast" in line]


def test_a_fast_run_says_what_it_begins_with() -> None:
    first, more, *_ = cost_lines(_plan(fast=True), [])
    assert first == (
        "2 of 10 releases to test first (--fast), 2 environments to build: "
        "at most about 0.6 GB to download, 2.0 GB of disk."
    )
    assert more.startswith("More cells are tested where the prediction proves wrong")
    ready = list(cost_lines(_plan(fast=True), NAMES))
    assert ready == ["2 of 10 releases to test first (--fast); all environments are ready."]


def test_what_is_required_is_tested_whatever_is_predicted() -> None:
    _, fast, *_ = cost_lines(_plan(), [], [NAMES[4]])
    assert fast.startswith("With --fast, 3 of them first: ")


def test_with_discard_it_is_not_offered_but_told() -> None:
    *_, last = cost_lines(_plan(), [], discard=True, at_once=3)
    assert last == "With --discard, they take at most about 3.5 GB of disk."


def test_a_cell_with_companions_shares_the_files_of_the_plain_one() -> None:
    cells = [make_cell("2.16.2"), make_cell("2.16.2", tf_keras=True)]
    (whole, *_) = cost_lines(make_plan(cells), [])
    assert whole.startswith("2 cells to test, 2 environments to build: at most about 0.3 GB")
    (alone, *_) = cost_lines(make_plan(cells), [cells[0].id])
    assert alone.endswith("at most about 0.1 GB to download, 0.1 GB of disk.")

"""The order in which cells are run."""

from __future__ import annotations

from dataclasses import replace

from matrix.plan.plan import Plan
from matrix.plan.prediction import Prediction
from matrix.prediction.run_order import most_informative_first
from tests.builders import make_cell, make_companion, make_model, make_plan

_VERSIONS = ("2.9.3", "2.10.1", "2.11.1", "2.12.1", "2.13.1", "2.14.1", "2.15.1")


def _plan(failing: set[str], *, nearest: str | None = None) -> Plan:
    plan = make_plan([make_cell(version) for version in _VERSIONS], make_model(), nearest=nearest)
    predictions = tuple(
        Prediction(
            tensorflow=version,
            loader="session",
            verdict="fails" if version in failing else "loads",
            why="",
            rule="",
            cell=version,
        )
        for version in _VERSIONS
    )
    return replace(plan, predictions=(predictions,))


def test_writer_then_newest_then_boundaries_then_oldest_then_the_rest() -> None:
    plan = _plan({"2.9.3", "2.10.1"}, nearest="2.13.1")
    assert most_informative_first(plan).run_order == (
        *("2.13.1", "2.15.1"),
        *("2.11.1", "2.10.1"),
        *("2.9.3",),
        *("2.14.1", "2.12.1"),
    )


def test_hole_has_two_boundaries() -> None:
    order = most_informative_first(_plan({"2.12.1"})).run_order
    assert set(order[1:4]) == {"2.11.1", "2.12.1", "2.13.1"}


def test_everything_runs_once_without_any_prediction() -> None:
    plan = replace(_plan(set()), predictions=())
    assert sorted(most_informative_first(plan).run_order) == sorted(_VERSIONS)


def test_only_what_needs_a_run_is_in_the_order() -> None:
    plan = replace(_plan(set()), run_order=("2.9.3", "2.15.1"))
    assert most_informative_first(plan).run_order == ("2.15.1", "2.9.3")


def test_plain_cell_comes_before_those_with_companions() -> None:
    beside = make_cell("2.16.2", tf_keras=True)
    plan = make_plan([beside, make_cell("2.16.2"), make_cell("2.15.1")])
    plan = replace(plan, cells=tuple(sorted(plan.cells, key=lambda one: one.cell.age)))
    assert most_informative_first(plan).run_order == ("2.16.2", beside.id, "2.15.1")


def test_boundaries_of_plain_cells_come_before_companions_of_the_newest() -> None:
    plan = _plan({"2.12.1"}, nearest="2.9.3")
    beside = replace(plan.cells[-1], cell=make_cell("2.15.1", make_companion()))
    cells = (*plan.cells, beside)
    order = most_informative_first(
        replace(plan, cells=cells, run_order=tuple(one.cell.id for one in cells))
    ).run_order
    assert order[:2] == ("2.9.3", "2.15.1")
    assert order.index("2.11.1") < order.index(beside.cell.id) < order.index("2.10.1")

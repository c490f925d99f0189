"""How often a cell is sent again: twice for what a machine did, and more where it never began."""

from __future__ import annotations

from pathlib import Path

from matrix.plan.plan import PlannedCell
from matrix.run.executor import PlannedRun
from matrix.run.executors.dask.flight import Flight
from matrix.run.remote.asked import Asked
from matrix.run.remote.joint import Joint
from matrix.run.remote.unit import Unit
from matrix.run.store import Store
from tests.builders import make_cell, make_options


def flight() -> Flight:
    run = PlannedRun(
        cells=("2.15.1",),
        options=make_options(),
        store=Store(folder=Path("none")),
        noxfile=Path("none"),
        part=3,
    )
    asked = Asked(planned=PlannedCell(cell=make_cell(), checks=()), models=None, known=None)
    unit = Unit(tool="", host="", cell="2.15.1", document="", words=(), envdir=None, shared="")
    return Flight(run=run, asked=asked, unit=unit, shared=None, joint=Joint(waiting=set()))


def sendings(*, begun: bool) -> int:
    cell, count = flight(), 1
    while True:
        cell.start()
        if begun:
            cell.begin("tcp://one")
        if not cell.may_go_again:
            return count
        cell.count()
        count += 1


def test_cell_is_sent_three_times_in_all_if_its_workers_are_lost() -> None:
    assert sendings(begun=True) == 3


def test_cell_that_never_began_is_sent_more_often_but_not_for_ever() -> None:
    assert sendings(begun=False) == 11


def test_second_beginning_of_one_sending_is_noticed() -> None:
    cell = flight()
    first = cell.start()
    assert not cell.begin("tcp://one")
    assert cell.begin("tcp://two")
    assert cell.start() != first
    assert not cell.begin("tcp://one")
    assert cell.name == "2.15.1 of part 3"

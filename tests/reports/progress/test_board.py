"""The board through a real rich, recorded as text: what is on it, and that it fits."""

from __future__ import annotations

import io
import logging
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from matrix.plan.plan import Plan
from matrix.run import progress
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.store import Store
from reports.output import log_shown
from reports.progress import shown
from reports.progress.board import Board
from reports.progress.live import Screen
from reports.progress.shown import wants_board
from reports.progress.watch import Watch
from tests.builders import make_outcome

LOADED = CheckRecord(stage="load", loaded=True)
FAILED = CheckRecord(stage="load", loaded=False)


def lines_of(watch: Watch, width: int = 100, height: int = 40) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(Board(watch=watch), end="")
    return captured.get().splitlines()


def finish(store: Store, plan: Plan, cell: str, record: CheckRecord = LOADED) -> None:
    store.write(make_outcome(cell, {check.id: record for check in plan.cell(cell).checks}))


def test_every_cell_says_what_it_does(watch: Watch, store: Store, plan: Plan) -> None:
    finish(store, plan, "2.4.1")
    finish(store, plan, "2.5.1", FAILED)
    store.write(Outcome(cell="2.6.1", seconds=0, unavailable="There is no Python 3.9."))
    progress.note(store, "2.7.1", progress.TESTING, done=2, total=12)
    progress.note(store, "2.8.1", progress.INSTALLING, detail="installing TensorFlow 2.8.1")
    progress.note(store, "2.9.1", progress.STARTING)
    watch.look()
    lines = lines_of(watch)
    assert len(lines) == 19
    assert lines[0].startswith("2.4.1   ◐ saved_model loads, session loads, keras loads  ")
    assert lines[1].startswith("2.5.1   ✗ saved_model fails, session fails, keras fails  ")
    assert "unavailable: There is no Python 3.9." in lines[2]
    assert lines[3:7] == [
        "2.7.1   · testing 3/12",
        "2.8.1   · installing TensorFlow 2.8.1",
        "2.9.1   · starting",
        "2.10.1  · waiting",
    ]
    assert "3 of 18 cells done, 3 running" in lines[-1]


@pytest.mark.parametrize("height", range(1, 24))
@pytest.mark.parametrize("width", [10, 40, 80])
def test_it_fits_any_terminal(
    watch: Watch, store: Store, plan: Plan, width: int, height: int
) -> None:
    for cell in plan.run_order[:5]:
        finish(store, plan, cell)
    for cell in plan.run_order[8:10]:
        progress.note(store, cell, progress.TESTING, done=2, total=12, detail="a\x1b[2Jname" * 20)
    watch.look()
    lines = lines_of(watch, width, height)
    assert len(lines) < max(height, 3)
    assert all(len(line) < width for line in lines)
    assert "\x1b" not in "".join(lines)
    if height >= 5:
        assert sum("testing" in line for line in lines) == (2 if width >= 40 else 0)


def test_neighbours_are_told_together_where_there_is_no_room(
    watch: Watch, store: Store, plan: Plan
) -> None:
    for cell in plan.run_order[:5]:
        finish(store, plan, cell)
    progress.note(store, "2.9.1", progress.STARTING)
    watch.look()
    lines = lines_of(watch, height=5)
    assert lines[:-1] == [
        "2.4.1 to 2.8.1    ◐ saved_model loads, session loads, keras loads  5 cells",
        "2.9.1             · starting",
        "2.10.1 to 2.21.1  · 12 cells waiting",
    ]
    # What was found goes before what waits.
    assert len(lines_of(watch, height=9)) == 8


def test_cells_that_a_fast_run_leaves_out_are_predicted(plan: Plan, store: Store) -> None:
    left = ("2.4.1", "2.15.1", "2.21.1")
    watch = Watch.of(replace(plan, fast=True), left, store)
    finish(store, plan, "2.15.1")
    watch.look()
    assert lines_of(watch, height=8)[:-1] == [
        "2.4.1             · waiting",
        "2.5.1 to 2.14.1   ◌ 10 cells predicted",
        lines_of(watch, height=8)[2],
        "2.16.1 to 2.20.1  ◌ 5 cells predicted",
        "2.21.1            · waiting",
    ]
    assert "1 of 3 cells done" in lines_of(watch)[-1]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_logged_is_above_the_board_and_the_board_is_gone_at_the_end(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    log = logging.getLogger("loadmatrix.matrix.run.cell")
    with log_shown(0):
        screen = Screen(Board(watch=watch), Console(file=terminal, width=60, height=30))
        with screen.used():
            screen.refresh()
            log.warning("mind \x1b[31mthis")
            log.info("what the board says itself")
            screen.refresh()
        log.info("after it")
    said = terminal.getvalue()
    assert "mind \\x1b[31mthis" in said
    assert "what the board says itself" not in said
    assert said.endswith("after it\n")
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h") == 1
    # The last that is done to the board is to erase all its lines.
    assert said[said.rindex("waiting") :].count("\x1b[2K") >= 19


def test_narrower_terminal_breaks_lines(watch: Watch) -> None:
    board = Board(watch=watch, widths=[10, 40, 41, 80, 0])
    assert board.lines_more(80) == 0
    assert board.lines_more(40) == 2
    assert board.lines_more(20) == 1 + 2 + 3


@pytest.mark.parametrize(
    ("environment", "is_terminal", "expected"),
    [
        pytest.param({"TERM": "xterm"}, True, True, id="terminal"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, True, True, id="no-colour"),
        pytest.param({"TERM": "xterm"}, False, False, id="pipe"),
        pytest.param({"TERM": "dumb"}, True, False, id="dumb"),
        pytest.param({"TERM": "xterm", "CI": "true"}, True, False, id="ci"),
    ],
)
def test_board_is_for_people_at_terminals(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    is_terminal: bool,
    expected: bool,
) -> None:
    monkeypatch.setattr(sys, "stdout", _Terminal() if is_terminal else io.StringIO())
    with log_shown(0):
        assert wants_board(environment) is expected
    for verbosity in (-1, 1, 2):
        with log_shown(verbosity):
            assert not wants_board(environment)


def test_bug_of_ours_ends_no_run(plan: Plan, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(Watch, "look", stumble)
    done = []
    with shown.shown(plan, plan.run_order, store):
        done.append("the run")
    assert done == ["the run"]

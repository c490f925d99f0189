"""Cells that wait: each is taken once, in their order, whoever takes them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.run.workers.waiting_cells import WaitingCells

ROOT = Path(__file__).resolve().parents[4]
CELLS = ("2.15.1", "2.16.2+tf_keras", "1.15.5")
_TAKES = """
import sys
from pathlib import Path
from matrix.run.workers.waiting_cells import WaitingCells
print(*(one.cell for one in WaitingCells(folder=Path(sys.argv[1])).taken()))
"""


@contextlib.contextmanager
def waiting_in(results: Path, *runs: Sequence[str], more: bool = False) -> Iterator[WaitingCells]:
    """The cells of some runs wait, whose results folders are called by their numbers."""
    with WaitingCells.of(results) as waiting:
        for number, cells in enumerate(runs):
            waiting.add(number, cells, results / str(number))
        if not more:
            waiting.no_more()
        yield waiting


def test_cells_are_taken_in_the_order_of_the_plan(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS) as waiting:
        taken = waiting.taken()
        assert next(taken).cell == CELLS[0]
        assert waiting.left() == [(0, cell) for cell in CELLS[1:]]
        assert [one.cell for one in taken] == list(CELLS[1:])
        assert waiting.left() == []


def test_cells_of_one_run_come_before_those_of_the_next(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS, CELLS[:1]) as waiting:
        taken = list(waiting.taken())
    assert [one.run for one in taken] == [0, 0, 0, 1]
    assert [one.results.name for one in taken] == ["0", "0", "0", "1"]
    assert taken[-1].cell == CELLS[0]


def test_worker_waits_while_more_cells_may_come(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS[:1], more=True) as waiting:
        command = [sys.executable, "-c", _TAKES, str(waiting.folder)]
        worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        while waiting.left():
            assert worker.poll() is None
        waiting.add(1, CELLS[1:], tmp_path)
        waiting.no_more()
        said, _ = worker.communicate(timeout=60)
    assert said.split() == list(CELLS)


def test_no_two_workers_take_the_same_cell(tmp_path: Path) -> None:
    cells = [f"2.{number}.0" for number in range(300)]
    with waiting_in(tmp_path, cells) as waiting:
        command = [sys.executable, "-c", _TAKES, str(waiting.folder)]
        workers = [
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
        ]
        taken = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert Counter(cell for mine in taken for cell in mine) == Counter(cells)
    assert all(mine == sorted(mine, key=cells.index) for mine in taken)


def test_worker_of_a_killed_run_takes_no_cell_of_the_next_one(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS, more=True) as killed:
        older = WaitingCells(folder=killed.folder)
    with waiting_in(tmp_path, CELLS) as waiting:
        assert list(older.taken()) == []
        assert [cell for _, cell in waiting.left()] == list(CELLS)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_cell_of_ours_is_not_taken(tmp_path: Path) -> None:
    with waiting_in(tmp_path, CELLS[:1]) as waiting:
        (waiting.folder / "00000 00000 a folder").mkdir()
        (waiting.folder / "something").touch()
        assert [one.cell for one in waiting.taken()] == [CELLS[0]]

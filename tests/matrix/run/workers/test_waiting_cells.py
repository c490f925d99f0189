"""Cells that wait: each is taken once, in their order, whoever takes them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from matrix.run.workers.waiting_cells import WaitingCells

ROOT = Path(__file__).resolve().parents[4]
CELLS = ("2.15.1", "2.16.2+tf_keras", "1.15.5")
_TAKES = """
import sys
from pathlib import Path
from matrix.run.workers.waiting_cells import WaitingCells
print(*WaitingCells(folder=Path(sys.argv[1])).taken())
"""


def test_cells_are_taken_in_the_order_of_the_plan(tmp_path: Path) -> None:
    with WaitingCells.of(tmp_path, CELLS) as waiting:
        taken = waiting.taken()
        assert next(taken) == CELLS[0]
        assert waiting.left() == list(CELLS[1:])
        assert list(taken) == list(CELLS[1:])
        assert waiting.left() == []


def test_no_two_workers_take_the_same_cell(tmp_path: Path) -> None:
    cells = [f"2.{number}.0" for number in range(300)]
    with WaitingCells.of(tmp_path, cells) as waiting:
        command = [sys.executable, "-c", _TAKES, str(waiting.folder)]
        workers = [
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
        ]
        taken = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert Counter(cell for mine in taken for cell in mine) == Counter(cells)
    assert all(mine == sorted(mine, key=cells.index) for mine in taken)


def test_worker_of_a_killed_run_takes_no_cell_of_the_next_one(tmp_path: Path) -> None:
    with WaitingCells.of(tmp_path, CELLS) as killed:
        older = WaitingCells(folder=killed.folder)
    with WaitingCells.of(tmp_path, CELLS) as waiting:
        assert list(older.taken()) == []
        assert waiting.left() == list(CELLS)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with WaitingCells.of(tmp_path, CELLS):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_cell_of_ours_is_not_taken(tmp_path: Path) -> None:
    with WaitingCells.of(tmp_path, CELLS[:1]) as waiting:
        (waiting.folder / "00000 a folder").mkdir()
        (waiting.folder / "something").touch()
        assert list(waiting.taken()) == [CELLS[0]]

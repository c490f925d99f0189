"""Who may write into a results folder, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.run.keeping import writers
from matrix.run.store import Store

# A cell of a run that was killed: it holds its lock for a while, or until it is killed.
_CELL = """
import sys, time
from pathlib import Path
from matrix.run.keeping.writers import writing
with writing(Path(sys.argv[1])):
    print("writing", flush=True)
    time.sleep(float(sys.argv[2]))
    Path(sys.argv[1], "written").touch()
"""


def _cell(folder: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _CELL, str(folder), str(seconds)]
    root = Path(__file__).resolve().parents[4]
    cell = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert cell.stdout is not None
    assert cell.stdout.readline() == "writing\n"
    return cell


def test_run_waits_until_the_cells_of_a_killed_one_have_ended(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    with _cell(tmp_path / "2.15.1", 1.0), store.exclusive():
        assert (tmp_path / "2.15.1" / "written").exists()


def test_run_is_refused_while_a_cell_of_another_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_PATIENCE_SECONDS", 0.1)
    store = Store(folder=tmp_path)
    with _cell(tmp_path / "2.15.1", 600) as cell:
        with pytest.raises(UsageError, match=r"Another run is writing to .*choose another"):
            store.exclusive().__enter__()
        with pytest.raises(UsageError, match="Another run is writing"), store.writing("2.15.1"):
            pass
        cell.kill()
    with store.exclusive(), store.writing("2.15.1"):
        pass

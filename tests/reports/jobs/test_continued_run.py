"""A full disk, and cells that are lost: what is known is told, and the same command goes on."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from matrix.files import write_text
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors import registry as executors
from reports.formats import registry
from reports.jobs import conclusion
from reports.jobs.exit_code import exit_code_of
from reports.jobs.matrix import matrix
from tests.builders import make_outcome, make_ran

Call = Callable[[], int]


class Quick:
    """An executor whose cells have answers at once, but for those that it loses."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.loses: set[str] = set()

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        for run in runs:
            for cell in run.cells:
                self.ran.append(cell)
                if cell in self.loses:
                    continue
                outcome = make_outcome(cell, {"0:saved_model": make_ran(1.0)})
                yield Ended(run=run, outcome=outcome)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Quick:
    executor = Quick()
    monkeypatch.setattr(executors, "EXECUTORS", {"quick": executor})
    return executor


@pytest.fixture
def call(model_named: Callable[[str], Path], quick: Quick, tmp_path: Path) -> Call:
    """The whole job, in two cells; the executor is none that needs environments."""
    assert quick.ran == []
    words = [str(model_named("loads")), "--tensorflow", ">=2.14,<2.16", "--executor", "quick"]
    words += ["--output", str(tmp_path / "out"), "--envdir", str(tmp_path / "envs")]

    def job(arguments: Sequence[str]) -> int:
        return matrix(arguments, tmp_path, tmp_path / "no-noxfile.py")

    return lambda: exit_code_of(job, words)


def _full(path: Path) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_report_that_has_no_room_costs_no_outcome(
    call: Call,
    quick: Quick,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(_report: Any, path: Path) -> None:
        raise _full(path)

    out = tmp_path / "out"
    with monkeypatch.context() as full:
        full.setattr(conclusion, "write_report", refused)
        assert call() == 2
    said = capsys.readouterr().out
    assert "2.15.1" in said
    assert "The report could not be written." in said
    assert f"The disk of {out / 'report.json'} is full. Free some space" in said
    assert not (out / "report.html").exists()
    assert json.loads((out / "results" / "run.json").read_text())["complete"] is False
    # Nothing is left to run, and now there is room.
    assert call() == 0
    assert "2 of 2 cells are done." in capsys.readouterr().out
    assert sorted(quick.ran) == ["2.14.1", "2.15.1"]
    assert json.loads((out / "report.json").read_text())["complete"] is True


def test_file_that_has_no_room_is_not_that_of_an_earlier_run(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert call() == 0

    def some(path: Path, text: str) -> None:
        if path.name == "report.html":
            raise _full(path)
        write_text(path, text)

    monkeypatch.setattr(registry, "write_text", some)
    assert call() == 2
    assert f"The disk of {out / 'report.html'} is full" in capsys.readouterr().out
    assert not (out / "report.html").exists()
    assert (out / "report.md").exists()


def test_run_that_cannot_begin_names_the_path(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    assert call() == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "out") in said
    assert "run the same command again" in said


def test_cell_whose_session_was_killed_is_tried_by_the_same_command(
    call: Call, quick: Quick, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.loses = {"2.15.1"}
    assert call() == 2
    said = capsys.readouterr()
    assert "The sessions of these cells failed or were killed: 2.15.1." in said.err
    assert "2.14.1" in said.out
    quick.loses.clear()
    quick.ran.clear()
    assert call() == 0
    assert quick.ran == ["2.15.1"]
    assert json.loads((tmp_path / "out" / "report.json").read_text())["complete"] is True

"""What is shown of a divided run: counts, the estimate, the newest failure, what runs now."""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path

import pytest
from rich.console import Console

from matrix.options.options import Options
from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.store import Store
from reports.output import log_shown
from reports.progress import parts
from reports.progress.parts import PartsProgress
from reports.progress.parts_board import PartsBoard
from reports.progress.parts_watch import PartsWatch
from tests.builders import make_outcome

CELLS = ("2.14.1", "2.15.1")
LOADED = CheckRecord(stage="load", loaded=True)
FAILED = CheckRecord(stage="load", loaded=False)


@pytest.fixture
def watch() -> PartsWatch:
    """Two parts that have begun, of 64 models and of 6, in two cells each."""
    models = {part: dict.fromkeys(CELLS, count) for part, count in ((1, 64), (2, 6))}
    return PartsWatch(models=models, name_of=lambda part, number: f"hub/{part}-{number}.h5")


@pytest.fixture
def runs(watch: PartsWatch, tmp_path: Path) -> dict[int, PlannedRun]:
    found = {}
    for part in (1, 2):
        store = Store(folder=tmp_path / str(part))
        options = Options(models=(), output=tmp_path, envdir=tmp_path)
        run = PlannedRun(cells=CELLS, options=options, store=store, noxfile=tmp_path, part=part)
        watch.begun(run)
        found[part] = run
    return found


def _outcome(cell: str, *records: CheckRecord) -> Outcome:
    return make_outcome(cell, {f"{n}:keras": record for n, record in enumerate(records)})


def _lines(watch: PartsWatch, width: int = 79, height: int = 20) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    with console.capture() as captured:
        console.print(PartsBoard(watch=watch), end="")
    return captured.get().splitlines()


def test_board_has_parts_cells_models_the_time_left_and_the_newest_failure(
    watch: PartsWatch, runs: dict[int, PlannedRun]
) -> None:
    watch.started = time.monotonic() - 60
    progress.note(runs[1].store, "2.15.1", progress.TESTING, done=3, total=64, detail="a\x1b.h5")
    watch.look()
    assert _lines(watch)[0].startswith("part 1: 2.15.1: testing 4/64 (a\\x1b.h5)")
    assert "left" not in _lines(watch)[-1]
    watch.ended(Ended(run=runs[2], outcome=_outcome("2.14.1", FAILED, LOADED, FAILED)))
    watch.ended(Ended(run=runs[2], outcome=_outcome("2.15.1", LOADED, LOADED, LOADED)))
    watch.look()
    lines = _lines(watch)
    assert lines[1:3] == [
        "newest failure: 2.14.1 of part 2: hub/2-0.h5 and 1 more not loaded",
        "done: 1 of 2 parts, 2 of 4 cells, 12 of 140 cells of models",
    ]
    # 15 of 140 took a minute.
    assert "1:00 min, about 8:20 min left" in lines[3]


@pytest.mark.parametrize("height", [1, 3, 5, 40])
@pytest.mark.parametrize("width", [10, 40])
def test_board_fits_any_terminal_and_keeps_its_clock(
    watch: PartsWatch, runs: dict[int, PlannedRun], width: int, height: int
) -> None:
    for run in runs.values():
        for cell in CELLS:
            progress.note(run.store, cell, progress.TESTING, done=2, total=12, detail="name" * 20)
    watch.look()
    lines = _lines(watch, width, height)
    assert len(lines) < max(height, 3)
    assert all(len(line) < width for line in lines)
    assert " 0 s" in lines[-1]


def test_cell_without_environment_is_a_failure_and_known_answers_are_none(
    watch: PartsWatch, runs: dict[int, PlannedRun]
) -> None:
    none = Outcome(cell="2.14.1", seconds=0, unavailable="There is no Python 3.9.")
    watch.ended(Ended(run=runs[1], outcome=none))
    known = make_outcome("2.15.1", {"0:keras": FAILED})
    watch.ended(Ended(run=runs[1], outcome=Outcome(**{**vars(known), "reused": {0: 1.0}})))
    assert watch.newest_failure == "2.14.1 of part 1: unavailable: There is no Python 3.9."


def test_pipe_gets_a_line_for_each_cell_and_what_runs_where_that_takes_long(
    watch: PartsWatch,
    runs: dict[int, PlannedRun],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(parts, "_LOOK_SECONDS", 0.01)
    progress.note(runs[1].store, "2.15.1", progress.TESTING, done=3, total=64)
    with log_shown(0):
        told = PartsProgress(watch)
        with told.shown():
            told.ended(Ended(run=runs[1], outcome=_outcome("2.14.1", LOADED, FAILED)))
            time.sleep(0.1)
    said = capsys.readouterr().out.splitlines()
    assert "[1/4] part 1: 2.14.1: 1 of 2 load (1.0 s)" in said
    assert "[1/4] part 1: 2.15.1: testing 4/64" in said
    assert said[-1] == "1 of 4 cells done in 0 s."
    assert logging.getLogger("loadmatrix").handlers == []

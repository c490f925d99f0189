"""`--fast` of a divided run: each wave has all parts, and each part as many waves as it needs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError
from matrix.options.reading import read_options
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors import registry
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from reports.jobs.divided.run import sweep_divided
from reports.jobs.report import report
from tests.builders import make_outcome, make_ran

REFUSED = CheckRecord(stage="load", error=ErrorRecord(type="ValueError", message="no"))
CELLS = 8


class Farm:
    """An executor whose first part contradicts its predictions in old releases; it may `lose`."""

    def __init__(self) -> None:
        self.waves: list[dict[int, list[str]]] = []
        self.loses: tuple[int, str] | None = None
        self.stops_in_wave: int | None = None

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        self.waves.append({})
        for run in runs:
            self.waves[-1][run.part] = list(run.cells)
            for cell in run.cells:
                if (run.part, cell) != self.loses:
                    yield Ended(run=run, outcome=make_outcome(cell, self._records(run, cell)))
                if len(self.waves) == self.stops_in_wave:
                    raise KeyboardInterrupt

    def _records(self, run: PlannedRun, cell: str) -> dict[str, CheckRecord]:
        fails = run.part == 1 and cell.startswith(("2.8.", "2.9."))
        return {c.id: REFUSED if fails else make_ran(1.0) for c in run.plan.cell(cell).checks}


@pytest.fixture
def farm(monkeypatch: pytest.MonkeyPatch) -> Farm:
    executor = Farm()
    monkeypatch.setattr(registry, "EXECUTORS", {"farm": executor})
    monkeypatch.setenv("LOADMATRIX_KNOWN", "off")
    return executor


@pytest.fixture
def call(model_named: Callable[[str], Path], farm: Farm, tmp_path: Path) -> Callable[[], int]:
    """The job over two parts of one model each, in eight releases."""
    assert farm.waves == []
    models = [str(model_named(name)) for name in ("first", "second")]

    def run() -> int:
        words = [*models, "--fast", "--no-remedies", "--executor", "farm"]
        words += ["--tensorflow", ">=2.8,<2.16", "--output", str(tmp_path / "out")]
        options = read_options([*words, "--envdir", str(tmp_path / "envs")], tmp_path)
        return sweep_divided(options, tmp_path / "nox.py", datetime.now(UTC), time.monotonic(), 1)

    return run


def _sources(folder: Path) -> list[dict[str, str]]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return [{cell["id"]: cell["source"] for cell in model["cells"]} for model in report["models"]]


def _verdicts(folder: Path) -> list[list[str]]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return [[cell["verdict"] for cell in model["cells"]] for model in found["models"]]


def test_first_wave_has_all_parts_and_later_ones_those_that_leave_something_open(
    call: Callable[[], int], farm: Farm, tmp_path: Path
) -> None:
    assert call() == 0
    first, *later = farm.waves
    assert set(first) == {1, 2}
    assert later
    assert all(set(wave) == {1} for wave in later)
    for part, sources in enumerate(_sources(tmp_path / "out"), start=1):
        assert len(sources) == CELLS
        ran = {cell for wave in farm.waves for cell in wave.get(part, ())}
        measured = {cell for cell, source in sources.items() if source == "measured"}
        assert measured == ran
        assert len(ran) < CELLS or part == 1


def test_interrupted_run_and_its_report_made_again_say_the_same(
    call: Callable[[], int], farm: Farm, tmp_path: Path
) -> None:
    farm.stops_in_wave = 2
    with pytest.raises(KeyboardInterrupt):
        call()
    first, second = _verdicts(tmp_path / "out")
    # All that the second part needed was measured in the first wave.
    assert "not-run" in first
    assert "predicted" in second
    assert report([str(tmp_path / "out"), "--output", str(tmp_path / "again")], tmp_path) == 0
    assert _verdicts(tmp_path / "again") == [first, second]
    farm.stops_in_wave = None
    assert call() == 0
    first, _ = _verdicts(tmp_path / "out")
    assert "not-run" not in first


def test_part_that_loses_a_cell_is_not_complete_and_the_others_are(
    call: Callable[[], int], farm: Farm, tmp_path: Path
) -> None:
    farm.loses = (2, "2.15.1")
    with pytest.raises(LoadmatrixError, match=r"2\.15\.1 of part 2"):
        call()
    # Which cells a run leaves to their predictions is known at its end.
    assert "predicted" not in _sources(tmp_path / "out")[1].values()
    farm.loses, farm.waves = None, []
    assert call() == 0
    assert {cell for wave in farm.waves for cell in wave.get(2, ())} == {"2.15.1"}
    assert not any(wave.get(1) for wave in farm.waves)

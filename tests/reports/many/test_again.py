"""The formats of a report of many models once more, when its results are gone."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from matrix.options.requirements import GateOptions
from reports.gate.judgement import read_gate
from reports.jobs.report import report
from reports.many.again import finish_again
from reports.many.model_files import name_of
from reports.many.opened import open_report
from reports.report.report_json import read_report
from tests.reports.many.many import finished, several

GATE = read_gate(GateOptions(), date(2026, 1, 2))


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A report of 70 models that is an index."""
    monkeypatch.setattr("reports.many.written.MOST_IN_ONE", 10)
    return finished(several(70), tmp_path / "out")


def test_formats_are_made_again_and_the_report_stays(stored: Path) -> None:
    before = {path.name: path.read_bytes() for path in stored.iterdir() if path.is_file()}
    models = {path.name: path.read_bytes() for path in (stored / "models").glob("*.json")}
    for name in before.keys() - {"report.json"}:
        (stored / name).unlink()
    report([str(stored / "report.json")], stored)
    assert {p.name: p.read_bytes() for p in stored.iterdir() if p.is_file()} == before
    assert {path.name: path.read_bytes() for path in (stored / "models").glob("*.json")} == models


def test_elsewhere_it_is_a_whole_report_of_its_own(stored: Path, tmp_path: Path) -> None:
    finish_again(open_report(stored), tmp_path / "copy", GATE)
    seen = read_report(stored / "report.json")
    shutil.rmtree(stored)
    assert read_report(tmp_path / "copy" / "report.json") == seen


def test_file_that_is_damaged_is_left_to_be_mended(stored: Path) -> None:
    damaged = stored / name_of(3)
    good = damaged.read_bytes()
    damaged.write_bytes(good[:-9])
    finish_again(open_report(stored), stored, GATE)
    assert damaged.read_bytes() == good[:-9]
    assert "damaged" in read_report(stored / "report.json").models[3].untested
    damaged.write_bytes(good)
    assert not read_report(stored / "report.json").models[3].untested

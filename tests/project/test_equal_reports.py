"""When two reports of the same models are equal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.scale.equal_reports import differences
from matrix.results import verdicts
from reports.report.report import Report
from reports.report.report_json import write_report
from tests.builders import make_cell, make_cell_result, make_report, make_result


def _written(report: Report, path: Path) -> Path:
    write_report(report, path)
    return path


def _report(*, runs: bool = True, seconds: float = 1.0) -> Report:
    verdict = verdicts.Runs() if runs else verdicts.Unavailable(reason="no wheel")
    result = make_result(make_cell_result(make_cell("2.15.1"), verdict))
    return replace(make_report(result), seconds=seconds)


def test_times_are_no_difference(tmp_path: Path) -> None:
    one = _written(_report(), tmp_path / "one.json")
    other = _written(_report(seconds=99), tmp_path / "other.json")
    assert list(differences(one, other)) == []


def test_other_verdict_is_named_with_its_model_and_cell(tmp_path: Path) -> None:
    one = _written(_report(), tmp_path / "one.json")
    other = _written(_report(runs=False), tmp_path / "other.json")
    found = list(differences(one, other))
    (verdict,) = [one for one in found if one.where.endswith("cells[2.15.1].verdict")]
    assert verdict.values == "'runs' and 'unavailable'"
    assert not verdict.is_words
    # Why it is so is told in words.
    assert {one.is_words for one in found if one.where.endswith("reason")} == {True}


def test_missing_model_is_a_difference(tmp_path: Path) -> None:
    one = _written(_report(), tmp_path / "one.json")
    other = _written(replace(_report(), models=()), tmp_path / "other.json")
    assert [str(found) for found in differences(one, other)] == ["report: 1 models and 0"]

"""Reports of many models: every format from their files, and the same judgement as of few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.options.requirements import GateOptions
from reports.formats import junit
from reports.formats.csv import render as render_csv
from reports.formats.junit import Suites
from reports.formats.streaming import rendered
from reports.gate.judgement import evaluate_gate, judged, read_gate
from reports.gate.requirements import Gate
from reports.many.finish import finish
from reports.many.model_files import name_of
from reports.many.opened import open_report
from reports.many.streamed import go_through
from reports.report.internal_errors import InternalErrors
from reports.report.report_json import read_report
from tests.builders import report_of
from tests.reports.many.many import FAILS, RUNS, TODAY, finished, many, several


def _gate(**demands: object) -> Gate:
    return read_gate(GateOptions(**demands), TODAY)  # type: ignore[arg-type]


@pytest.fixture
def errors(tmp_path: Path) -> InternalErrors:
    return InternalErrors(log=tmp_path / "errors.log")


def test_every_format_says_what_a_report_in_memory_says(
    tmp_path: Path, errors: InternalErrors
) -> None:
    report, output = several(70), tmp_path / "out"
    finish(many(report, tmp_path / "made"), output, _gate(), errors)
    assert errors.lines == []
    assert read_report(output / "report.json") == report
    assert (output / "report.csv").read_text("utf-8") == render_csv(report)
    suites = rendered(Suites(report, logs=False), report.models)
    assert (output / "junit.xml").read_text("utf-8") == suites
    # The first word of a log.
    assert "noise" in junit.render(report)
    assert "noise" not in suites
    assert {path.name for path in output.iterdir()} == {
        *("report.json", "report.csv", "report.md", "report.html", "junit.xml"),
        *("badge.svg", "badge.json", "models"),
    }
    assert len(list((output / "models").glob("0*"))) == 2 * 70
    assert (output / "models" / "environments.js").exists()


def test_report_of_few_models_is_that_of_a_run_of_them(
    tmp_path: Path, errors: InternalErrors
) -> None:
    report, output = several(3), finished(several(70), tmp_path / "out")
    (output / "gate.txt").write_text("of the run before")
    finish(many(report, tmp_path / "made"), output, _gate(), errors)
    assert read_report(output / "report.json") == report
    assert (output / "matrix.svg").exists()
    assert not (output / "models").exists()
    assert not (output / "gate.txt").exists()


@pytest.mark.parametrize("level", ["loads", "runs"])
def test_streamed_judgement_is_that_of_the_whole_report(
    level: str, tmp_path: Path, errors: InternalErrors
) -> None:
    then, now = several(20), several(20)
    worse = report_of({"2.15.1": FAILS, "2.16.2": RUNS}).models[0]
    changed = replace(worse, path="/models/1", sha256=f"{1:064x}")
    now = replace(now, models=(now.models[0], changed, *reversed(now.models[3:])))
    finished(then, tmp_path / "then")
    gate = _gate(
        require=("tensorflow>=2.15,<2.17", "keras:tensorflow>=2.14"),
        require_verdict=level,
        baseline=tmp_path / "then",
        fail_on_regression=True,
        known_failures=(
            {"model": "2", "tensorflow": ">=2.16", "reason": "known", "expires": TODAY},
            {"model": "1", "tensorflow": ">=2.16", "reason": "over", "expires": TODAY},
        ),
    )
    seen = go_through(many(now, tmp_path / "made"), gate, errors)
    assert seen.evaluation is not None
    whole = evaluate_gate(now, gate)
    assert judged(seen.evaluation) == whole
    assert len(whole.errors) > 2
    assert any("no longer tested" in line for line in whole.notices)


def test_baseline_may_be_the_report_that_is_replaced(
    tmp_path: Path, errors: InternalErrors, capsys: pytest.CaptureFixture[str]
) -> None:
    output = finished(several(70), tmp_path / "out")
    gate = _gate(baseline=output, fail_on_regression=True)
    failing = report_of({"2.15.1": FAILS, "2.16.2": FAILS}).models[0]
    now = several(70)
    models = [
        replace(failing, path=m.path, sha256=m.sha256) if n % 4 == 1 else m
        for n, m in enumerate(now.models)
    ]
    now = replace(now, models=tuple(models))
    code = finish(many(now, tmp_path / "made"), output, gate, errors)
    said = capsys.readouterr().out
    assert code == 1
    assert "18 models newly fail with saved_model in 2.15 - 2.16 (1, 5, 9 and 15 more)" in said
    assert "newly failing: " not in said
    assert "Worse than the baseline: 18 models newly fail" in said
    every = (output / "gate.txt").read_text().splitlines()
    assert sum("newly failing: " in line for line in every) == 18
    assert read_report(output / "report.json") == now


def test_lines_of_the_gate_are_few_and_a_file_has_all(
    tmp_path: Path, errors: InternalErrors, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    gate = _gate(require=("tensorflow>=2.15,<2.17",))
    assert finish(many(several(200), tmp_path / "made"), output, gate, errors) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if "is required" in line]
    assert 0 < len(said) <= 21
    every = (output / "gate.txt").read_text().splitlines()
    assert sum("is required" in line for line in every) == 150


def test_model_whose_file_is_gone_is_untested_and_the_others_are_there(
    tmp_path: Path, errors: InternalErrors
) -> None:
    report, output = several(70), tmp_path / "out"
    made = many(report, tmp_path / "made")
    (made.folder / name_of(7)).unlink()
    finish(made, output, _gate(), errors)
    models = read_report(output / "report.json").models
    assert "could not be written" in models[7].untested
    assert models[:7] + models[8:] == report.models[:7] + report.models[8:]


def test_report_that_cannot_be_written_leaves_the_one_of_before(
    tmp_path: Path, errors: InternalErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = finished(several(70), tmp_path / "out")
    before = read_report(output / "report.json")
    made = many(several(80), tmp_path / "made")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.json")

    monkeypatch.setattr("reports.many.written.write_document", full)
    assert finish(made, output, _gate(), errors) == 2
    assert "is full" in errors.unwritten[0]
    assert read_report(output / "report.json") == before
    assert len(list((output / "models").glob("*.json"))) == 70


def test_files_of_models_that_are_no_more_are_removed(
    tmp_path: Path, errors: InternalErrors
) -> None:
    made = many(several(80), tmp_path / "made")
    few = replace(made, rows=made.rows[:70])
    finish(few, tmp_path / "out", _gate(), errors)
    assert len(list((tmp_path / "out" / "models").glob("*.json"))) == 70
    assert len(open_report(tmp_path / "out")) == 70

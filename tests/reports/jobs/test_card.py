"""`nox -s card`: putting in, checking, showing; and what it says of bad input."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.model.identify import identify
from matrix.results import verdicts
from matrix.results.result import ModelResult
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.jobs.card import card
from reports.report.report_json import write_report
from tests.builders import (
    make_cell,
    make_cell_result,
    make_model,
    make_plan,
    make_result,
    make_sample,
)
from tests.conftest import EXAMPLE
from tests.reports.build.test_report_json import RUN

CARD = "README.md"


def _report(folder: Path, result: ModelResult | None = None, run: Run = RUN, **model: Any) -> str:
    found = result or make_sample()
    plan = make_plan([one.cell for one in found.cells], make_model(**model))
    write_report(build_report(plan, [found], run), folder / "report.json")
    return "report.json"


def _fails() -> ModelResult:
    return make_result(make_cell_result(make_cell(), verdicts.Fails(error=ErrorRecord())))


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_card_is_made_and_found_up_to_date(tmp_path: Path) -> None:
    report = _report(tmp_path)
    assert card([report, CARD], tmp_path) == 0
    assert card([report, CARD, "--check"], tmp_path) == 0
    assert card([CARD, "--check"], tmp_path) == 0


def test_check_fails_where_there_is_no_section(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("# A\n", encoding="utf-8")
    assert card([_report(tmp_path), CARD, "--check"], tmp_path) == 1
    assert card([CARD, "--check"], tmp_path) == 1
    assert (tmp_path / CARD).read_text(encoding="utf-8") == "# A\n"


def test_check_fails_for_a_section_of_other_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card([_report(tmp_path), CARD], tmp_path)
    assert card([_report(tmp_path, _fails()), CARD, "--check"], tmp_path) == 1
    assert "has a compatibility section that is out of date" in capsys.readouterr().err


def test_check_fails_for_an_edited_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card([_report(tmp_path), CARD], tmp_path)
    path = tmp_path / CARD
    path.write_text(path.read_text(encoding="utf-8").replace("| runs", "| RUNS"), encoding="utf-8")
    assert card([CARD, "--check"], tmp_path) == 1
    assert "edited by hand" in capsys.readouterr().err


def test_check_fails_when_the_model_is_not_the_tested_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = identify(EXAMPLE).sha256
    report = _report(tmp_path, path=EXAMPLE, sha256=digest)
    card([report, CARD], tmp_path)
    assert card([CARD, "--check", "--model", str(EXAMPLE)], tmp_path) == 0
    assert card([report, CARD, "--check"], tmp_path) == 0
    report = _report(tmp_path, path=EXAMPLE, sha256="cd" * 32)
    card([report, CARD], tmp_path)
    assert card([report, CARD, "--check"], tmp_path) == 1
    assert card([CARD, "--check", "--model", str(EXAMPLE)], tmp_path) == 1
    assert "half_plus_two is not the tested model" in capsys.readouterr().err


def test_diff_shows_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / CARD).write_text("# A\x1b[31m\n", encoding="utf-8")
    assert card([_report(tmp_path), CARD, "--diff"], tmp_path) == 0
    shown = capsys.readouterr().out
    assert "+## TensorFlow compatibility\n" in shown
    assert "\x1b" not in shown
    assert "BEGIN" not in (tmp_path / CARD).read_text(encoding="utf-8")


def test_card_keeps_its_mode_and_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_text("# A\n", encoding="utf-8")
    real.chmod(0o640)
    (tmp_path / CARD).symlink_to(real)
    card([_report(tmp_path), CARD], tmp_path)
    assert (tmp_path / CARD).is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "BEGIN LOADMATRIX" in real.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param([], "Give a report and a card", id="nothing"),
        pytest.param([CARD], "Give a report and a card", id="card-alone"),
        pytest.param(["a", "b", "c"], "Give a report and a card", id="three-files"),
        pytest.param(["report.json", CARD, "--chek"], "Did you mean --check", id="misspelled"),
        pytest.param(["report.json", "."], "is a folder", id="folder"),
        pytest.param(["report.json", "binary"], "is not UTF-8 text", id="binary"),
        pytest.param(["report.json", "model.py"], "model.py is not a model card", id="program"),
        pytest.param(["report.json", "report.json"], "is not a model card", id="report"),
        pytest.param(["report.json", "twice"], "one BEGIN and one END", id="doubled-markers"),
    ],
)
def test_bad_usage_is_one_sentence(arguments: list[str], complaint: str, tmp_path: Path) -> None:
    _report(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe#\0")
    (tmp_path / "twice").write_text("<!-- BEGIN LOADMATRIX -->\n" * 2, encoding="utf-8")
    (tmp_path / "model.py").write_text("layers = 3\n", encoding="utf-8")
    before = _contents(tmp_path)
    with pytest.raises(UsageError, match=complaint):
        card(arguments, tmp_path)
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("name", ["README", "CARD.MD", "model.markdown", "new.txt", "empty.txt"])
def test_file_that_is_a_card_by_its_name_or_has_nothing_to_lose(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if not name.startswith("new"):
        path.write_text("" if name.startswith("empty") else "# A\n", encoding="utf-8")
    report = _report(tmp_path)
    assert card([report, name], tmp_path) == 0
    # By now it is one for its markers.
    assert card([report, name], tmp_path) == 0


def test_report_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match="There is no report at"):
        card(["report.json", CARD], tmp_path)

"""`report.json` back as typed values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from reports.build.report_json import Run, make_document
from reports.report.report import from_document, read_report
from tests.builders import make_plan, make_sample

RUN = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)


def _stored(folder: Path) -> Path:
    sample = make_sample()
    document = make_document(make_plan([cell.cell for cell in sample.cells]), [sample], RUN)
    path = folder / "report.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_stored_report_is_read_back(tmp_path: Path) -> None:
    model = read_report(_stored(tmp_path)).models[0]
    assert (model.name, model.format) == ("m", "saved_model")
    assert {cell.id: (cell.verdict, cell.loads) for cell in model.cells} == {
        "2.10.1": ("unavailable", None),
        "2.11.1": ("fails", False),
        "2.12.1": ("fails", False),
        "2.13.1": ("differs", True),
        "2.14.1": ("runs", True),
        "2.15.1": ("runs", True),
        "2.16.2+tf_keras": ("not-run", None),
    }
    assert [cell.plain for cell in model.cells] == [True] * 6 + [False]


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 1}', '{"tool": 3}', "[" * 100_000])
def test_what_is_no_report_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadmatrixError, match="is not a loadmatrix report"):
        read_report(path)


def test_absent_report_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match="nox -s matrix"):
        read_report(tmp_path / "report.json")


def test_expectations_held_against_nothing_are_a_remark() -> None:
    sample = make_sample()
    plan = make_plan([cell.cell for cell in sample.cells])
    for unheld, where in [
        (("2.14.1",), "in 2.14.1:"),
        (("2.13.1", "2.14.1", "2.15.1"), "any cell"),
    ]:
        document = make_document(plan, [replace(sample, unheld=unheld)], RUN)
        (remark,) = [one for one in from_document(document).models[0].remarks if "expect" in one]
        assert remark.startswith("The expected outputs were not compared in")
        assert where in remark

"""A new verdict is its class and a rule: everything else knows what to do with it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from packaging.specifiers import SpecifierSet

from matrix.results import check_verdict, verdict
from matrix.results.conclude import conclude
from matrix.results.verdict import Verdict
from matrix.run.probe_output.events import CheckRecord
from reports.build.build_report import Run, build_report
from reports.formats.github import step_summary
from reports.formats.registry import FORMATS
from reports.gate.baseline import Kind, changes
from reports.gate.judgement import Judgement
from reports.gate.known_failures import meets
from reports.report.report import Report
from reports.report.report_json import from_document, to_document
from tests import throwaway_verdict
from tests.builders import make_cell, make_outcome, make_plan, make_ran

ROOT = Path(__file__).resolve().parents[2]
RUN = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
# The report is made as if the class stood beside the others: before anything else is imported.
SCHEMA = """
import json
from tests import throwaway_verdict
throwaway_verdict.define()
from reports.report.report_json import make_schema
print(json.dumps(make_schema()))
"""


@pytest.fixture
def swells(monkeypatch: pytest.MonkeyPatch) -> type[Verdict]:
    """The verdict, known to the whole program until the test ends."""
    monkeypatch.setattr(verdict, "_KINDS", dict(verdict._KINDS))
    kind, rule = throwaway_verdict.define()
    monkeypatch.setattr(check_verdict, "RULES", (rule, *check_verdict.RULES))
    return kind


def _report(*, swollen: bool = True) -> Report:
    """A model that runs in one release, and keeps too much memory in the next."""
    cells = [make_cell("2.14.1"), make_cell("2.15.1")]
    swelling = CheckRecord(stage="run", loaded=True, peak_mb=9999, calls=())
    records = {"2.14.1": make_ran(1.0), "2.15.1": swelling if swollen else make_ran(1.0)}
    outcomes = {
        cell.id: make_outcome(
            cell, {"0:saved_model": records[cell.id], "0:session": records[cell.id]}
        )
        for cell in cells
    }
    plan = make_plan(cells)
    return build_report(plan, conclude(plan, outcomes), RUN)


def test_it_is_concluded_and_is_the_verdict_of_its_cell(swells: type[Verdict]) -> None:
    (model,) = _report().models
    cells = {cell.id: cell for cell in model.cells}
    best = cells["2.15.1"].best("saved_model")
    assert best is not None
    assert (best.verdict, best.kind, best.loads) == ("swells", swells, True)
    assert best.reason == "swells: it kept 9999 MB"
    assert [cell.verdict for cell in model.cells] == ["runs", "swells"]


@pytest.mark.usefixtures("swells")
def test_it_counts_as_a_load_in_the_summary() -> None:
    (model,) = _report().models
    assert SpecifierSet(model.summary.specifier.removeprefix("tensorflow")).contains("2.15.1")
    assert not SpecifierSet(model.summary.runs.removeprefix("tensorflow")).contains("2.15.1")


@pytest.mark.usefixtures("swells")
def test_its_document_is_valid_and_comes_back() -> None:
    report = _report()
    document = to_document(report)
    made = subprocess.run(
        [sys.executable, "-c", SCHEMA], cwd=ROOT, capture_output=True, text=True, check=True
    )
    jsonschema.Draft202012Validator(json.loads(made.stdout)).validate(document)
    assert from_document(document) == report


@pytest.mark.usefixtures("swells")
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_it(name: str) -> None:
    text = FORMATS[name](_report())
    # A badge says where the model loads, and nothing of single verdicts.
    assert ("swells" in text) or name.startswith("badge")


@pytest.mark.usefixtures("swells")
def test_pages_and_pictures_have_its_colour_symbol_and_meaning() -> None:
    report = _report()
    page, picture = FORMATS["report.html"](report), FORMATS["matrix.svg"](report)
    assert ".swells{--fill:" in page
    assert "--symbol:'◇'" in page
    assert "loaded; it keeps too much memory" in page
    assert '<g class="warn"><title>saved_model in 2.15.1: swells</title>' in picture
    assert "◇" in picture


@pytest.mark.usefixtures("swells")
def test_tables_for_machines_have_it_as_what_it_says_it_is() -> None:
    report = _report()
    rows = list(csv.DictReader(io.StringIO(FORMATS["report.csv"](report))))
    assert [row["verdict"] for row in rows if row["cell"] == "2.15.1"][:2] == ["swells"] * 2
    suite = ET.fromstring(FORMATS["junit.xml"](report))
    failed = [
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == ["saved_model in 2.15.1", "session in 2.15.1"]


@pytest.mark.usefixtures("swells")
def test_gate_and_step_summary_know_it() -> None:
    before, now = _report(swollen=False), _report()
    check = now.models[0].cells[1].best("saved_model")
    assert check is not None
    assert (meets(check, "loads"), meets(check, "runs")) == (True, False)
    assert {change.kind for change in changes(before, now)} == {Kind.NO_LONGER_RUNS}
    assert "swells" in step_summary(now, Judgement())


def test_it_is_gone_when_the_test_ends() -> None:
    with pytest.raises(ValueError, match="unknown verdict 'swells'"):
        verdict.kind_of("swells")


def test_two_verdicts_cannot_have_the_same_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "_KINDS", dict(verdict._KINDS))

    def again() -> Any:
        class Again(Verdict):
            word = "runs"

        return Again

    with pytest.raises(TypeError, match="two verdicts are called 'runs'"):
        again()

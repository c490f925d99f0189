"""Any report, whatever its verdicts and whatever a model wrote into it, renders in every format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from matrix.called import by_command
from matrix.results import verdicts
from matrix.results.result import CellResult, ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.card import section
from reports.formats import terminal
from reports.formats.github import step_summary, workflow_commands
from reports.formats.registry import FORMATS
from reports.gate.judgement import Judgement
from reports.report.cause import Alternative, Cause, Certainty, Diagnosis
from reports.report.report import Report
from reports.report.report_json import from_document, read_schema, to_document
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    make_cell,
    make_cell_result,
    make_check_result,
    make_plan,
    make_result,
    report_of,
)
from tests.reports.formats.test_junit import SCHEMA

LOADERS = ("saved_model", "session", "keras")
VALIDATOR = jsonschema.Draft202012Validator(read_schema())
RUN = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
TEXTS = st.one_of(st.just(HOSTILE), st.text(max_size=40))


@st.composite
def _verdicts(draw: st.DrawFn) -> Verdict:
    text = draw(TEXTS)
    error = ErrorRecord(type=text, message=text, traceback=text)
    written: list[Verdict] = [
        verdicts.Fails(error=error),
        verdicts.Loads(error=error),
        verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log=text), loaded=draw(st.booleans())),
        verdicts.Broken(reason=text),
        verdicts.Unavailable(reason=text),
    ]
    return draw(st.sampled_from([*EXAMPLES.values(), *written]))


@st.composite
def _results(draw: st.DrawFn) -> ModelResult:
    cells: list[CellResult] = []
    for minor in range(12, 12 + draw(st.integers(1, 4))):
        loaders = draw(st.lists(st.sampled_from(LOADERS), min_size=1, unique=True))
        checks = [make_check_result(draw(_verdicts()), loader) for loader in loaders]
        cells.append(make_cell_result(make_cell(f"2.{minor}.1"), *checks))
    return make_result(*cells)


def _check_text(name: str, text: str, report: Report) -> None:
    text.encode("utf-8", "backslashreplace")
    if name.endswith((".xml", ".svg")):
        tree = etree.fromstring(text.encode())
        assert name != "junit.xml" or SCHEMA.validate(tree), SCHEMA.error_log
    if name.endswith(".csv"):
        cells = [cell for model in report.models for cell in model.cells]
        checks = [check for cell in cells for check in cell.checks]
        assert len(list(csv.reader(io.StringIO(text), strict=True))) == len(checks) + 1


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(result=_results())
def test_any_combination_renders_in_every_format(result: ModelResult) -> None:
    report = build_report(make_plan([cell.cell for cell in result.cells]), [result], RUN)
    document = to_document(report)
    VALIDATOR.validate(document)
    assert from_document(document) == report
    for name, render in FORMATS.items():
        _check_text(name, render(report), report)
    assert len(step_summary(report, Judgement()).encode()) < 1024 * 1024
    assert all("\n" not in line for line in workflow_commands(report, Judgement()))


@pytest.mark.parametrize("name", FORMATS)
def test_report_of_nothing_renders(name: str) -> None:
    report = build_report(make_plan([]), [], RUN)
    _check_text(name, FORMATS[name](report), report)


ONE_OF = Diagnosis(
    cause=Cause.MISSING_FILE,
    subject="m",
    explanation="There is nothing there.",
    certainty=Certainty.ONE_OF,
    alternatives=(
        Alternative(
            cause=Cause.PERMISSION_DENIED, explanation="It may not be read.", decides="the mode"
        ),
    ),
)
LIKELY = replace(ONE_OF, certainty=Certainty.LIKELY, alternatives=())


def _diagnosed(diagnosis: Diagnosis) -> Report:
    """A report of one model that fails, for that reason."""
    report = report_of({"2.15.1": EXAMPLES[verdicts.Fails]})
    (model,) = report.models
    (cell,) = model.cells
    (check,) = cell.checks
    cell = replace(cell, checks=(replace(check, diagnosis=diagnosis),))
    return replace(report, models=(replace(model, cells=(cell,)),))


TOLD: Mapping[str, Callable[[Report], str]] = {
    **{name: FORMATS[name] for name in ("report.md", "junit.xml", "report.html")},
    "terminal": lambda report: " ".join(terminal.render(report.models[0]).split()),
    "card": section.render,
    "summary": lambda report: step_summary(report, Judgement()),
}


@pytest.mark.parametrize("name", TOLD)
def test_formats_that_name_causes_say_how_sure_they_are(name: str) -> None:
    assert "issing file (likely)" in TOLD[name](_diagnosed(LIKELY))
    text = TOLD[name](_diagnosed(ONE_OF))
    assert "issing file or permission denied" in text
    assert "Or: It may not be read. What decides: the mode." in text


def test_sheet_has_certainty_and_alternatives_in_columns() -> None:
    (row,) = csv.DictReader(io.StringIO(FORMATS["report.csv"](_diagnosed(ONE_OF))))
    assert (row["cause"], row["certainty"]) == ("missing_file", "one of")
    assert row["alternatives"] == "permission_denied"


@pytest.mark.parametrize("diagnosis", [LIKELY, ONE_OF, replace(LIKELY, certainty=None)])
def test_document_keeps_how_sure_a_diagnosis_is(diagnosis: Diagnosis) -> None:
    report = _diagnosed(diagnosis)
    document = to_document(report)
    VALIDATOR.validate(document)
    assert from_document(document) == report


def test_document_of_before_there_was_certainty_is_read_and_rendered() -> None:
    document = to_document(_diagnosed(LIKELY))
    diagnosis = document["models"][0]["cells"][0]["checks"][0]["diagnosis"]
    for name in ("certainty", "alternatives", "rule"):
        del diagnosis[name]
    VALIDATOR.validate(document)
    for render in FORMATS.values():
        assert render(from_document(document))


@pytest.mark.parametrize("name", TOLD)
def test_formats_name_calls_as_who_made_the_report_would_write_them(name: str) -> None:
    by_nox = TOLD[name](_diagnosed(LIKELY))
    with by_command():
        mine = TOLD[name](_diagnosed(LIKELY))
    assert "nox -s" not in mine
    assert "loadmatrix explain" not in by_nox
    # What a format says beside its calls does not depend on them.
    assert mine.replace("loadmatrix explain --cause", "nox -s explain -- --cause") == by_nox

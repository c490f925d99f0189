"""Any report, whatever its verdicts and whatever a model wrote into it, renders in every format."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from matrix.results import verdicts
from matrix.results.result import CellResult, ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.formats.github import step_summary, workflow_commands
from reports.formats.registry import FORMATS
from reports.gate.judgement import Judgement
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

"""What kept a model in its place, and whose word a verdict is: in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from matrix.model.facts import Format
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import WALLS, ErrorRecord, IsolationRecord
from reports.build.build_report import build_report
from reports.card import section
from reports.formats import terminal
from reports.formats.github import step_summary
from reports.formats.registry import FORMATS
from reports.gate.judgement import Judgement
from reports.report.isolation_report import IsolationReport, sentence_on
from reports.report.report import Report
from reports.report.report_json import from_document, read_schema, to_document
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_ran
from tests.reports.formats.test_every_format import RUN

WHOLE = IsolationRecord(means=("bubblewrap", "landlock", "seccomp"), observed=WALLS)
NONE = IsolationRecord()
PARTLY = IsolationRecord(
    means=("bubblewrap",),
    observed=("reads", "writes", "network"),
    missing=("programs", "processes"),
)
LAMBDA = Risk(kind="lambda", subject="square", where=OpPlacement.LOAD, sentence="square runs.")
VERSIONS = ("2.14.1", "2.15.1")


def _report(
    walls: Mapping[str, IsolationRecord] | None = None,
    *,
    python: bool = False,
    trust: bool = False,
) -> Report:
    """An HDF5 model that runs in both releases."""
    cells = [make_cell(version) for version in VERSIONS]
    plan = make_plan(cells, make_model(Format.KERAS_H5))
    plan = replace(plan, risks=((LAMBDA,) if python else (),), trust=trust)
    outcomes = {
        cell.id: make_outcome(
            cell,
            {"0:keras:compile=True": make_ran(1.0)},
            isolation=(walls or {}).get(cell.id, WHOLE),
        )
        for cell in cells
    }
    return build_report(plan, conclude(plan, outcomes), RUN)


def _terminal(report: Report) -> str:
    return terminal.render(report.models[0], width=10_000)


def _summary(report: Report) -> str:
    return step_summary(report, Judgement())


SHOWING: Mapping[str, Callable[[Report], str]] = {
    "terminal": _terminal,
    "github": _summary,
    **{name: FORMATS[name] for name in ("report.md", "report.html", "junit.xml")},
}


def test_document_says_per_cell_what_was_observed_and_comes_back() -> None:
    report = _report({"2.14.1": PARTLY})
    document = to_document(report)
    jsonschema.Draft202012Validator(read_schema()).validate(document)
    first, second = (cell["isolation"] for cell in document["models"][0]["cells"])
    assert first == {
        "means": ["bubblewrap"],
        "observed": ["reads", "writes", "network"],
        "missing": ["programs", "processes"],
        "readable": [],
    }
    assert second["observed"] == list(WALLS)
    assert from_document(json.loads(json.dumps(document))) == report


@pytest.mark.parametrize("name", SHOWING)
def test_every_report_has_one_sentence_on_the_walls(name: str) -> None:
    told = SHOWING[name](_report())
    sentence = (
        "Isolation in all cells: files, network, programs, other processes "
        "(bubblewrap, landlock, seccomp)."
    )
    assert told.count(sentence) == 1


@pytest.mark.parametrize("name", SHOWING)
def test_without_walls_it_says_what_was_not_contained(name: str) -> None:
    told = SHOWING[name](_report(dict.fromkeys(VERSIONS, NONE)))
    assert "Isolation in all cells: none." in told
    assert "could read and write all files of the user who ran the test, use the network" in told


@pytest.mark.parametrize("name", SHOWING)
def test_cells_that_differ_are_told_apart(name: str) -> None:
    told = SHOWING[name](_report({"2.14.1": PARTLY}))
    first = "in 2.14.1: files, network (bubblewrap); not contained: programs, other processes."
    assert first in told
    assert " And in 2.15.1: files, network, programs, other processes" in told.partition(first)[2]


def test_what_an_option_opened_is_no_missing_wall() -> None:
    opened = IsolationReport(means=("landlock",), observed=("reads", "writes", "programs"))
    told = sentence_on({"2.15.1": opened}, VERSIONS)
    assert "allowed: network, other processes" in told
    assert "not contained" not in told


def test_what_the_caller_let_models_read_is_told() -> None:
    cell = make_cell()
    plan = replace(make_plan([cell], make_model(Format.KERAS_H5)), readable=("/data/vocab.txt",))
    outcome = make_outcome(cell, {"0:keras:compile=True": make_ran(1.0)}, isolation=WHOLE)
    report = build_report(plan, conclude(plan, {cell.id: outcome}), RUN)
    assert "also readable: /data/vocab.txt" in report.models[0].isolation
    document = to_document(report)
    jsonschema.Draft202012Validator(read_schema()).validate(document)
    assert document["models"][0]["cells"][0]["isolation"]["readable"] == ["/data/vocab.txt"]


def test_sheet_has_the_walls_in_one_word() -> None:
    text = FORMATS["report.csv"](_report({"2.14.1": NONE}))
    rows = csv.DictReader(io.StringIO(text))
    assert {row["cell"]: row["isolation"] for row in rows} == {
        "2.14.1": "none",
        "2.15.1": "reads+writes+network+programs+processes",
    }


def test_words_that_a_probe_made_up_are_not_shown() -> None:
    odd = IsolationRecord(means=("<b>steel", "landlock"), observed=("reads", "everything"))
    report = _report({"2.14.1": odd})
    cell = report.models[0].cells[0]
    assert cell.isolation == IsolationReport(means=("landlock",), observed=("reads",))


def test_a_cell_in_which_nothing_was_started_has_no_walls() -> None:
    cell = make_cell()
    plan = make_plan([cell], unavailable="no wheels")
    report = build_report(plan, conclude(plan, {cell.id: None}), RUN)
    assert report.models[0].cells[0].isolation is None
    assert report.models[0].isolation == ""
    assert "Isolation" not in _terminal(report)


# --- by its own word ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SHOWING, "report.csv", "matrix.svg"])
def test_verdicts_of_a_model_that_brings_python_are_marked(name: str) -> None:
    show = {**SHOWING, **FORMATS}[name]
    assert "by its own word" in show(_report(python=True))
    assert "by its own word" not in show(_report()).lower()


@pytest.mark.parametrize("name", [*SHOWING, "report.csv", "matrix.svg"])
def test_with_trust_the_mark_says_that_the_caller_vouches(name: str) -> None:
    told = {**SHOWING, **FORMATS}[name](_report(python=True, trust=True))
    assert "by its own word" not in told.lower()
    assert "trusted" in told


def test_card_says_whose_word_it_is_and_what_that_means() -> None:
    told = section.render(_report(python=True))
    assert "runs (by its own word)" in told
    assert "could have written them itself" in told


def test_remark_names_where_and_what_the_code_could_not_do() -> None:
    (model,) = _report(python=True).models
    (told,) = [line for line in model.remarks if line.startswith("By its own word")]
    assert "keras in 2.14.1 to 2.15.1" in told or "keras in 2.14.1, 2.15.1" in told
    assert "no verdict of another check or model" in told


def test_only_what_loaded_in_a_process_that_ran_it_is_marked() -> None:
    cell = make_cell()
    plan = make_plan([cell])
    plan = replace(plan, risks=((LAMBDA,),))
    seen = {
        "0:saved_model": make_ran(1.0),
        "0:session": make_ran(1.0),
        "0:keras:compile=True": CheckRecord(error=ErrorRecord(type="ValueError", message="no")),
        "0:keras:compile=False": make_ran(1.0),
    }
    (model,) = build_report(plan, conclude(plan, {cell.id: make_outcome(cell, seen)}), RUN).models
    marks = {(c.loader, c.variant): c.own_word for c in model.cells[0].checks}
    assert {key for key, mark in marks.items() if mark} == {("keras", "compile=False")}
    failed = [check for check in model.cells[0].checks if check.verdict == verdicts.Fails.word]
    assert failed


def test_a_pickle_that_nothing_unpickles_marks_nothing() -> None:
    lying = replace(LAMBDA, kind="pickle", where=OpPlacement.ELSEWHERE)
    cell = make_cell()
    plan = make_plan([cell], make_model(Format.KERAS_H5))
    plan = replace(plan, risks=((lying,),))
    outcome = make_outcome(cell, {"0:keras:compile=True": make_ran(1.0)})
    (model,) = build_report(plan, conclude(plan, {cell.id: outcome}), RUN).models
    assert [check.own_word for check in model.cells[0].checks] == [""]


def test_test_viewers_see_the_mark_beside_a_case_that_passes() -> None:
    suite = ET.fromstring(FORMATS["junit.xml"](_report(python=True)))
    said = [case.findtext("system-out") or "" for case in suite.iter("testcase")]
    assert said
    assert all("by its own word" in text for text in said)


@pytest.mark.parametrize("name", ["github", "report.md"])
def test_walls_of_several_models_are_told_once_where_they_are_the_same(name: str) -> None:
    first, second = _report(), _report({"2.14.1": PARTLY})
    same = replace(first, models=(first.models[0], replace(first.models[0], called="other")))
    assert SHOWING[name](same).count("Isolation in all cells:") == 1
    differing = replace(first, models=(first.models[0], replace(second.models[0], called="other")))
    told = SHOWING[name](differing)
    assert told.count("Isolation in all cells:") == 1
    assert told.count("Isolation in 2.14.1: ") == 1

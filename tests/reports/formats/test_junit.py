"""`junit.xml`: golden, valid whatever a model wrote, read by a parser of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from lxml import etree

from matrix.catalogue.releases import catalogue
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from reports.formats.junit import render, write_judged
from reports.gate.known_failures import read_known
from reports.gate.requirements import Gate, read_requirement
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
    report_of,
)
from tests.conftest import TESTS

HERE = Path(__file__).parent
RUNS = EXAMPLES[verdicts.Runs]
SCHEMA = etree.XMLSchema(etree.parse(HERE / "junit.xsd"))
ENDINGS: dict[type[Verdict], type[Failure | Error | Skipped] | None] = {
    verdicts.Runs: None,
    verdicts.Loads: None,
    verdicts.Differs: Failure,
    verdicts.Fails: Failure,
    verdicts.Crashed: Error,
    verdicts.TimedOut: Error,
    verdicts.OutOfMemory: Error,
    verdicts.Blocked: Skipped,
    verdicts.Unproven: Error,
    verdicts.Broken: Skipped,
    verdicts.Unavailable: Skipped,
    verdicts.NotApplicable: Skipped,
    verdicts.NotRun: Skipped,
    verdicts.Predicted: Skipped,
}


def suite_of(report: Report) -> TestSuite:
    """The only suite, valid by the schema and read back by a parser that is not ours."""
    text = render(report).encode()
    SCHEMA.assertValid(etree.fromstring(text))
    (suite,) = JUnitXml.fromstring(text)
    return suite


def _case(report: Report) -> TestCase:
    (case,) = suite_of(report)
    return case


def test_whole_document_is_the_golden_one() -> None:
    golden = (TESTS / "golden" / "junit.xml").read_text(encoding="utf-8")
    assert render(make_report(make_sample())) == golden


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_verdict_becomes_its_ending(member: type[Verdict]) -> None:
    case = _case(report_of({"2.15.1": EXAMPLES[member]}))
    assert [type(one) for one in case.result] == [kind for kind in [ENDINGS[member]] if kind]
    assert (case.classname, case.name) == ("m", "saved_model in 2.15.1")


def test_diagnosis_is_the_message_and_the_cause_the_type() -> None:
    (failure,) = _case(report_of({"2.15.1": EXAMPLES[verdicts.Fails]})).result
    assert failure.message.startswith("fails: missing custom object: `Odd` is not part of Keras")
    assert failure.type == "missing_custom_object"


def test_way_that_fails_where_another_loads_is_no_failure() -> None:
    failed = make_check_result(EXAMPLES[verdicts.Fails], loader="keras")
    runs = make_check_result(EXAMPLES[verdicts.Runs], loader="saved_model")
    suite = suite_of(make_report(make_result(make_cell_result(make_cell(), runs, failed))))
    assert (suite.failures, suite.errors, suite.skipped) == (0, 0, 1)
    (skipped,) = [one for case in suite for one in case.result]
    assert skipped.message.endswith("In this release, saved_model loads the model.")


def test_usual_call_that_fails_is_a_failure_whatever_else_loads() -> None:
    failed = make_check_result(EXAMPLES[verdicts.Fails], loader="keras")
    runs = make_check_result(EXAMPLES[verdicts.Runs], loader="saved_model")
    report = make_report(make_result(make_cell_result(make_cell(), runs, failed)))
    (model,) = report.models
    usual = replace(model, summary=replace(model.summary, usual="keras"))
    assert suite_of(replace(report, models=(usual,))).failures == 1


def test_log_of_a_death_is_kept() -> None:
    (error,) = _case(report_of({"2.15.1": EXAMPLES[verdicts.Crashed]})).result
    assert error.text.endswith("noise\nFatal Python error")


def test_facts_are_properties() -> None:
    root = etree.fromstring(render(make_report(make_sample())).encode())
    facts = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert facts["sha256"] == "ab" * 32
    assert facts["specifier"].startswith("tensorflow>=2.14")
    assert facts["tool"] == "loadmatrix 0.1.0"


def test_numbers_add_up() -> None:
    document = JUnitXml.fromstring(render(make_report(make_sample(), make_sample())).encode())
    (suite, other) = document
    assert suite.tests == len(list(suite)) == 13
    endings = [one for case in suite for one in case.result]
    kinds = [sum(isinstance(one, kind) for one in endings) for kind in (Failure, Error, Skipped)]
    assert [suite.failures, suite.errors, suite.skipped] == kinds == [5, 1, 3]
    assert document.tests == suite.tests + other.tests


def test_hostile_model_leaves_the_document_valid() -> None:
    suite = suite_of(make_report(make_hostile(), path=Path("/models", HOSTILE)))
    assert len(list(suite)) == len(make_hostile().cells)
    assert suite.name.startswith("x) [a](b)")


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\ud800", "\ufffe", "\U0010ffff", "]]>", "&lt;"])
def test_any_character_is_valid(text: str) -> None:
    blocked = verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log=f"a{text}b"))
    (error,) = _case(report_of({"2.15.1": blocked})).result
    assert "\na" in error.text
    assert error.text.endswith("b")


def test_report_without_cells_is_valid() -> None:
    SCHEMA.assertValid(etree.fromstring(render(make_report(make_result())).encode()))


def test_known_failure_is_skipped_with_its_declaration_and_others_fail(tmp_path: Path) -> None:
    fails = EXAMPLES[verdicts.Fails]
    known = read_known([{"cells": ["2.16.2"], "reason": "ticket 7", "expires": date(2026, 1, 2)}])
    seen = report_of({"2.16.2": fails, "2.17.1": fails})
    for today, ends in ((date(2026, 1, 2), [Skipped, Failure]), (date(2026, 1, 3), [Failure] * 2)):
        write_judged(seen, tmp_path, Gate(today=today, known_failures=known))
        text = (tmp_path / "junit.xml").read_bytes()
        SCHEMA.assertValid(etree.fromstring(text))
        (suite,) = JUnitXml.fromstring(text)
        results = [result for case in suite for result in case.result]
        assert [type(result) for result in results] == ends
        said = results[0].message.startswith("known failure until 2026-01-02 (ticket 7): fails: ")
        assert said == (ends[0] is Skipped)


def test_requirements_are_a_suite_whose_failures_are_those_of_the_job(tmp_path: Path) -> None:
    seen = report_of({"2.16.2": {"keras": EXAMPLES[verdicts.Fails], "session": RUNS}})
    wanted = ("keras:tensorflow==2.16.*", "tensorflow==2.16.*", "tensorflow==2.15.*")
    requirements = tuple(read_requirement(one, catalogue()) for one in wanted)
    write_judged(seen, tmp_path, Gate(today=date(2026, 1, 2), requirements=requirements))
    text = (tmp_path / "junit.xml").read_bytes()
    SCHEMA.assertValid(etree.fromstring(text))
    document = JUnitXml.fromstring(text)
    _, suite = document
    assert (suite.name, suite.tests, suite.failures) == ("requirements", 3, 2)
    assert document.failures == sum(one.failures for one in document)
    assert [case.name for case in suite] == [f"{one} (loads)" for one in wanted]
    first, second, third = ([one.message for one in case.result] for case in suite)
    assert "does not load in 2.16.2 (fails: " in first[0]
    assert second == []
    assert "no answer for 2.15.1 (it was not tested)" in third[0]

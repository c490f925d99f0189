"""Declared failures: read strictly, for a time, and reported when they are no longer needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from matrix.errors import UsageError
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.gate.known_failures import KnownFailure, Review, read_known
from reports.report.cause import Cause
from reports.report.report import Report
from tests.builders import EXAMPLES, report_of

TODAY = date(2026, 1, 2)
RUNS, FAILS = EXAMPLES[verdicts.Runs], EXAMPLES[verdicts.Fails]
LOADS, DIFFERS = EXAMPLES[verdicts.Loads], EXAMPLES[verdicts.Differs]
GIVEN: dict[str, Any] = {"tensorflow": ">=2.16", "reason": "a bug", "expires": TODAY}


def _one(**table: Any) -> KnownFailure:
    (found,) = read_known([{**GIVEN, **table}])
    return found


def test_every_key_arrives() -> None:
    found = _one(cells=["2.16.2"], loader="keras", model="m", cause="missing_file")
    assert (found.cells, found.loader, found.model) == (("2.16.2",), "keras", "m")
    assert (found.cause, found.reason, found.expires) == (Cause.MISSING_FILE, "a bug", TODAY)
    assert found.label == "m keras tensorflow>=2.16 2.16.2 missing_file"


@pytest.mark.parametrize(
    "day",
    [date(2026, 1, 2), "2026-01-02", datetime(2026, 1, 2, 3, tzinfo=UTC)],
    ids=["date", "string", "datetime"],
)
def test_day_may_be_written_in_several_ways(day: Any) -> None:
    assert _one(expires=day).expires == TODAY


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        pytest.param({"expires": None}, "needs an expiry date such as", id="no-expiry"),
        pytest.param({"expires": "soon"}, "not 'soon'", id="no-date"),
        pytest.param({"expires": 2027}, "not 2027", id="number"),
        pytest.param({"reason": None}, "has no reason", id="no-reason"),
        pytest.param({"reason": " "}, "must be a string that is not empty", id="empty-reason"),
        pytest.param({"tensorflow": None}, "has no releases. Add", id="no-place"),
        pytest.param({"tensorflow": "new"}, "not a version specifier", id="no-specifier"),
        pytest.param({"tensorflow": ">=3"}, "is >=3, which matches none of the", id="range"),
        pytest.param({"cells": "2.16.2"}, "must be a list of strings", id="cells"),
        pytest.param({"loader": "kers"}, "one of saved_model", id="loader"),
        pytest.param({"cause": "bug"}, "one of unregistered_op", id="cause"),
        pytest.param({"loder": "keras"}, "unknown key loder. Did you mean loader?", id="key"),
    ],
)
def test_declaration_that_makes_no_sense_is_a_sentence(table: Any, sentence: str) -> None:
    given = {name: value for name, value in {**GIVEN, **table}.items() if value is not None}
    with pytest.raises(UsageError, match=sentence) as caught:
        read_known([given])
    assert "known-failures number 1" in str(caught.value)


def _reviewed(report: Report, level: str, today: date) -> list[str]:
    review = Review([_one()], level)
    for model in report.models:
        review.add(model)
    return list(review.sentences(today))


def test_failure_that_still_fails_is_not_spoken_of() -> None:
    assert _reviewed(report_of({"2.16.2": FAILS}), "loads", TODAY) == []


def test_failure_that_no_longer_fails_is_report_of() -> None:
    (said,) = _reviewed(report_of({"2.16.2": RUNS, "2.17.1": RUNS}), "loads", TODAY)
    assert said == ("Known failure tensorflow>=2.16 no longer fails. Remove the declaration.")


@pytest.mark.parametrize("verdict", [LOADS, DIFFERS], ids=["loads", "differs"])
def test_failure_to_run_is_not_over_when_it_loads(verdict: Any) -> None:
    assert _reviewed(report_of({"2.16.2": verdict}), "runs", TODAY) == []


def test_failure_is_not_over_where_it_was_not_tested() -> None:
    assert _reviewed(report_of({"2.15.1": RUNS}), "loads", TODAY) == []


def test_expired_failure_says_so_from_the_day_after() -> None:
    report = report_of({"2.16.2": FAILS})
    (said,) = _reviewed(report, "loads", TODAY + timedelta(days=1))
    assert "expired on 2026-01-02, so it counts as a failure again" in said


def test_declared_cause_does_not_matter_where_the_loader_is_not_applicable() -> None:
    absent = verdicts.NotApplicable(reason="Keras 3 does not load SavedModel folders")
    failed = verdicts.Fails(error=ErrorRecord(type="OSError", message="it broke"))
    known = _one(tensorflow=">=2.16", loader="keras", cause="missing_file")
    for verdict, excused in ((absent, True), (failed, False)):
        (model,) = report_of({"2.16.2": {"keras": verdict}}).models
        (cell,) = model.cells
        assert known.excuses(model, cell, cell.checks[0]) is excused


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [("Encoder", True), ("model", True), ("/models/model", True), ("encoder", False)],
)
def test_a_model_is_meant_by_its_name_its_file_or_its_path(name: str, is_meant: bool) -> None:
    model = replace(report_of({"2.16.2": FAILS}).models[0], called="Encoder", path="/models/model")
    cell = model.cells[0]
    assert _one(model=name).applies_to(model, cell, cell.checks[0]) is is_meant


def test_model_that_is_not_in_this_run_is_told_with_what_may_be_meant() -> None:
    (model,) = report_of({"2.16.2": FAILS}).models
    for declared, said in (
        (
            "encodr",
            [
                "Known failure encodr tensorflow>=2.16 is about a model that this run does not "
                "have. Did you mean encoder?"
            ],
        ),
        (
            "other",
            [
                "Known failure other tensorflow>=2.16 is about a model that this run does not "
                "have. It has encoder."
            ],
        ),
        ("encoder", []),
    ):
        review = Review([_one(model=declared)], "loads")
        review.add(replace(model, called="encoder"))
        assert list(review.sentences(TODAY)) == said


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        pytest.param("2.16.2", "", id="there"),
        pytest.param("2.16.1", "this run has no cell 2.16.1. Did you mean 2.16.2?", id="patch"),
        pytest.param("2.16", "this run has no cell 2.16. Did you mean 2.16.2?", id="minor"),
        pytest.param("2.99.0", "this run has no cell 2.99.0.", id="no-release"),
        # A run of fewer releases makes no declaration wrong.
        pytest.param("2.15.1", "", id="not-tested"),
    ],
)
def test_cell_that_does_not_exist_is_told(cell: str, said: str) -> None:
    declared = {"cells": [cell], "reason": "a bug", "expires": TODAY}
    review = Review(read_known([declared]), "loads")
    review.add(report_of({"2.16.2": FAILS}).models[0])
    told = list(review.sentences(TODAY))
    assert told == ([f"Known failure {cell}: {said}"] if said else [])

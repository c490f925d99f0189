"""The badge: what it says, in which colour, and that it is a picture anybody may embed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from matrix.catalogue.releases import catalogue
from matrix.results import verdicts
from matrix.results.result import ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.badge import make_badge, render_json, render_svg
from reports.gate.requirements import Gate, read_requirement
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_report,
    make_result,
    make_sample,
    with_summary,
)
from tests.conftest import TESTS

GOLDEN = TESTS / "golden"
RUNS = EXAMPLES[verdicts.Runs]
FAILS = EXAMPLES[verdicts.Fails]
LOADS = EXAMPLES[verdicts.Loads]
CALL_FAILS = verdicts.Loads(error=ErrorRecord(type="ValueError", message="no"))


def _result(*found: Verdict) -> ModelResult:
    cells = [make_cell(f"2.{minor}.1") for minor in range(12, 12 + len(found))]
    return make_result(*map(make_cell_result, cells, found))


@pytest.mark.parametrize(
    ("name", "render"), [("badge.svg", render_svg), ("badge.json", render_json)]
)
def test_badge_is_the_golden_one(name: str, render: object) -> None:
    assert callable(render)
    assert render(make_report(make_sample())) == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_only_a_load_is_good_news_and_only_its_absence_an_error(member: type[Verdict]) -> None:
    report = make_report(_result(EXAMPLES[member]))
    good = EXAMPLES[member].is_load and member is not verdicts.Differs
    answer = EXAMPLES[member].loads is not None
    assert make_badge(report).positive is good
    assert json.loads(render_json(report))["isError"] is (answer and not good)


@pytest.mark.parametrize(
    ("found", "message", "colour"),
    [
        pytest.param([RUNS, RUNS], ">=2.12,<2.14 (2 of 2)", "brightgreen", id="everywhere"),
        pytest.param([FAILS, RUNS], ">=2.13,<2.14 (1 of 2)", "yellow", id="somewhere"),
        pytest.param([FAILS, FAILS], "loads in no release", "red", id="nowhere"),
        pytest.param([verdicts.NotRun()], "no answer", "lightgrey", id="no-answer"),
        pytest.param(
            [verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV"), loaded=True)],
            "loads only >=2.12,<2.13 (1 of 1)",
            "orange",
            id="dies-after-the-load",
        ),
        pytest.param(
            [CALL_FAILS] * 2, "loads only >=2.12,<2.14 (2 of 2)", "orange", id="no-call-succeeds"
        ),
        pytest.param(
            [CALL_FAILS, FAILS] * 5, "loads only in 5 of 10 releases", "orange", id="with-holes"
        ),
        pytest.param([RUNS, CALL_FAILS], "runs in 1 of 2 releases", "yellow", id="runs-in-one"),
        pytest.param(
            [LOADS] * 2, "loads >=2.12,<2.14 (2 of 2)", "brightgreen", id="nothing-to-call"
        ),
        pytest.param(
            [RUNS, FAILS] * 5,
            "2.12, 2.14, 2.16.1, 2.18, 2.20 (5 of 10)",
            "yellow",
            id="ranges-are-releases",
        ),
    ],
)
def test_badge_says_where_it_runs_or_loads(found: list[Verdict], message: str, colour: str) -> None:
    badge = make_badge(make_report(_result(*found)))
    assert (badge.message, badge.colour) == (message, colour)


@pytest.mark.parametrize(
    ("require", "message", "colour"),
    [
        ("tensorflow>=2.12,<2.14", "2 of 2 required releases", "brightgreen"),
        ("tensorflow>=2.13,<2.15", "1 of 2 required releases", "red"),
        ("tensorflow>=2.14,<2.16", "0 of 2 required releases", "red"),
        # What nobody tested is not met, and not missed either.
        ("tensorflow>=2.15,<2.17", "0 of 2 required releases", "yellow"),
    ],
)
def test_badge_of_requirements_counts_the_releases_that_are_asked_for(
    require: str, message: str, colour: str
) -> None:
    asked = (read_requirement(require, catalogue()),)
    gate = Gate(today=date(2026, 1, 2), requirements=asked)
    badge = make_badge(make_report(_result(RUNS, RUNS, FAILS)), gate)
    assert (badge.message, badge.colour) == (message, colour)
    several = make_badge(make_report(_result(RUNS, RUNS), _result(FAILS)), gate)
    assert several.message.endswith(" of 2 models meet what is required") or message.startswith("0")


def test_badge_speaks_of_the_usual_call_and_not_of_the_luckiest_loader() -> None:
    cells = [
        make_cell_result(
            make_cell(name), make_check_result(one), make_check_result(RUNS, "session")
        )
        for name, one in (("2.15.1", RUNS), ("2.16.2", FAILS))
    ]
    badge = make_badge(make_report(make_result(*cells)))
    assert (badge.message, badge.colour) == (">=2.15,<2.16 (1 of 2)", "yellow")


def test_interrupted_run_is_no_good_news() -> None:
    badge = make_badge(make_report(_result(RUNS), complete=False))
    assert (badge.message, badge.positive) == ("test interrupted", False)


def test_report_without_models_is_no_good_news() -> None:
    badge = make_badge(make_report())
    assert (badge.message, badge.positive) == ("not tested", False)


def test_models_that_load_alike_share_a_specifier() -> None:
    assert make_badge(make_report(_result(RUNS), _result(RUNS))).message == ">=2.12,<2.13 (1 of 1)"


@pytest.mark.parametrize(
    ("models", "message", "colour"),
    [
        pytest.param(
            [[RUNS, RUNS, FAILS], [FAILS, RUNS, RUNS]],
            "2 of 2 models run (2.13)",
            "yellow",
            id="shared",
        ),
        pytest.param(
            [[RUNS], [FAILS], [RUNS, RUNS]], "2 of 3 models run (2.12)", "yellow", id="one-does-not"
        ),
        pytest.param(
            [[RUNS], [RUNS, RUNS]],
            "2 of 2 models run in all tested releases",
            "brightgreen",
            id="everywhere",
        ),
        pytest.param(
            [[RUNS], [LOADS], [CALL_FAILS]],
            "2 of 3 models run or load (2.12)",
            "yellow",
            id="nothing-to-call",
        ),
        pytest.param(
            [[RUNS, FAILS], [FAILS, RUNS]],
            "2 of 2 models run, in different releases",
            "yellow",
            id="nothing-shared",
        ),
        pytest.param(
            [[RUNS, FAILS] * 5, [RUNS, FAILS, RUNS, FAILS, RUNS, FAILS, RUNS]],
            "2 of 2 models run in 4 shared releases",
            "yellow",
            id="too-many-holes",
        ),
        pytest.param(
            [[FAILS], [verdicts.NotRun()]],
            "0 of 2 models run with the usual call",
            "red",
            id="nowhere",
        ),
    ],
)
def test_models_that_load_differently_are_counted_with_the_releases_they_share(
    models: list[list[Verdict]], message: str, colour: str
) -> None:
    badge = make_badge(make_report(*(_result(*found) for found in models)))
    assert (badge.message, badge.colour) == (message, colour)
    assert badge.is_error is (colour == "red")


def test_call_that_is_not_the_usual_one_is_no_error() -> None:
    cell = make_cell_result(
        make_cell("2.16.2"), make_check_result(FAILS), make_check_result(RUNS, "session")
    )
    badge = make_badge(make_report(make_result(cell)))
    assert (badge.message, badge.is_error) == ("usual call: 0 of 1", False)


def test_hostile_specifier_stays_text() -> None:
    report = make_report(_result(RUNS))
    model = with_summary(report.models[0], specifier=f"tensorflow{HOSTILE[:9]}\x00</text>")
    drawn = ET.fromstring(render_svg(replace(report, models=(model,))))
    assert {child.tag.rpartition("}")[2] for child in drawn} == {"title", "clipPath", "g"}


def test_picture_has_a_text_alternative() -> None:
    drawn = ET.fromstring(render_svg(make_report(_result(RUNS))))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == "tensorflow: >=2.12,<2.13 (1 of 1)"

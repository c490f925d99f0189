"""Predicted, reused and measured cells: each format says which is which."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from matrix.results import verdicts
from reports.card import section
from reports.formats import terminal
from reports.formats.badge import make_badge
from reports.formats.github import step_summary, workflow_commands
from reports.formats.registry import FORMATS
from reports.gate.judgement import Judgement
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    make_cell,
    make_cell_result,
    make_report,
    make_result,
    make_sample,
)
from tests.fast_run import make_fast

_MEASURED = (
    "Measured in 3 of 7 TensorFlow releases (--fast); the other 4 are predicted: "
    "run without --fast to measure them."
)
_REUSED = "1 of 3 cells was measured earlier (2025-11-24) and reused; --fresh measures it again."


@pytest.fixture(scope="module")
def report() -> Report:
    return make_report(make_fast())


@pytest.fixture(scope="module")
def texts(report: Report) -> dict[str, str]:
    """Every text that shows a whole model, its white space as single spaces."""
    found = {name: FORMATS[name](report) for name in ("report.html", "report.md", "junit.xml")}
    found["terminal"] = terminal.render(report.models[0])
    found["github"] = step_summary(report, Judgement())
    found["card"] = section.render(report)
    return {name: re.sub(r"\s+", " ", text) for name, text in found.items()}


@pytest.mark.parametrize("name", ["report.html", "report.md", "terminal", "github", "card"])
def test_how_much_was_measured_and_why_the_rest_is_predicted(
    texts: dict[str, str], name: str
) -> None:
    # Who reads a card has no option of ours.
    for_a_card = "Measured in 3 of 7 TensorFlow releases; the other 4 are predicted."
    assert (for_a_card if name == "card" else _MEASURED) in texts[name]
    assert "predicted to fail: class Odd exists up to 2.12" in texts[name]
    assert "not predicted" in texts[name]


@pytest.mark.parametrize("name", ["report.html", "report.md", "terminal", "github", "junit.xml"])
def test_what_was_reused_is_said_once(texts: dict[str, str], name: str) -> None:
    assert texts[name].count(_REUSED) == 1


def test_a_card_has_no_date_of_what_was_reused(texts: dict[str, str]) -> None:
    assert "reused" not in texts["card"]


def test_no_range_has_a_release_that_is_only_predicted(report: Report) -> None:
    (model,) = report.models
    assert model.works_in == (("runs in", "tensorflow>=2.10,<2.11"),)
    told = model.summary.text.partition(" Predicted, not measured: ")
    assert told[0].startswith("TensorFlow 2.10: `tf.keras.models.load_model(")
    assert "runs in 1 of 3 tested TensorFlow releases" in told[0]
    assert told[2] == "loads in 2.11.1 to 2.13.1, 2.15.1."
    assert "No answer" not in model.summary.text


def test_boundaries_across_predicted_releases_say_so(report: Report) -> None:
    first, second = report.models[0].summary.boundaries
    assert first.startswith("Between TensorFlow 2.10 and 2.14 (not measured in between),")
    assert second.startswith("Between TensorFlow 2.14 and 2.16 (not measured in between),")


@pytest.mark.parametrize("other", [None, make_sample()], ids=["alone", "of-two"])
def test_a_badge_of_a_fast_run_is_never_green(other: object) -> None:
    badge = make_badge(make_report(make_fast(), *([make_sample()] if other else [])))
    assert not badge.positive
    assert badge.colour == "lightgrey"
    assert "predicted" in badge.message


def test_a_fast_run_that_measured_everything_is_like_any_other() -> None:
    whole = make_result(*(cell for cell in make_fast().cells if cell.verdict.is_answer))
    report = make_report(whole)
    assert "predicted" not in make_badge(report).message
    assert make_badge(report).colour == "yellow"
    assert "predicted" not in FORMATS["report.md"](report)


def test_picture_draws_them_hollow_with_what_is_predicted(report: Report) -> None:
    picture = FORMATS["matrix.svg"](report)
    found = re.findall(
        r'<g class="hollow"><title>(keras in [^<]*)</title><rect [^>]*/><text [^>]*>(.)', picture
    )
    assert found == [
        ("keras in 2.11.1: predicted to load", "✓"),
        ("keras in 2.12.1: not predicted", "◌"),
        ("keras in 2.13.1: predicted to fail", "✗"),
        ("keras in 2.15.1: predicted to fail", "✗"),
    ]
    assert ".hollow rect{fill:#ffffff;stroke:#4b5563;stroke-dasharray:3 2}" in picture
    assert "Hollow: predicted (✓ to load, ✗ to fail), not measured" in picture


def test_picture_of_several_models_says_what_is_predicted_of_each_cell() -> None:
    picture = FORMATS["matrix.svg"](make_report(make_fast(), make_sample()))
    assert "<title>m in 2.11 - 2.12: predicted to load</title>" in picture


def test_page_has_their_look_in_tables_and_chips(report: Report) -> None:
    page = FORMATS["report.html"](report)
    assert '<td class="v predicted expects-fails"><a href="#m/2.13.1/keras">' in page
    assert '<td class="v predicted expects-loads">predicted</td>' in page
    assert "outline:1px dashed var(--ink)" in page
    assert ".expects-fails{--symbol:'✗'}" in page


def test_tests_that_did_not_run_are_skipped(report: Report) -> None:
    suite = ET.fromstring(FORMATS["junit.xml"](report))
    skipped = {
        case.get("name"): reason.get("message")
        for case in suite.iter("testcase")
        if (reason := case.find("skipped")) is not None
    }
    assert len(skipped) == 8
    assert skipped["keras in 2.13.1"] == "predicted to fail: class Odd exists up to 2.12"


def test_sheet_has_source_date_and_prediction(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["report.csv"](report))))
    found = {
        row["cell"]: (row["source"], row["measured_at"], row["prediction"], row["loads"])
        for row in rows
        if row["loader"] == "keras"
    }
    assert found["2.10.1"] == ("reused", "2025-11-24T16:00:00+00:00", "", "true")
    assert found["2.13.1"] == ("predicted", "", "fails", "")
    assert found["2.14.1"] == ("measured", "", "", "false")


def test_github_warns_of_missing_answers_only_where_they_were_wanted(report: Report) -> None:
    assert not [line for line in workflow_commands(report, Judgement()) if "no answer" in line]
    broken = make_cell_result(make_cell("2.17.1"), EXAMPLES[verdicts.Broken])
    both = make_report(make_result(*make_fast().cells, broken))
    (warning, *_) = workflow_commands(both, Judgement())
    assert warning.endswith("no answer for 2.17.1")


def test_a_loader_that_was_nowhere_measured_is_not_said_to_load_nowhere() -> None:
    cells = [
        replace(cell, checks=tuple(c for c in cell.checks if c.loader != "keras"))
        if cell.verdict.is_answer
        else cell
        for cell in make_fast().cells
    ]
    (model,) = make_report(make_result(*cells)).models
    assert model.specifiers == {}


def test_all_reused_and_several_days() -> None:
    first, *_, last = make_fast().cells
    second = replace(last, source=first.source, measured_at=(first.measured_at or 0) + 86400)
    (model,) = make_report(make_result(first, second)).models
    assert model.reused == (
        "All 2 cells were measured earlier (2025-11-24 to 2025-11-25) and reused; "
        "--fresh measures them again."
    )

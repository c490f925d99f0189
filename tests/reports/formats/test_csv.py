"""`report.csv`: golden, one row a check, and nothing a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from matrix.results import verdicts
from reports.formats.csv import COLUMNS, render
from reports.report.report import Report
from tests.builders import EXAMPLES, HOSTILE, make_hostile, make_report, make_sample, report_of
from tests.conftest import TESTS

GOLDEN = TESTS / "golden" / "report.csv"


def _rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(report)), strict=True))


def test_whole_sheet_is_the_golden_one() -> None:
    assert render(make_report(make_sample())) == GOLDEN.read_text(encoding="utf-8")


def test_each_check_has_its_row() -> None:
    found = {"keras": EXAMPLES[verdicts.Fails], "saved_model": EXAMPLES[verdicts.Broken]}
    rows = _rows(report_of({"2.15.1": found, "2.16.2": EXAMPLES[verdicts.Runs]}))
    assert [(row["cell"], row["loader"], row["loads"]) for row in rows] == [
        ("2.15.1", "keras", "false"),
        ("2.15.1", "saved_model", ""),
        ("2.16.2", "saved_model", "true"),
    ]
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r\n=", " =", "\uff1d", "\u2066="])
def test_no_text_is_a_formula(start: str) -> None:
    report = make_report(make_sample(), path=Path("/models", f"{start}HYPERLINK(1)"))
    (model,) = {row["model"] for row in _rows(report)}
    # A line break or a direction mark is written out, so that nothing follows it.
    assert model.startswith(("'", "\\"))


def test_hostile_text_stays_in_its_row_and_column() -> None:
    report = make_report(make_hostile(), path=Path("/models", HOSTILE))
    rows = _rows(report)
    assert len(rows) == len(make_hostile().cells)
    assert len(render(report).splitlines()) == len(rows) + 1
    assert all(value.isprintable() for row in rows for value in row.values())

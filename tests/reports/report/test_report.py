"""`report.json`: one reader, one writer and one schema, all of the same types."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matrix.errors import LoadmatrixError
from matrix.plan.untested import Untested
from reports.build.build_report import Run, build_report
from reports.report.report import Report
from reports.report.report_json import (
    SCHEMA_FILE,
    make_schema,
    read_report,
    read_schema,
    to_document,
    write_report,
)
from tests.builders import make_hostile, make_plan, make_report, make_sample

PROJECT = Path(__file__).resolve().parents[3]
RUN = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)


def _stored(folder: Path) -> Path:
    sample = make_sample()
    plan = make_plan([cell.cell for cell in sample.cells])
    path = folder / "report.json"
    write_report(build_report(plan, [sample], RUN), path)
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


@pytest.mark.parametrize("text", ["", "[]", "3", '{"schema": 1}', '{"tool": 3}', "[" * 100_000])
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
        (model,) = build_report(plan, [replace(sample, uncompared=unheld)], RUN).models
        (remark,) = [remark for remark in model.remarks if "expect" in remark]
        assert remark.startswith("The expected outputs were not compared in")
        assert where in remark


def test_schema_that_is_shipped_describes_the_types() -> None:
    again = "run `python -m reports.report.report_json`"
    assert read_schema() == make_schema(), again


def test_only_one_schema_is_kept() -> None:
    # The site offers it for download.
    made = {".nox", "site"}
    kept = [
        path
        for path in PROJECT.rglob("report.schema.json")
        if not made & {*path.relative_to(PROJECT).parts}
    ]
    assert kept == [SCHEMA_FILE]


def _refused(change: Callable[[dict[str, Any]], object], tmp_path: Path) -> str:
    """What is said of a stored report with one change; the shipped schema must refuse it too."""
    path = _stored(tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    assert not jsonschema.Draft202012Validator(read_schema()).is_valid(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(LoadmatrixError) as caught:
        read_report(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda report: report["models"][0].pop("cells"),
            "missing required field `cells`",
            id="gone",
        ),
        pytest.param(
            lambda report: report["models"][0]["cells"][0].update(plain="yes"),
            "Expected `bool`, got `str` - at `$.models[0].cells[0].plain`",
            id="type",
        ),
        pytest.param(lambda report: report.update(seconds=-1), "`$.seconds`", id="negative"),
        pytest.param(
            lambda report: report["models"][0].update(sha256="abc"),
            "`$.models[0].sha256`",
            id="digest",
        ),
    ],
)
def test_reader_refuses_what_the_schema_refuses(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    sentence = _refused(change, tmp_path)
    assert said in sentence
    assert sentence.endswith("Give the report.json of a run.")


def test_report_is_the_same_after_it_was_stored(tmp_path: Path) -> None:
    report = make_report(make_sample(), make_hostile())
    write_report(report, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json") == report


def test_model_that_was_not_tested_has_only_what_is_known_of_it() -> None:
    untested = Untested(path="gone", place=0, why="gone is not there.", code=3)
    plan = replace(make_plan([]), models=(), nearest=(), untested=(untested,))
    (model,) = to_document(build_report(plan, [], RUN))["models"]
    assert model == {
        "path": "gone",
        "format": "unknown",
        "sha256": "",
        "facts": {},
        "summary": {
            "specifier": "",
            "text": "Not tested: gone is not there.",
            "boundaries": [],
            "ways": [],
        },
        "cells": [],
        "untested": "gone is not there.",
    }


def _open_fields(kind: type[Any], seen: set[Any]) -> Iterator[str]:
    """The fields below a type that may hold anything."""
    if kind in seen or not dataclasses.is_dataclass(kind):
        return
    seen.add(kind)
    for name, hint in typing.get_type_hints(kind).items():
        inner = set(_parts(hint))
        if Any in inner:
            yield f"{getattr(kind, '__name__', kind)}.{name}"
        for part in inner:
            yield from _open_fields(part, seen)


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in typing.get_args(hint):
        yield from _parts(part)


def test_every_part_of_a_report_is_typed_but_what_differs_from_run_to_run() -> None:
    assert set(_open_fields(Report, set())) == {
        "Report.host",
        "ModelReport.facts",
        "CellReport.environment",
    }

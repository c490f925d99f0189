from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from matrix.catalogue.releases import catalogue
from matrix.errors import NothingTestable
from matrix.model.inspection import inspect_testable
from matrix.model.integrity.finding import Finding, Kind, damage
from matrix.plan.plan_json import plan_document, plan_from
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.formats import terminal
from reports.formats.plans.plan_text import render_plan
from reports.report.report_json import read_schema, to_document
from tests import tiny_models
from tests.builders import make_cell, make_cell_result, make_plan, make_result

FOUND = (damage(Kind.CUT_SHORT, "m.h5", "m.h5 is cut short."),)


def test_damaged_model_is_looked_at_while_its_format_is_known(tmp_path: Path) -> None:
    model = tiny_models.saved_model(tmp_path / "m")
    (model / "variables" / "variables.data-00000-of-00001").unlink()
    seen = inspect_testable(model)
    assert seen.facts.tensorflow == "2.15.1"
    assert [one.kind for one in seen.findings] == [Kind.MISSING]


@pytest.mark.parametrize("content", ["", "version https://git-lfs.github.com/spec/v1\nsize 9\n"])
def test_model_that_is_no_file_any_more_is_nothing_to_test(tmp_path: Path, content: str) -> None:
    model = tmp_path / "m.keras"
    model.write_text(content)
    with pytest.raises(
        NothingTestable, match=r"m.keras cannot be tested. m.keras is (empty|a git)"
    ):
        inspect_testable(model)


def test_findings_are_shown_before_anything_runs_and_stay_in_the_plan() -> None:
    plan = replace(make_plan([make_cell()]), findings=(FOUND,))
    assert "damaged: m.h5 is cut short." in render_plan(plan, [])
    document = json.loads(json.dumps(plan_document(plan)))
    assert [Finding.from_dict(one) for one in document["findings"][0]] == list(FOUND)
    plan = replace(plan, cells=(), run_order=())
    assert plan_from(json.loads(json.dumps(plan_document(plan))), catalogue()).findings == (FOUND,)


def test_report_says_what_is_damaged() -> None:
    plan = replace(make_plan([make_cell()]), findings=(FOUND,))
    failed = verdicts.Fails(error=ErrorRecord(type="OSError", message="cannot read"))
    result = make_result(make_cell_result(make_cell(), failed))
    report = build_report(plan, [result], Run(started=datetime.now(UTC), seconds=1.0))
    jsonschema.validate(to_document(report), read_schema())
    (model,) = report.models
    assert model.findings == FOUND
    assert "damaged: m.h5 is cut short." in terminal.render(model)

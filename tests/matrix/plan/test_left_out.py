"""A Keras that only the file asks for is tested where walls hold, or where the caller says so."""

from __future__ import annotations

import json

import pytest
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format
from matrix.options.isolation import IsolationOptions
from matrix.plan import planning
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from reports.formats.plans.plan_text import render_plan
from tests.builders import make_model, make_options

FILE = make_model(Format.KERAS_V3, keras="3.3.3")


def _plan(*, contained: bool, **options: object) -> Plan:
    chosen = make_options(tensorflow=SpecifierSet(">=2.17"), **options)
    return make_plan([FILE], catalogue(), chosen, ("3.12",), "linux-x86_64", contained=contained)


def _of_file(plan: Plan) -> list[str]:
    return [cell.cell.id for cell in plan.cells if "keras3.3" in cell.cell.id]


def test_file_chooses_its_keras_where_walls_hold() -> None:
    plan = _plan(contained=True)
    assert len(_of_file(plan)) == 1
    assert plan.left_out == ()


def test_without_walls_it_does_not_and_the_plan_says_why() -> None:
    plan = _plan(contained=False)
    assert _of_file(plan) == []
    (said,) = plan.left_out
    assert said.startswith("m asks for keras 3.3.3, which is not tested")
    assert "--keras" in said
    assert said in render_plan(plan, [])
    document = json.loads(json.dumps(plan_document(plan)))
    assert plan_from(document, catalogue()).left_out == (said,)


def test_caller_who_chooses_it_gets_it_without_walls() -> None:
    plan = _plan(contained=False, keras=SpecifierSet("==3.3.3"))
    assert len(_of_file(plan)) == 1
    assert plan.left_out == ()


@pytest.mark.parametrize(("keras", "asked"), [("3.3.3", 1), ("2.15.0", 0), (None, 0)])
def test_walls_are_tried_only_where_a_file_chooses(
    monkeypatch: pytest.MonkeyPatch, keras: str | None, asked: int
) -> None:
    tried: list[IsolationOptions] = []

    def holds(options: IsolationOptions) -> bool:
        tried.append(options)
        return False

    monkeypatch.setattr(planning, "holds", holds)
    model = make_model(Format.KERAS_V3, keras=keras)
    assert planning._contained([model], make_options()) is not asked
    assert len(tried) == asked

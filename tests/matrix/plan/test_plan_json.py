"""The plan on disk and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.facts import Format, SignatureFacts, TensorFacts
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from tests.builders import make_model, make_options

_SIGNATURE = SignatureFacts(
    name="x", inputs=(TensorFacts(name="a", dtype="float32", shape=(None, 2)),)
)


def _plan(platform: str = "linux-x86_64", **options: Any) -> Plan:
    models = [
        make_model(
            tensorflow="2.8.0",
            tag_sets=(("serve",), ("a", "b")),
            signatures=(_SIGNATURE,),
            weights=Path("/models/w.h5"),
            ops={"Add": 2},
        ),
        make_model(Format.KERAS_V3, keras="3.3.3", producer=7),
    ]
    pythons = ("3.9", "3.11")
    return make_plan(models, catalogue(), make_options(**options), pythons, platform)


def _there_and_back(plan: Plan) -> Plan:
    return plan_from(json.loads(json.dumps(plan_document(plan), allow_nan=False)), catalogue())


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="default"),
        pytest.param({"patches": True}, id="patches"),
        pytest.param({"pythons": ("3.7", "3.9", "3.12")}, id="asked-pythons"),
        pytest.param({"tensorflow": SpecifierSet("==2.15.9")}, id="patch-nobody-knows"),
        pytest.param({"every_variant": True}, id="every-variant"),
        pytest.param({"platform": "macos-x86_64"}, id="unavailable-cells"),
    ],
)
def test_plan_comes_back_as_it_was(options: dict[str, Any]) -> None:
    plan = _plan(**options)
    assert _there_and_back(plan) == plan


def test_document_says_its_schema() -> None:
    assert plan_document(_plan())["schema"] == 1


def test_plan_of_a_release_not_known_here_is_refused() -> None:
    document = plan_document(_plan())
    document["cells"][0]["tensorflow"] = "9.9.0"
    with pytest.raises((LoadmatrixError, ValueError, KeyError)):
        plan_from(document, catalogue())

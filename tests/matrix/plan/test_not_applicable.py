"""Loaders that cannot load a model, as its file alone tells, and what that spares a run."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.errors import NothingTestable
from matrix.model.facts import Format, ModelFacts, SignatureFacts
from matrix.model.identify import identify
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.selection.checks import checks_for, not_applicable
from matrix.results.conclude import conclude
from tests.builders import make_cell, make_model, make_options
from tests.conftest import SHARED

_MODULE: dict[str, Any] = {"keras_objects": "none", "tag_sets": (("serve",),)}
_KERAS: dict[str, Any] = {"keras_objects": "root", "tag_sets": (("serve",),)}
_SIGNED: dict[str, Any] = {"signatures": (SignatureFacts(name="serving_default"),)}
_KERAS_3: dict[str, Any] = {"keras": "3.3.3", "layers": {"InputLayer": 1, "Dense": 2}}


@pytest.mark.parametrize(
    ("model", "cell", "absent"),
    [
        pytest.param(
            make_model(**_MODULE, **_SIGNED), "2.15.1", {"keras", "tfsm_layer"}, id="module"
        ),
        pytest.param(make_model(**_MODULE, **_SIGNED), "2.16.2", {"keras"}, id="module-in-keras-3"),
        pytest.param(make_model(**_KERAS, **_SIGNED), "2.15.1", {"tfsm_layer"}, id="keras-model"),
        pytest.param(make_model(**_KERAS, **_SIGNED), "2.16.2", {"keras"}, id="keras-3"),
        pytest.param(
            make_model(Format.SAVED_MODEL_V1, **_MODULE, **_SIGNED), "2.16.2", {"keras"}, id="tf-1"
        ),
        pytest.param(make_model(), "2.15.1", {"tfsm_layer"}, id="file-leaves-it-open"),
        pytest.param(make_model(**_KERAS), "2.16.2", {"keras", "tfsm_layer"}, id="no-signature"),
        pytest.param(make_model(), "2.16.2", {"keras"}, id="signatures-unknown"),
        pytest.param(make_model(Format.KERAS_V3, **_KERAS_3), "2.16.2", set(), id="keras-3-file"),
        pytest.param(make_model(Format.WEIGHTS_H5), "2.16.2", {"keras"}, id="weights"),
    ],
)
def test_loader_that_the_file_rules_out_is_not_tried(
    model: ModelFacts, cell: str, absent: set[str]
) -> None:
    assert set(not_applicable(model, make_cell(cell))) == absent
    assert absent.isdisjoint(check.loader for check in checks_for(0, model, make_cell(cell)))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param(make_model(Format.KERAS_V3, **_KERAS_3), True, id="zip"),
        pytest.param(make_model(Format.KERAS_H5, **_KERAS_3), True, id="hdf5"),
        pytest.param(make_model(Format.KERAS_H5, layers={"InputLayer": 1}), False, id="unknown"),
        # Measured: tf-keras reads a Sequential of Keras 3 that was never built.
        pytest.param(
            make_model(Format.KERAS_V3, keras="3.3.3", layers={"Flatten": 1}), False, id="unbuilt"
        ),
        pytest.param(make_model(Format.KERAS_H5, keras="2.17.0"), False, id="tf-keras-wrote-it"),
        pytest.param(make_model(**_MODULE), True, id="module"),
        pytest.param(make_model(**_KERAS), False, id="keras-saved-model"),
    ],
)
def test_tf_keras_is_ruled_out_by_what_only_keras_3_reads(
    model: ModelFacts, *, expected: bool
) -> None:
    absent = not_applicable(model, make_cell("2.16.2", tf_keras=True))
    assert ("tf_keras" in absent) is expected


def _plan(*models: ModelFacts, **options: Any) -> Plan:
    chosen = make_options(tensorflow=SpecifierSet(">=2.15,<2.17"), **options)
    return make_plan(models, catalogue(), chosen, ("3.11", "3.12"), "linux-x86_64")


def _ids(plan: Plan) -> list[str]:
    return [planned.cell.id for planned in plan.cells]


def test_loader_that_is_asked_for_is_tried_all_the_same() -> None:
    plan = _plan(make_model(**_MODULE), loaders=("keras",))
    assert {check.loader for planned in plan.cells for check in planned.checks} == {"keras"}
    (result,) = conclude(plan, {})
    found = {(check.loader, check.verdict.word) for cell in result.cells for check in cell.checks}
    assert found == {("keras", "not-run")}


def test_cells_without_the_loader_that_is_asked_for_are_left_out() -> None:
    assert _ids(_plan(make_model(), loaders=("tf_keras",))) == ["2.16.2+tf_keras"]


def test_model_that_no_loader_of_the_call_reads_has_no_cell() -> None:
    plan = _plan(make_model(), make_model(Format.TFLITE), loaders=("tflite",))
    assert {planned.models for planned in plan.cells} == {(1,)}


# --- against what raw calls did ------------------------------------------------------------------

_RECORD = SHARED / "facts" / "measured-loads.jsonl"
# `load_model` returns a `_UserObject` without `predict` here, which the record counts as a load.
_NO_KERAS_MODEL = {("sm2-serving-half-plus-two-tf2", f"2.{minor}.1") for minor in (13, 14, 15)}


@functools.cache
def _facts(path: Path) -> ModelFacts | None:
    try:
        return identify(path)
    except NothingTestable:
        return None


def _ruled_out(row: Mapping[str, Any]) -> bool:
    model = _facts(SHARED / "models" / row["model"] / row["file"])
    return model is not None and row["loader"] in not_applicable(
        model, make_cell(row["tensorflow"])
    )


@pytest.mark.skipif(not _RECORD.exists(), reason="there is no shared/facts beside the project")
def test_no_load_that_succeeded_is_ruled_out() -> None:
    rows = [json.loads(line) for line in _RECORD.read_text(encoding="utf-8").splitlines()]
    out = [row for row in rows if _ruled_out(row)]
    assert len(out) > 500
    assert {(row["model"], row["tensorflow"]) for row in out if row["ok"]} == _NO_KERAS_MODEL

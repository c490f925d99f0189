"""Rules about TensorFlow Lite models."""

from __future__ import annotations

from typing import Any

import pytest

from matrix.model.contents.contents import Contents, Lite
from matrix.model.facts import Format
from matrix.plan.prediction import Prediction
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from tests.builders import make_cell, make_companion, make_model

_CAST = {"operators": frozenset({(53, 3)}), "names": {53: "CAST"}}


def _predict(version: str, *companions: str, **lite: Any) -> Prediction:
    subject = Subject(model=make_model(Format.TFLITE), contents=Contents(lite=Lite(**lite)))
    cell = make_cell(version, *(make_companion(name) for name in companions))
    (one,) = predicted(subject, [cell])
    return one


@pytest.mark.parametrize(
    ("version", "verdict"), [("2.7.4", "fails"), ("2.8.4", "loads"), ("2.21.0", "loads")]
)
def test_version_of_an_operator(version: str, verdict: str) -> None:
    one = _predict(version, **_CAST)
    assert one.verdict == verdict
    if verdict == "fails":
        assert one.why == "version 3 of the operator CAST exists from TensorFlow 2.8 on"


def test_operator_that_no_release_has() -> None:
    one = _predict("2.21.0", operators=frozenset({(53, 25)}), names={53: "CAST"})
    assert one.why == "no release of TensorFlow has version 25 of the operator CAST"


@pytest.mark.parametrize(
    ("lite", "version", "rule"),
    [
        pytest.param({"types": {0, 17}}, "2.10.1", "lite-tensor-type", id="int4"),
        pytest.param({"types": {0, 17}}, "2.11.1", "nothing-against-it", id="int4-known"),
        pytest.param({"schema": 2}, "2.15.1", "lite-schema", id="schema"),
        pytest.param({"bad_quantization": "odd"}, "2.15.1", "lite-quantization", id="quantised"),
        pytest.param({"takes_int16": "CONV_2D"}, "2.2.3", "lite-int16", id="int16-before"),
        pytest.param({"takes_int16": "CONV_2D"}, "2.3.4", "nothing-against-it", id="int16"),
        pytest.param({"customs": {"Normalize"}}, "2.15.1", "lite-custom-operator", id="custom"),
        pytest.param({"customs": {"Mfcc"}}, "2.15.1", "nothing-against-it", id="custom-known"),
        pytest.param({"customs": {"FlexMul"}}, "2.2.3", "lite-custom-operator", id="flex-before"),
        pytest.param({"customs": {"FlexMul"}}, "2.3.4", "nothing-against-it", id="flex"),
        pytest.param({"customs": {"FlexMul"}}, "2.19.1", "lite-custom-operator", id="flex-after"),
        pytest.param(
            {"customs": {"FlexCaseFoldUTF8"}}, "2.15.1", "lite-custom-operator", id="flex-of-text"
        ),
    ],
)
def test_what_an_interpreter_refuses(lite: dict[str, Any], version: str, rule: str) -> None:
    one = _predict(version, **lite)
    assert one.rule == rule
    assert one.verdict == ("loads" if rule == "nothing-against-it" else "fails")


def test_another_interpreter_is_not_predicted() -> None:
    assert _predict("2.21.0", "ai-edge-litert", **_CAST).verdict == "unknown"

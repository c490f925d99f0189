"""`--inputs FILE`: what the caller feeds and expects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.errors import UsageError
from matrix.inputs.user_file import check_fit, check_signature, read_user_inputs
from matrix.model.facts import Format, SignatureFacts, TensorFacts
from matrix.options.tolerances import Numerics
from tests.builders import make_model


def signature(name: str = "serve", outputs: str = "", **shapes: Any) -> SignatureFacts:
    inputs = (TensorFacts(name=key, dtype="float32", shape=one) for key, one in shapes.items())
    given = (TensorFacts(name=key, dtype="float32") for key in outputs.split())
    return SignatureFacts(name=name, inputs=tuple(inputs), outputs=tuple(given))


def written(folder: Path, document: Any) -> Path:
    path = folder / "inputs.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_npz_has_inputs_and_expected_outputs(tmp_path: Path) -> None:
    path = tmp_path / "inputs.npz"
    arrays: Any = {"x": np.ones(3), "outputs/y": np.zeros(2)}
    np.savez(path, **arrays)
    given = read_user_inputs(path)
    assert given.inputs["x"].tolist() == [1, 1, 1]
    assert given.expected["y"].tolist() == [0, 0]


def test_json_has_inputs_and_expected_outputs(tmp_path: Path) -> None:
    document = {"inputs": {"serve/x": [[1, 2]]}, "outputs": {"y": ["cat"]}}
    given = read_user_inputs(written(tmp_path, document))
    assert given.inputs["serve/x"].tolist() == [[1, 2]]
    assert given.expected["y"].tolist() == ["cat"]


def test_plain_json_is_inputs_and_bytes_are_base64(tmp_path: Path) -> None:
    given = read_user_inputs(written(tmp_path, {"x": [{"b64": "AAH/"}]}))
    assert given.inputs["x"].tolist() == [b"\x00\x01\xff"]
    assert not given.expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "is not a file of arrays", id="cut"),
        pytest.param("[1]", "its JSON value is not an object", id="list"),
        pytest.param('{"x": [[1], [2, 3]]}', "x: ", id="ragged"),
        pytest.param('{"x": null}', "x: null is neither", id="null"),
        pytest.param('{"x": {"y": 1}}', "neither a number nor a string", id="object"),
        pytest.param('{"inputs": {}, "outputs": {"y": 1}}', "contains no inputs", id="nothing"),
        pytest.param(
            '{"inputs": {"x": 1}, "outputs": 3}', "its outputs are not an object", id="odd"
        ),
        pytest.param("\x00\x01", "is not a file of arrays", id="binary"),
        pytest.param("PK\x03\x04", "is not a file of arrays", id="damaged-zip"),
        pytest.param('{"x": [99999999999999999999999]}', r"object\. Use numbers", id="huge"),
    ],
)
def test_what_is_no_file_of_arrays_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        read_user_inputs(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "inputs.npz"
    np.savez(path, x=np.array([{}], dtype=object))
    with pytest.raises(UsageError, match="is not a file of arrays"):
        read_user_inputs(path)


def test_absent_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_user_inputs(tmp_path / "absent.npz")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        pytest.param(
            {"x": [1.0], "z": [1.0]}, "no array for the input y of the signature serve", id="name"
        ),
        pytest.param(
            {"x": [1.0], "y": 1.0}, r"y has the shape \[\] instead of \['any'\]", id="rank"
        ),
        pytest.param({"z": [1.0]}, "no array for the input x", id="fewer"),
    ],
)
def test_arrays_that_fit_no_signature_are_refused(tmp_path: Path, arrays: Any, said: str) -> None:
    model = make_model(signatures=(signature(x=(1,), y=(None,)),))
    with pytest.raises(UsageError, match=said):
        check_fit(model, read_user_inputs(written(tmp_path, arrays)), Numerics())


@pytest.mark.parametrize(
    "arrays", [{"x": [1.0]}, {"serve/x": [1.0]}, {"input_1": [1.0]}], ids=["plain", "full", "order"]
)
def test_arrays_that_fit_one_signature_are_taken(tmp_path: Path, arrays: Any) -> None:
    model = make_model(signatures=(signature("train", x=(1,), y=(1,)), signature(x=(None,))))
    check_fit(model, read_user_inputs(written(tmp_path, arrays)), Numerics())


def test_ragged_input_of_keras_is_taken_in_parts(tmp_path: Path) -> None:
    document = {"tokens": [7, 8, 9], "tokens_1": [0, 1, 3]}
    given = read_user_inputs(written(tmp_path, document))
    model = make_model(Format.KERAS_H5, signatures=(signature("call", tokens=(None, None)),))
    check_fit(model, given, Numerics())


def test_signature_that_no_model_has_is_refused() -> None:
    models = [make_model(signatures=(signature("train"), signature("serve")))]
    check_signature(models, "serve")
    with pytest.raises(
        UsageError, match=r"No model has a signature sreve \(available: serve, train\)"
    ):
        check_signature(models, "sreve")
    check_signature([*models, make_model()], "sreve")


@pytest.mark.parametrize("key", ["nothing", "serve/nothing", "train/y", "serve/y/z"])
def test_expectation_of_no_output_is_refused(tmp_path: Path, key: str) -> None:
    model = make_model(signatures=(signature(outputs="y z", x=(1,)),))
    given = read_user_inputs(written(tmp_path, {"inputs": {"x": [1.0]}, "outputs": {key: [1.0]}}))
    said = f"outputs/{key} is expected, but the outputs are serve/y, serve/z"
    with pytest.raises(UsageError, match=said):
        check_fit(model, given, Numerics())


@pytest.mark.parametrize(
    ("key", "outputs"),
    [("y", "y z"), ("serve/z", "y z"), ("call/dense_1", "y z"), ("any", "y"), ("y", "y:0 z:0")],
)
def test_expectation_of_an_output_is_taken(tmp_path: Path, key: str, outputs: str) -> None:
    model = make_model(signatures=(signature(outputs=outputs, x=(1,)),))
    document = {"inputs": {"x": [1.0]}, "outputs": {key: [1.0]}}
    check_fit(model, read_user_inputs(written(tmp_path, document)), Numerics())


@pytest.mark.parametrize("kind", [Format.TFLITE, Format.KERAS_V3])
def test_expectation_is_taken_where_nobody_knows_the_outputs(tmp_path: Path, kind: Format) -> None:
    names = "y z" if kind is Format.TFLITE else ""
    model = make_model(kind, signatures=(signature(outputs=names, x=(1,)),))
    document = {"inputs": {"x": [1.0]}, "outputs": {"other": [1.0]}}
    check_fit(model, read_user_inputs(written(tmp_path, document)), Numerics())

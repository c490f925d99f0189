"""The example that a SavedModel ships is what it is fed first."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from matrix.inputs.generated import made_inputs
from matrix.inputs.graph.constants import array_of
from matrix.inputs.tf_example import serialized
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts, SignatureFacts, TensorFacts
from tests.builders import make_model

CLASSIFY, PREDICT = 2, 6


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 2**14
    size = len(content)
    length = bytes([size]) if size < 2**7 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


def tensor(values: list[float]) -> bytes:
    made = message_class("tensorflow.TensorProto")(dtype=1, float_val=values)
    for size in (1, len(values)):
        made.tensor_shape.dim.add(size=size)
    return bytes(made.SerializeToString())


def shipping(folder: Path, *logs: bytes, dtype: str = "float32", name: str = "x") -> ModelFacts:
    place = folder / "assets.extra" / "tf_serving_warmup_requests"
    place.parent.mkdir()
    records = [struct.pack("<Q", len(log)) + b"sums" + log + b"sums" for log in logs]
    place.write_bytes(b"".join(records))
    shape = (None, 3) if dtype == "float32" else (None,)
    inputs = (TensorFacts(name=name, dtype=dtype, shape=shape),)
    signature = SignatureFacts(name="serving_default", inputs=inputs)
    return make_model(Format.SAVED_MODEL, path=folder, signatures=(signature,))


def predicted(key: bytes = b"x") -> bytes:
    entry = field(1, key) + field(2, tensor([12.0, -3.5, 7.25]))
    request = field(1, field(1, b"model")) + field(2, entry)
    return field(PREDICT, field(1, request))


def test_request_is_fed_before_anything_that_is_made(tmp_path: Path) -> None:
    first, second = list(made_inputs(shipping(tmp_path, predicted())))[:2]
    assert first["serving_default/x"].tolist() == [[12.0, -3.5, 7.25]]
    assert second["serving_default/x"].shape == (1, 3)


def test_examples_are_the_only_text_of_a_signature(tmp_path: Path) -> None:
    example = serialized({b"age": (1, 1)})
    request = field(2, field(1, field(1, example) * 2))
    model = shipping(tmp_path, field(CLASSIFY, field(1, request)), dtype="string", name="inputs")
    fed = next(made_inputs(model))["serving_default/inputs"]
    assert fed.tolist() == [example, example]


@pytest.mark.parametrize(
    "log", [b"\xff\xff", b"", predicted(b"other")], ids=["damaged", "empty", "other-input"]
)
def test_request_that_says_nothing_is_passed_over(tmp_path: Path, log: bytes) -> None:
    made = list(made_inputs(shipping(tmp_path, log)))
    assert [one["serving_default/x"].shape for one in made] == [(1, 3)]


def test_file_that_is_cut_has_the_requests_before(tmp_path: Path) -> None:
    model = shipping(tmp_path, predicted(), predicted())
    place = tmp_path / "assets.extra" / "tf_serving_warmup_requests"
    place.write_bytes(place.read_bytes()[:-20])
    assert len(list(made_inputs(model))) == 2


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        pytest.param(3, {"int_val": [7]}, np.full((2, 2), 7, "int32"), id="one-for-all"),
        pytest.param(9, {"tensor_content": bytes(32)}, np.zeros((2, 2), "int64"), id="content"),
        pytest.param(7, {"string_val": [b"a"] * 4}, np.full((2, 2), b"a"), id="texts"),
        pytest.param(1, {"float_val": [1.0, 2.0]}, None, id="too-few"),
        pytest.param(20, {}, None, id="resource"),
    ],
)
def test_arrays_of_protocol_buffers(
    kind: int, values: dict[str, object], expected: np.ndarray | None
) -> None:
    made = message_class("tensorflow.TensorProto")(dtype=kind, **values)
    for _ in range(2):
        made.tensor_shape.dim.add(size=2)
    found = array_of(made)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found is not None
        assert found.dtype == expected.dtype
        assert found.tolist() == expected.tolist()

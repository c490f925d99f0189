"""What models are fed, made before any TensorFlow runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.inputs.embedding_size import smallest_vocabulary
from matrix.inputs.generated import made_inputs
from matrix.inputs.hints import InputHints
from matrix.inputs.tf_example import serialized
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts, SignatureFacts, TensorFacts
from matrix.model.opened_files import OpenedFiles
from matrix.npz import write_arrays
from matrix.options.tolerances import Numerics
from matrix.run import input_files
from matrix.run.input_files import expected_outputs, store_inputs
from matrix.run.store import Store
from tests.builders import make_cell, make_model, make_plan


def model_of(*inputs: tuple[str, str, Any], **changes: Any) -> ModelFacts:
    tensors = tuple(TensorFacts(name=n, dtype=d, shape=s) for n, d, s in inputs)
    return make_model(signatures=(SignatureFacts(name="serve", inputs=tensors),), **changes)


def first(name: str, dtype: str, shape: Any = (4, 50), **changes: Any) -> Any:
    return next(made_inputs(model_of((name, dtype, shape), **changes)))[f"serve/{name}"]


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        pytest.param("float32", 0, 1, id="floats"),
        pytest.param("uint8", 0, 255, id="pixels"),
        pytest.param("int8", -128, 127, id="quantised"),
        pytest.param("int32", 0, 1, id="ids"),
        pytest.param("bool", 0, 1, id="truth"),
    ],
)
def test_values_are_in_range(dtype: str, low: int, high: int) -> None:
    array = first("x", dtype)
    assert array.dtype == dtype
    assert low <= array.min() < array.max() <= high
    assert array.max() > high / 2


def test_texts_are_words() -> None:
    assert first("x", "string", (2,)).tolist()[0] == b"hello world"


def test_same_name_and_shape_get_the_same_values_as_in_the_probe() -> None:
    numbers = np.random.RandomState((20160209 + 2363233923) % 2**32)  # crc32(b"x")
    assert first("x", "float32", (3,)).tolist() == numbers.uniform(0, 1, 3).astype("f4").tolist()


def test_unknown_sizes_become_small_and_are_guessed_again() -> None:
    tries = list(made_inputs(model_of(("x", "float32", (None, None, 5)))))
    shapes = [(1, 16, 5), (1, 64, 5), (1, 256, 5), (1, 4096, 5), (1, 16384, 5)]
    shapes += [(16, 16, 5), (1, 4, 5), (1, 1, 5)]
    assert [one["serve/x"].shape for one in tries] == shapes


def test_unknown_ranks_are_guessed_and_one_number_is_known_by_its_name() -> None:
    tries = list(made_inputs(model_of(("x", "float32", None), ("keep_prob", "float32", None))))
    assert [one["serve/x"].ndim for one in tries] == [1, 0, 2, 2, 4]
    assert {one["serve/keep_prob"].shape for one in tries} == {()}


def test_known_sizes_are_made_once() -> None:
    assert len(list(made_inputs(model_of(("x", "float32", (None, 3)))))) == 1


def test_one_dimension_may_be_a_sound() -> None:
    tries = list(made_inputs(model_of(("x", "float32", (None,)))))
    assert [one["serve/x"].shape for one in tries] == [(1,), (16000,)]


def test_input_of_a_type_nobody_can_make_leaves_its_signature_out() -> None:
    assert list(made_inputs(model_of(("x", "float32", (1,)), ("r", "resource", ())))) == []


def test_ids_stay_below_the_smallest_vocabulary(tmp_path: Path) -> None:
    config = '{"class_name": "Embedding", "config": {"name": "e", "input_dim": %d}}'
    (tmp_path / "m.json").write_text("[" + config % 1000 + "," + config % 7 + "]")
    facts: dict[str, Any] = {"kind": Format.KERAS_JSON, "path": tmp_path / "m.json"}
    assert smallest_vocabulary(make_model(**facts), OpenedFiles()) == 7
    assert first("tokens", "int64", **facts).max() == 6
    assert first("input_mask", "int64", **facts).max() == 1


def test_file_that_is_gone_has_no_vocabulary() -> None:
    assert smallest_vocabulary(make_model(Format.KERAS_V3), OpenedFiles()) is None


def saved_model(folder: Path, *nodes: dict[str, Any]) -> ModelFacts:
    message = message_class("tensorflow.SavedModel")()
    graph = message.meta_graphs.add().graph_def
    for one in nodes:
        node = graph.node.add(name=one["name"], op=one["op"], input=one.get("input", ()))
        node.attr["value"].tensor.string_val.extend(one.get("value", ()))
        for name in ("sparse_types", "Tdense"):
            node.attr[name].list.type.extend(one.get(name, ()))
        for size in one.get("sizes", ()):
            node.attr["dense_shapes"].list.shape.add().dim.add(size=size)
    (folder / "saved_model.pb").write_bytes(message.SerializeToString())
    return model_of(("inputs", "string", (None,)), path=folder)


def test_model_that_parses_examples_is_fed_one(tmp_path: Path) -> None:
    sparse = {"name": "s", "op": "Const", "value": [b"word"]}
    dense = {"name": "d", "op": "Const", "value": [b"x"]}
    parse = {"name": "p", "op": "ParseExample", "input": ["examples", "names", "s", "d"]}
    kinds = {"sparse_types": [7], "Tdense": [1], "sizes": [3]}
    tries = list(made_inputs(saved_model(tmp_path, sparse, dense, {**parse, **kinds})))
    assert tries[0]["serve/inputs"][0] == serialized({b"word": (7, 1), b"x": (1, 3)})
    assert tries[1]["serve/inputs"][0] == b"hello world"


def test_example_is_what_protocol_buffers_read() -> None:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    raw = serialized({b"x": (1, 2), b"ids": (9, 3), b"word": (7, 1)})
    file = descriptor_pb2.FileDescriptorProto(name="e.proto", package="e", syntax="proto3")
    listed = {"Bytes": 12, "Floats": 2, "Ints": 3}
    for name, kind in listed.items():
        file.message_type.add(name=name).field.add(name="value", number=1, type=kind, label=3)
    feature = file.message_type.add(name="Feature")
    for number, name in enumerate(listed, 1):
        feature.field.add(name=name, number=number, type=11, type_name=f".e.{name}", label=1)
    entry = file.message_type.add(name="Entry")
    entry.field.add(name="key", number=1, type=12, label=1)
    entry.field.add(name="value", number=2, type=11, type_name=".e.Feature", label=1)
    features = file.message_type.add(name="Features")
    features.field.add(name="all", number=1, type=11, type_name=".e.Entry", label=3)
    example = file.message_type.add(name="Example")
    example.field.add(name="features", number=1, type=11, type_name=".e.Features", label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    read: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName("e.Example"))()
    read.ParseFromString(raw)
    found = {one.key: one.value for one in read.features.all}
    assert found[b"x"].Floats.value == pytest.approx([0.65, 0.35])
    assert found[b"ids"].Ints.value == [1, 0, 1]
    assert found[b"word"].Bytes.value == [b"water"]
    assert not raw.endswith(b"\0")


def test_inputs_of_the_caller_are_stored_with_what_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    write_arrays(path, {"x": np.array(["é"]), "outputs/y": np.array([2.0])})
    plan = replace(make_plan([make_cell()]), numerics=Numerics(inputs=path))
    store = Store(folder=tmp_path / "results")
    store_inputs(plan, store)
    (stored,) = store.inputs(0).arrays
    assert np.load(stored)["x"].tolist() == ["é".encode()]
    assert expected_outputs(plan, store)[0]["y"].tolist() == [2.0]


def test_failure_over_one_model_leaves_the_inputs_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    odd, sound = model_of(("odd", "float32", (1,))), model_of(("x", "float32", (1,)))

    def made(model: ModelFacts, _: InputHints) -> Iterator[dict[str, Any]]:
        if model is odd:
            raise IndexError("of nobody's making")
        yield {"serve/x": np.zeros(1)}

    monkeypatch.setattr(input_files, "made_inputs", made)
    store = Store(folder=tmp_path)
    plan = replace(make_plan([make_cell()]), models=(odd, sound))
    store_inputs(plan, store)
    assert [len(store.inputs(number).arrays) for number in (0, 1)] == [0, 1]
    assert store.inputs(0).rules is not None
    (line,) = caplog.messages
    assert "IndexError: of nobody's making" in line


def test_inputs_of_an_earlier_run_are_gone(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    plan = make_plan([make_cell()], model_of(("x", "float32", (None, None))))
    store_inputs(plan, store)
    assert [path.name for path in store.inputs(0).arrays] == [f"{n}.npz" for n in range(1, 9)]
    store_inputs(replace(plan, models=(model_of(("x", "float32", (1,))),)), store)
    assert [path.name for path in store.inputs(0).arrays] == ["1.npz"]

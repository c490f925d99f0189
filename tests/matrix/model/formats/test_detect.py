"""What a file or folder is, by its content; and what is no model, by its name."""

from __future__ import annotations

import json
import os
import pickle
import random
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest
from google.protobuf import text_format

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.sstable import MAGIC
from matrix.model.facts import Format
from matrix.model.identify import identify, unchanged
from tests import tiny_models

_DENSE = {"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [None, 3]}}
_ARCHITECTURE = {"class_name": "Sequential", "config": [_DENSE], "keras_version": "2.2.4"}


def _nodes(kind: str = "GraphDef") -> Any:
    message = message_class(f"tensorflow.{kind}")()
    graph = message if kind == "GraphDef" else message.graph_def
    place = graph.node.add(name="x", op="Placeholder")
    place.attr["dtype"].type = 1
    place.attr["shape"].shape.dim.add(size=-1)
    graph.node.add(name="y", op="Relu", input=["x"]).attr["T"].type = 1
    if kind == "MetaGraphDef":
        message.meta_info_def.tensorflow_version = "1.15.0"
    return message


def _weights(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"d"]
        file["d/kernel"] = [[1.0, 2.0], [3.0, 4.0]]
    return path


def _refused(path: Path) -> str:
    with pytest.raises(NothingTestable) as caught:
        identify(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["GraphDef", "MetaGraphDef"])
@pytest.mark.parametrize("text", [False, True], ids=["binary", "text"])
def test_graph_is_recognised_under_any_name(tmp_path: Path, kind: str, text: bool) -> None:
    message, path = _nodes(kind), tmp_path / "m.bin"
    content = message.SerializeToString()
    path.write_bytes(text_format.MessageToString(message).encode() if text else content)
    facts = identify(path)
    assert facts.format is (Format.GRAPH_DEF if kind == "GraphDef" else Format.META_GRAPH)
    assert (facts.text, facts.ops) == (text, {"Placeholder": 1, "Relu": 1})
    (signature,) = facts.signatures
    assert [(one.name, one.dtype, one.shape) for one in signature.inputs] == [
        ("x:0", "float32", (None,))
    ]
    assert [one.name for one in signature.outputs] == ["y:0"]


def test_graph_that_is_cut_short_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.pb").write_bytes(_nodes().SerializeToString()[:-3])
    assert "incomplete" in _refused(tmp_path / "m.pb")


def test_random_bytes_are_never_a_model(tmp_path: Path) -> None:
    source = random.Random(7)
    for size in (*range(1, 40), 200, 5000):
        (tmp_path / "m").write_bytes(source.randbytes(size))
        assert str(tmp_path / "m") in _refused(tmp_path / "m")


def test_graph_named_like_a_saved_model_is_a_graph(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(_nodes().SerializeToString())
    facts = identify(tmp_path)
    assert (facts.format, facts.load_path.name) == (Format.GRAPH_DEF, "saved_model.pb")
    assert "but it contains only a graph" in facts.notes[0]


def test_graph_of_a_saved_model_stands_for_its_folder(tmp_path: Path) -> None:
    message = message_class("tensorflow.SavedModel")(saved_model_schema_version=1)
    message.meta_graphs.add().meta_info_def.tags.append("serve")
    (tmp_path / "saved_model.pb").write_bytes(message.SerializeToString())
    assert identify(tmp_path / "saved_model.pb").load_path == tmp_path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A folder with the files of a V2 checkpoint, as far as they tell what they are."""
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "m.ckpt.index").write_bytes(bytes(40) + MAGIC)
    (folder / "m.ckpt.data-00000-of-00001").write_bytes(b"numbers")
    state = 'model_checkpoint_path: "/elsewhere/m.ckpt"\n'
    (folder / "checkpoint").write_text(state, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name", ["", "m.ckpt", "m.ckpt.index", "m.ckpt.data-00000-of-00001", "checkpoint"]
)
def test_checkpoint_is_found_by_any_of_its_names(checkpoint: Path, name: str) -> None:
    facts = identify(checkpoint / name)
    assert (facts.format, facts.load_path) == (Format.CHECKPOINT, checkpoint / "m.ckpt")


def test_digest_of_a_checkpoint_covers_its_data(checkpoint: Path) -> None:
    before = identify(checkpoint / "m.ckpt")
    (checkpoint / "m.ckpt.data-00000-of-00001").write_bytes(b"NUMBERS")
    assert identify(checkpoint / "m.ckpt").sha256 != before.sha256


def test_state_that_leads_out_of_its_folder_is_not_followed(checkpoint: Path) -> None:
    state = 'model_checkpoint_path: "../c/m.ckpt"\n'
    (checkpoint / "sub").mkdir()
    (checkpoint / "sub" / "checkpoint").write_text(state, encoding="utf-8")
    assert "not in its folder" in _refused(checkpoint / "sub" / "checkpoint")


def test_checkpoint_of_the_first_format_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(bytes(40) + MAGIC)
    facts = identify(tmp_path / "export")
    assert (facts.format, facts.load_path) == (Format.CHECKPOINT, tmp_path / "export")


def test_shards_of_the_first_format_are_a_pattern(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"e-0000{number}-of-00002").write_bytes(bytes(40) + MAGIC)
    assert identify(tmp_path / "e").load_path == tmp_path / "e-?????-of-00002"


def test_architecture_takes_the_weights_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(_ARCHITECTURE), encoding="utf-8")
    alone = identify(path)
    weights = _weights(tmp_path / "other.name")
    facts = identify(path)
    assert (alone.format, alone.weights, facts.weights) == (Format.KERAS_JSON, None, weights)
    assert (facts.keras, facts.layers, facts.parameters) == ("2.2.4", {"Dense": 1}, 4)
    assert facts.signatures[0].inputs[0].shape == (None, 3)
    assert facts.sha256 != alone.sha256


def test_architecture_in_a_string_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(json.dumps(_ARCHITECTURE)), encoding="utf-8")
    assert "Write the text of model.to_json()" in _refused(tmp_path / "m.json")


def test_unzipped_keras_file_is_zipped_again(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    config = {**_ARCHITECTURE, "module": "keras"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "metadata.json").write_text('{"keras_version": "3.3.3"}', encoding="utf-8")
    _weights(folder / "model.weights.h5")
    facts = identify(folder, tmp_path / "cache")
    assert (facts.format, facts.keras, facts.parameters) == (Format.KERAS_V3, "3.3.3", 4)
    assert zipfile.ZipFile(facts.load_path).read("config.json").decode() == json.dumps(config)
    assert sorted(path.name for path in folder.iterdir()) == [
        *("config.json", "metadata.json", "model.weights.h5")
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"version https://git-lfs.github.com/spec/v1\noid x", "git-lfs", id="lfs"),
        pytest.param(b"<!DOCTYPE html><html>", "an HTML page", id="html"),
        pytest.param(b'{"modelTopology": {}}', "TensorFlow.js", id="tfjs"),
        pytest.param(b'{"a": 1}', "not the architecture", id="json"),
        pytest.param(b'{"class_name": "Seq', "incomplete", id="json-cut"),
        pytest.param(b"[" * 100_000, "a text file", id="json-deep"),
        pytest.param(pickle.dumps({"a": 1}), "a Python pickle", id="pickle"),
        pytest.param(b"\x02\0\0\0\0\0\0\0{}", "safetensors", id="safetensors"),
        pytest.param(b"\x08\x07\x12\x07pytorch:\x02\x0a\0B\x02\x10\x0d", "ONNX", id="onnx"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a PNG image", id="png"),
        pytest.param(b"\x1c\0\0\0TFL3" + bytes(40), "incomplete or damaged", id="tflite"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(bytes(500), "a file of zeros", id="zeros"),
        pytest.param("plain wörds\n".encode(), "starts with 'plain wörds'", id="text"),
        pytest.param(b"PK\x03\x04cut", "incomplete", id="zip-cut"),
        pytest.param(b"node { name: ", "cannot be parsed", id="text-graph-cut"),
    ],
)
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "m").write_bytes(content)
    assert what in _refused(tmp_path / "m")


@pytest.mark.parametrize(
    ("name", "what"), [("archive/data.pkl", "PyTorch"), ("a.npy", "npz")], ids=["pytorch", "npz"]
)
def test_zip_of_others_is_named(tmp_path: Path, name: str, what: str) -> None:
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr(name, "x")
    assert what in _refused(tmp_path / "m")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.h5")
    assert "is a named pipe" in _refused(tmp_path / "m.h5")


def test_folder_of_tensorflow_js_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"weightsManifest": []}', encoding="utf-8")
    assert "TensorFlow.js" in _refused(tmp_path)


def test_saved_model_without_its_graph_is_told(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    assert "without saved_model.pb" in _refused(tmp_path)


def test_file_that_promises_another_format_gets_a_note(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.keras", "w") as file:
        file.attrs["model_config"] = "{}"
    assert (
        "Its extension is .keras, but its content is keras_h5."
        in identify(tmp_path / "m.keras").notes
    )


@pytest.mark.parametrize("beside", [True, False], ids=["restored", "alone"])
def test_meta_graph_is_restored_from_the_checkpoint_of_its_name(
    tmp_path: Path, beside: bool
) -> None:
    folder = tiny_models.checkpoint(tmp_path / "whole")
    path = (folder if beside else tmp_path) / "model.ckpt.meta"
    path.write_bytes(_nodes("MetaGraphDef").SerializeToString())
    facts = identify(path)
    assert facts.format is Format.META_GRAPH
    assert facts.weights == (folder / "model.ckpt" if beside else None)
    (shard, *_) = folder.glob("model.ckpt.data-*")
    assert unchanged(facts)
    shard.write_bytes(shard.read_bytes() + b"x")
    # Its weights are a part of the model: what was tested is another one now.
    assert unchanged(facts) is not beside

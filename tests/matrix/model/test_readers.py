"""Each reader against files made here: no TensorFlow, no Keras."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import pytest
from google.protobuf import text_format

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, FormatFacts, SignatureFacts
from matrix.model.formats.readers.keras_h5 import read_hdf5
from matrix.model.formats.readers.keras_v3 import read_zip
from matrix.model.formats.readers.saved_model import read_saved_model
from matrix.model.opened_files import OpenedFiles


def _message(*graphs: Sequence[str], objects: bool = True, **signatures: Any) -> Any:
    """A SavedModel of TensorFlow 2.15.0 with a graph for each tag set."""
    message = message_class("tensorflow.SavedModel")(saved_model_schema_version=1)
    for tags in graphs:
        graph = message.meta_graphs.add()
        graph.meta_info_def.tensorflow_version = "2.15.0"
        graph.meta_info_def.tags.extend(tags)
        graph.graph_def.versions.producer = 1645
        for name in signatures:
            graph.signature_def[name].method_name = "predict"
        if objects:
            graph.object_graph_def.nodes.add()
    return message


def _read_saved_model(path: Path, *, text: bool = False) -> FormatFacts:
    with OpenedFiles() as opened:
        return read_saved_model(opened.at(path), opened, text=text)


def _binary(folder: Path, message: Any) -> FormatFacts:
    path = folder / "saved_model.pb"
    path.write_bytes(message.SerializeToString())
    return _read_saved_model(path)


def _text(folder: Path, text: str) -> FormatFacts:
    path = folder / "saved_model.pbtxt"
    path.write_text(text, encoding="utf-8")
    return _read_saved_model(path, text=True)


_WRITTEN = FormatFacts(
    format=Format.SAVED_MODEL,
    tensorflow="2.15.0",
    producer=1645,
    tag_sets=(("serve",),),
    signatures=(SignatureFacts(name="a"), SignatureFacts(name="b")),
    keras_objects="none",
    parameters=0,
)


def test_saved_model_tells_what_wrote_it(tmp_path: Path) -> None:
    assert _binary(tmp_path, _message(["serve"], b=1, a=1)) == _WRITTEN


def test_text_form_tells_the_same(tmp_path: Path) -> None:
    text = text_format.MessageToString(_message(["serve"], b=1, a=1))
    assert _text(tmp_path, text) == replace(_WRITTEN, text=True)


def test_saved_model_without_objects_is_of_tensorflow_1(tmp_path: Path) -> None:
    written = _binary(tmp_path, _message(["serve"], objects=False))
    assert written.format is Format.SAVED_MODEL_V1


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        pytest.param(["_tf_keras_network", "_tf_keras_layer"], "root", id="model"),
        pytest.param(["_generic_user_object", "_tf_keras_layer"], "inside", id="layer-in-a-module"),
        pytest.param(["_generic_user_object", "_tf_keras_metric"], "none", id="metric"),
        pytest.param(["_generic_user_object", "trackable_list_wrapper"], "none", id="module"),
    ],
)
def test_saved_model_tells_where_it_has_objects_of_keras(
    identifiers: Sequence[str], expected: str, tmp_path: Path
) -> None:
    message = _message(["serve"], objects=False)
    for identifier in identifiers:
        node = message.meta_graphs[0].object_graph_def.nodes.add()
        node.user_object.identifier = identifier
    assert _binary(tmp_path, message).keras_objects == expected


def test_file_of_keras_that_says_nothing_leaves_open_whether_it_is_a_keras_model(
    tmp_path: Path,
) -> None:
    (tmp_path / "keras_metadata.pb").write_bytes(b"")
    assert _binary(tmp_path, _message(["serve"])).keras_objects is None


def test_saved_model_of_tensorflow_1_has_no_objects_of_keras(tmp_path: Path) -> None:
    assert _binary(tmp_path, _message(["serve"], objects=False)).keras_objects == "none"


def test_tag_sets_keep_the_order_of_the_file(tmp_path: Path) -> None:
    written = _binary(tmp_path, _message(["train"], [], ["serve", "tpu"]))
    assert written.tag_sets == (("train",), (), ("serve", "tpu"))


def test_signatures_of_all_graphs_are_told_once(tmp_path: Path) -> None:
    assert _binary(tmp_path, _message(["a"], ["b"], x=1)).signatures == (SignatureFacts(name="x"),)


def test_saved_model_that_records_nothing_says_nothing(tmp_path: Path) -> None:
    message = message_class("tensorflow.SavedModel")()
    message.meta_graphs.add()
    written = _binary(tmp_path, message)
    assert (written.tensorflow, written.producer, written.tag_sets) == (None, None, ((),))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff" * 50, id="garbage"),
        pytest.param(b"\x12\xff\xff\x03cut", id="cut-short"),
        pytest.param(b"\x12\x02" * 5000, id="nested"),
    ],
)
def test_damaged_saved_model_is_one_all_the_same(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "saved_model.pb"
    path.write_bytes(content)
    written = _read_saved_model(path)
    assert written.format in (Format.SAVED_MODEL, Format.SAVED_MODEL_V1)
    assert written.tensorflow is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("meta_graphs {", id="cut-short"),
        pytest.param("hello world", id="prose"),
        pytest.param("saved_model_schema_version: many", id="wrong-type"),
        pytest.param("unknown { " * 20_000, id="deeply-nested"),
    ],
)
def test_damaged_text_form_is_one_all_the_same(tmp_path: Path, text: str) -> None:
    written = _text(tmp_path, text)
    assert (written.format, written.text, written.tensorflow) == (Format.SAVED_MODEL, True, None)
    assert "could not be read" in written.notes[0]


def test_text_form_that_is_no_text_is_one_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "saved_model.pbtxt"
    path.write_bytes(b"\xff\xfe")
    assert "could not be read" in _read_saved_model(path, text=True).notes[0]


def test_fields_of_a_newer_tensorflow_are_passed_over(tmp_path: Path) -> None:
    text = text_format.MessageToString(_message(["serve"], b=1, a=1))
    written = _text(tmp_path, text + "\nfrom_the_future { x: 1 }\n")
    assert written == replace(_WRITTEN, text=True)


def _h5(folder: Path, *groups: str, **attributes: Any) -> FormatFacts:
    path = folder / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
        for group in groups:
            file.create_group(group)
    return _read_hdf5(path)


def _read_hdf5(path: Path) -> FormatFacts:
    with OpenedFiles() as opened:
        return read_hdf5(opened.at(path))


@pytest.mark.parametrize("version", ["2.9.0", b"2.9.0"], ids=["text", "bytes"])
def test_hdf5_with_a_configuration_is_a_model(tmp_path: Path, version: str | bytes) -> None:
    written = _h5(tmp_path, "model_weights", keras_version=version, model_config="{}")
    assert written == FormatFacts(format=Format.KERAS_H5, keras="2.9.0", parameters=0)


def test_hdf5_of_an_early_keras_does_not_say_its_version(tmp_path: Path) -> None:
    assert _h5(tmp_path, model_config=b"{}") == FormatFacts(format=Format.KERAS_H5, parameters=0)


@pytest.mark.parametrize(
    ("groups", "attributes"),
    [
        pytest.param((), {"layer_names": [b"dense"]}, id="keras-2"),
        pytest.param(("layers",), {}, id="keras-3"),
        pytest.param(("_layer_checkpoint_dependencies",), {}, id="keras-2.12"),
    ],
)
def test_hdf5_without_a_configuration_is_weights(
    tmp_path: Path, groups: tuple[str, ...], attributes: dict[str, Any]
) -> None:
    assert _h5(tmp_path, *groups, **attributes).format is Format.WEIGHTS_H5


def test_hdf5_of_someone_else_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(NothingTestable, match="neither a Keras model nor Keras weights"):
        _h5(tmp_path, "measurements", author="somebody")


def test_hdf5_that_is_cut_short_is_called_damaged(tmp_path: Path) -> None:
    _h5(tmp_path, model_config="{}")
    path = tmp_path / "m.h5"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(NothingTestable, match="damaged or incomplete"):
        _read_hdf5(path)


def _zip(folder: Path, **files: str | bytes) -> FormatFacts:
    path = folder / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", content)
    return _read_zip(path)


def _read_zip(path: Path) -> FormatFacts:
    with OpenedFiles() as opened:
        return read_zip(opened.at(path))


def test_keras_zip_tells_its_keras(tmp_path: Path) -> None:
    metadata = json.dumps({"keras_version": "3.3.3", "date_saved": "2024-05-01"})
    written = _zip(tmp_path, config="{}", metadata=metadata)
    assert written == FormatFacts(format=Format.KERAS_V3, keras="3.3.3")


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param("{", id="cut-short"),
        pytest.param("[]", id="a-list"),
        pytest.param('{"keras_version": 3}', id="version-a-number"),
        pytest.param(b"\xff\xfe\x00", id="no-text"),
        pytest.param("[" * 100_000, id="deeply-nested"),
    ],
)
def test_keras_zip_with_damaged_metadata_is_a_model(tmp_path: Path, metadata: str | bytes) -> None:
    assert _zip(tmp_path, config="{}", metadata=metadata) == FormatFacts(format=Format.KERAS_V3)


def test_keras_zip_without_metadata_is_a_model(tmp_path: Path) -> None:
    assert _zip(tmp_path, config="{}") == FormatFacts(format=Format.KERAS_V3)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        pytest.param(6, b"\x01\x00", id="encrypted"),
        pytest.param(8, b"\x63\x00", id="unknown-compression"),
    ],
)
def test_zip_that_cannot_be_unpacked_is_no_model(tmp_path: Path, place: int, change: bytes) -> None:
    _zip(tmp_path, config="{}", metadata='{"keras_version": "3.3.3"}')
    path = tmp_path / "m.keras"
    content = bytearray(path.read_bytes())
    # The same two fields stand in the header of each file and, two bytes later, in the directory.
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        start = content.index(mark)
        while start >= 0:
            content[start + place + shift : start + place + shift + 2] = change
            start = content.find(mark, start + 4)
    path.write_bytes(content)
    with pytest.raises(NothingTestable, match=re.escape(str(path))):
        _read_zip(path)


@pytest.mark.parametrize(
    "name",
    ["SavedModel", "MetaGraphDef", "GraphDef", "SavedObjectGraph", "TrackableObjectGraph"],
)
def test_descriptors_know_the_messages_of_tensorflow(name: str) -> None:
    assert message_class(f"tensorflow.{name}").DESCRIPTOR.full_name == f"tensorflow.{name}"


def test_unknown_message_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        message_class("tensorflow.NoSuchMessage")

"""What a Keras configuration makes Keras import, call, read or fetch, in every kind of file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

from matrix.model.facts import Format
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.brought_python import brought_python
from matrix.model.risks.config_risks import config_risks
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from tests import tiny_models
from tests.builders import make_model


def _model(*layers: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "s", "layers": list(layers)},
    }


def _layer(kind: str = "Dense", module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": kind, "config": {"name": "d", **config}}


def _function(module: str, name: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name}


def _told(*layers: dict[str, Any]) -> list[tuple[str, str]]:
    return [(risk.kind, risk.subject) for risk in config_risks(_model(*layers))]


@pytest.mark.parametrize(
    ("layer", "kind", "subject"),
    [
        (_layer("system", "os"), "imports_module", "os"),
        (_function("keras.utils", "get_file"), "names_function", "keras.utils.get_file"),
        (
            _function("keras.config", "enable_unsafe_deserialization"),
            "names_function",
            "keras.config.enable_unsafe_deserialization",
        ),
        (
            _function("tensorflow.python.framework.load_library", "load_op_library"),
            "names_function",
            "tensorflow.python.framework.load_library.load_op_library",
        ),
        (_layer("Dense", function_type="lambda", function=["4wE="]), "lambda", "Dense"),
        (_layer("eval", "builtins"), "names_function", "eval"),
        (_layer("TFOpLambda", function="io.write_file"), "names_function", "tf.io.write_file"),
        (_layer("StringLookup", vocabulary="/etc/passwd"), "outside_file", "/etc/passwd"),
        (_layer("StringLookup", vocabulary="words.txt"), "outside_file", "words.txt"),
        (_layer("TFSMLayer", filepath="other"), "outside_file", "other"),
        (_layer(origin="https://h.example/x.tgz"), "outside_file", "https://h.example/x.tgz"),
        (_layer(place="file:///etc/shadow"), "outside_file", "file:///etc/shadow"),
        (_layer(handle="gs://bucket/module"), "outside_file", "gs://bucket/module"),
        (_layer(place="C:\\secrets\\key.txt"), "outside_file", "C:\\secrets\\key.txt"),
        ({**_layer(), "config": {"name": "../../tmp/x"}}, "climbs_out", "../../tmp/x"),
    ],
)
def test_configuration_is_told_by_what_it_reaches(
    layer: dict[str, Any], kind: str, subject: str
) -> None:
    assert _told(layer) == [(kind, subject)]


@pytest.mark.parametrize(
    "layer",
    [
        _layer(activation="relu", dtype="float32"),
        _layer("StringLookup", vocabulary=["a", "b/c"]),
        _layer("StringLookup", vocabulary=None),
        _layer("TFOpLambda", function="math.add"),
        _layer(equation="abc,cd->abd"),
        {"class_name": "Lambda", "config": {"function_type": "lambda", "module": "__main__"}},
        {**_layer(), "config": {"name": "block/conv_1/relu"}},
        _function("builtins", "my_activation"),
        _layer("Functional", "keras.src.models.functional"),
    ],
)
def test_honest_configuration_has_no_labels(layer: dict[str, Any]) -> None:
    assert _told(layer) == []


HOSTILE = _model(_layer("system", "os"))


def _keras(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(HOSTILE))


def _h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(HOSTILE)


def _nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("config.json", json.dumps(HOSTILE))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m.keras", inner.getvalue())


def _json(path: Path) -> None:
    path.write_text(json.dumps(HOSTILE))


@pytest.mark.parametrize(
    ("name", "write", "kind"),
    [
        ("m.keras", _keras, Format.KERAS_V3),
        ("m.h5", _h5, Format.KERAS_H5),
        ("m.zip", _nested, Format.KERAS_V3),
        ("m.json", _json, Format.KERAS_JSON),
    ],
)
def test_module_is_told_wherever_the_configuration_lies(
    tmp_path: Path, name: str, write: Any, kind: Format
) -> None:
    write(tmp_path / name)
    with OpenedFiles() as opened:
        (found,) = risks(make_model(kind, path=tmp_path / name), opened)
    assert (found.kind, found.subject, found.where) == ("imports_module", "os", OpPlacement.LOAD)
    assert brought_python([found]) == ("the module os",)


def test_what_is_in_an_unpacked_archive_is_told(tmp_path: Path) -> None:
    archive = tmp_path / "m.tar.gz"
    archive.write_bytes(b"\x1f\x8b")
    (tmp_path / "unpacked").mkdir()
    _keras(tmp_path / "unpacked" / "m.keras")
    model = make_model(Format.KERAS_V3, path=archive, load_path=tmp_path / "unpacked" / "m.keras")
    with OpenedFiles() as opened:
        assert [risk.kind for risk in risks(model, opened)] == ["imports_module"]


def test_package_that_cells_install_is_named_and_is_no_python_of_the_model() -> None:
    (found,) = config_risks(_model(_layer("BertBackbone", "keras_hub.src.models.bert")))
    assert found.kind == "imports_module"
    assert brought_python([found]) == ()


def _of_keras(version: str, *layers: dict[str, Any], folder: Path) -> list[Risk]:
    path = tiny_models.keras(folder / "m.keras")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(_model(*layers)))
    with OpenedFiles() as opened:
        found = risks(make_model(Format.KERAS_V3, path=path, keras=version), opened)
    return [risk for risk in found if risk.kind == "unpatched_keras"]


def test_file_that_chooses_an_old_keras_is_told_where_it_could_use_that(tmp_path: Path) -> None:
    (found,) = _of_keras("3.3.3", _layer("system", "os"), folder=tmp_path)
    assert (found.subject, found.usual) == ("Keras 3.3.3", False)
    assert "CVE-2025-1550" in found.sentence
    (honest,) = _of_keras("3.3.3", _layer(), folder=tmp_path)
    assert honest.usual


@pytest.mark.parametrize(("version", "count"), [("3.12.1", 1), ("3.13.2", 0), ("2.15.0", 0)])
def test_keras_without_known_holes_is_not_told(tmp_path: Path, version: str, count: int) -> None:
    assert len(_of_keras(version, folder=tmp_path)) == count

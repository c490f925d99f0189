"""Names, dialects and modules of Keras files."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import pytest

from matrix.model.codecs.json_text import MOST_JSON
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.inspection import Inspection, inspect_path
from matrix.plan.prediction import PERHAPS_UNCOMPILED
from tests.builders import make_cell
from tests.matrix.prediction.keras.models import (
    dated,
    hdf5,
    keras_zip,
    layer,
    said,
    sequential,
    verdicts,
)

_DENSE = layer("Dense", units=2)


def test_architecture_of_keras_2_is_predicted_to_load_until_keras_3(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(sequential(_DENSE)), encoding="utf-8")
    old, new = said(path, "2.15.1", "2.16.2")
    assert (old.verdict, new.verdict) == ("loads", "fails")
    assert "did not write modules" in new.why


def test_keras_3_reads_hdf5_by_its_name(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "weights.h5py", sequential(_DENSE))
    assert verdicts(path, "2.15.1", "2.16.2") == ["loads", "fails"]
    path = hdf5(tmp_path / "m.hdf5", sequential(_DENSE))
    assert verdicts(path, "2.16.2") == ["loads"]


@pytest.mark.parametrize("compiled", [True, False])
def test_file_that_another_keras_compiled_may_need_to_be_left_uncompiled(
    tmp_path: Path, compiled: bool
) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(_DENSE))
    if compiled:
        with h5py.File(path, "a") as file:
            training = {"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.1}}}
            file.attrs["training_config"] = json.dumps(training)
    old, new = said(path, "2.15.1", "2.16.2")
    assert (old.verdict, new.verdict) == ("loads", "loads")
    assert PERHAPS_UNCOMPILED not in old.why
    assert (PERHAPS_UNCOMPILED in new.why) == compiled


def test_list_of_layers_is_no_sequential_of_keras_3(tmp_path: Path) -> None:
    old = {"class_name": "Sequential", "config": [_DENSE]}
    assert verdicts(hdf5(tmp_path / "m.h5", old), "1.15.5", "2.16.2") == ["loads", "fails"]


def test_module_of_one_generation_is_in_no_other(tmp_path: Path) -> None:
    document = sequential(dated("Dense", units=2), module="keras.src.engine.sequential")
    path = keras_zip(tmp_path / "m.keras", document, keras="2.15.0")
    assert verdicts(path, "2.12.1", "2.15.1", "2.16.2") == ["fails", "loads", "fails"]


def test_tf_keras_has_the_modules_of_keras_2_under_its_own_name(tmp_path: Path) -> None:
    document = sequential(dated("Dense", units=2), module="keras.src.engine.sequential")
    path = keras_zip(tmp_path / "m.keras", document, keras="2.15.0")
    beside = make_cell("2.16.2", tf_keras=True)
    assert verdicts(path, beside, loader="tf_keras") == ["loads"]


def test_module_tells_that_keras_3_wrote_an_architecture(tmp_path: Path) -> None:
    document = sequential(dated("Dense", units=2), module="keras.src.models.sequential")
    path = tmp_path / "m.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert verdicts(path, "2.16.2") == ["loads"]


def test_weights_of_keras_2_15_are_not_found_before(tmp_path: Path) -> None:
    document = sequential(dated("Dense", units=2), module="keras")
    path = keras_zip(tmp_path / "m.keras", document, keras="2.15.0")
    before, since = said(path, "2.14.1", "2.15.1")
    assert (before.verdict, since.verdict) == ("fails", "loads")
    assert before.rule == "keras-weights-layout"


_OLD = "_layer_checkpoint_dependencies"


@pytest.mark.parametrize(
    ("second", "before", "in_2_14", "in_keras_3"),
    [
        pytest.param("dense_2", "loads", "fails", "fails", id="counted twice, as up to 2.13"),
        pytest.param("dense_1", "fails", "loads", "loads", id="in turn, as in 2.14"),
        pytest.param("conv2d", "loads", "loads", "loads", id="of another class"),
    ],
)
def test_numbers_of_layers_are_those_of_the_release_that_wrote_them(
    tmp_path: Path, second: str, before: str, in_2_14: str, in_keras_3: str
) -> None:
    document = sequential(dated("Dense", units=2), module="keras")
    groups = (f"{_OLD}/dense/vars", f"{_OLD}/{second}/vars")
    path = keras_zip(tmp_path / "m.keras", document, *groups, keras="2.13.1")
    assert verdicts(path, "2.12.1", "2.13.1") == [before, before]
    assert verdicts(path, "2.14.1", "2.15.1", "2.16.2") == [in_2_14, "fails", in_keras_3]


def test_second_call_of_an_inner_model_is_unknown_to_keras_3(tmp_path: Path) -> None:
    inner = {**sequential(_DENSE), "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]]}
    outer = {**_DENSE, "name": "dense", "inbound_nodes": [[["inner", 1, 0, {}]]]}
    config = {"name": "m", "layers": [inner, outer], "output_layers": [["dense", 0, 0]]}
    path = hdf5(tmp_path / "m.h5", {"class_name": "Functional", "config": config})
    old, new = said(path, "2.15.1", "2.16.2")
    assert (old.verdict, new.verdict, new.rule) == ("loads", "fails", "keras-inner-model")


def test_weight_that_is_named_and_not_there(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(_DENSE))
    with h5py.File(path, "r+") as file:
        del file["model_weights/dense/kernel"]
    (found,) = said(path, "2.15.1")
    assert (found.verdict, found.rule) == ("fails", "keras-lost-weights")
    assert "kernel" in found.why


def test_axes_of_a_layer_normalization_are_forgotten_by_keras_3(tmp_path: Path) -> None:
    document = sequential(layer("LayerNormalization", axis=[1, 2]))
    assert verdicts(hdf5(tmp_path / "m.h5", document), "2.15.1", "2.16.2") == ["loads", "fails"]
    document = sequential(layer("LayerNormalization", axis=[2]))
    assert verdicts(hdf5(tmp_path / "n.h5", document), "2.16.2") == ["loads"]


def test_other_version_of_keras_3_is_not_predicted(tmp_path: Path) -> None:
    from matrix.catalogue.keras import keras_releases

    old = make_cell("2.17.1", keras_releases()[0].companion)
    path = hdf5(tmp_path / "m.h5", sequential(_DENSE))
    assert verdicts(path, old) == ["unknown"]


def test_configuration_that_is_too_large_to_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    model = tmp_path / "large.keras"
    config = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": []}})
    with zipfile.ZipFile(model, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config + " " * MOST_JSON)
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.3.3"}))
        archive.writestr("model.weights.h5", b"")
    seen = inspect_path(model, gather=contents_or_nothing)
    assert isinstance(seen, Inspection)
    assert seen.gathered is None
    assert not [one for one in seen.findings if "config.json" in one.sentence]

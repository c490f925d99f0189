"""Classes and activations that a Keras lacks."""

from __future__ import annotations

from pathlib import Path

from matrix.model.contents.keras import objects_of
from tests.builders import make_cell, make_companion
from tests.matrix.prediction.keras.models import hdf5, layer, said, sequential, verdicts


def test_layer_fails_before_the_release_that_brought_it(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("GroupNormalization", groups=2)))
    before, since = said(path, "2.10.1", "2.11.1")
    assert (before.verdict, since.verdict) == ("fails", "loads")
    assert before.why == "the layer GroupNormalization exists from TensorFlow 2.11 on"


def test_class_of_nobody_fails_everywhere_but_beside_a_package(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("Attention2000")))
    beside = make_cell("2.11.1", make_companion("keras-nlp"))
    assert verdicts(path, "1.15.5", "2.16.2", beside) == ["fails", "fails", "unknown"]


def test_class_and_function_that_the_caller_may_pass_are_not_known(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("Attention2000")))
    (one,) = said(path, "2.11.1", passed="layers.py")
    assert one.verdict == "unknown"
    assert one.why == "layers.py of --custom-objects may bring the class Attention2000"
    dense = layer("Dense", units=2, activation="mine", kernel_initializer="zeros")
    path = hdf5(tmp_path / "n.h5", sequential(dense))
    assert [one.verdict for one in said(path, "2.11.1")] == ["fails"]
    assert [one.verdict for one in said(path, "2.11.1", passed="layers.py")] == ["unknown"]


def test_layer_in_a_wrapper_is_looked_at(tmp_path: Path) -> None:
    inner = layer("UnitNormalization")
    path = hdf5(tmp_path / "m.h5", sequential(layer("TimeDistributed", layer=inner)))
    assert verdicts(path, "2.8.4", "2.9.3") == ["fails", "loads"]


def test_activation_by_a_name_that_is_newer(tmp_path: Path) -> None:
    dense = layer("Dense", units=2, activation="gelu", kernel_initializer="zeros")
    before, since = said(hdf5(tmp_path / "m.h5", sequential(dense)), "2.3.4", "2.4.4")
    assert (before.verdict, since.verdict) == ("fails", "loads")
    assert before.why == "the Keras of TensorFlow 2.3 has no activation gelu"


def test_layers_that_differ_by_name_alone_are_looked_at_once() -> None:
    """A model may have 100,000 of them, and each rule looks at each in every cell."""
    layers = [
        {"class_name": "Dense", "config": {"name": f"dense_{n}", "units": 3}} for n in range(9)
    ]
    other = {"class_name": "Dense", "config": {"name": "dense_9", "units": 3, "odd": None}}
    document = {"class_name": "Sequential", "config": {"name": "s", "layers": [*layers, other]}}
    assert [one.name for one in objects_of(document)] == ["Sequential", "Dense", "Dense"]

"""What classes take of a configuration, by what each Keras said when it was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix.prediction.keras.models import (
    Layer,
    dated,
    hdf5,
    keras_zip,
    layer,
    said,
    sequential,
    verdicts,
)

_INITIALIZER = {"class_name": "Zeros", "config": {"dtype": "float32"}}
_POLICY = {"class_name": "Policy", "config": {"name": "mixed_float16"}}


@pytest.mark.parametrize(
    ("config", "refusing", "taking", "named"),
    [
        pytest.param(
            layer("Conv2D", filters=2, kernel_size=3, groups=1),
            "2.2.3",
            "2.3.4",
            "does not take groups",
            id="newer argument",
        ),
        pytest.param(
            layer("LSTM", units=2, time_major=False),
            "2.16.2",
            "2.15.1",
            "does not take time_major in Keras 3.15.1 (it does up to TensorFlow 2.15)",
            id="argument of Keras 2",
        ),
        pytest.param(
            layer("Dense", units=2, kernel_initializer=_INITIALIZER),
            "2.16.2",
            "1.15.5",
            "Zeros does not take dtype",
            id="initializer inside",
        ),
        pytest.param(
            layer("Dense", units=2, dtype=_POLICY),
            "2.16.2",
            "2.15.1",
            "does not take dtype=Policy",
            id="kind of value",
        ),
        pytest.param(
            layer("InputLayer", batch_shape=[None, 2]),
            "2.15.1",
            "2.16.2",
            "does not take batch_shape",
            id="argument of Keras 3",
        ),
    ],
)
def test_what_a_keras_refuses_is_named(
    tmp_path: Path, config: Layer, refusing: str, taking: str, named: str
) -> None:
    writer = "3.15.1" if taking == "2.16.2" else "2.11.0"
    path = hdf5(tmp_path / "m.h5", sequential(config), keras=writer)
    refused, taken = (said(path, cell)[0] for cell in (refusing, taking))
    assert (refused.verdict, taken.verdict) == ("fails", "loads")
    assert refused.rule == "keras-argument"
    assert named in refused.why


def test_keras_zip_is_read_in_another_way_than_hdf5(tmp_path: Path) -> None:
    first: Layer = {"batch_input_shape": [None, 2], "units": 2}
    in_zip = sequential(dated("Dense", **first), module="keras")
    path = keras_zip(tmp_path / "m.keras", in_zip, keras="2.15.0")
    assert verdicts(path, "2.15.1", "2.16.2") == ["loads", "fails"]
    path = hdf5(tmp_path / "m.h5", sequential(layer("Dense", **first)))
    assert verdicts(path, "2.15.1", "2.16.2") == ["loads", "loads"]


def test_key_that_no_release_writes_and_no_constructor_names_is_refused(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("Dense", output_dim=2)))
    assert verdicts(path, "1.15.5", "2.15.1", "2.16.2") == ["fails"] * 3


def test_class_that_a_release_was_not_asked_about_is_judged_by_its_constructor(
    tmp_path: Path,
) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("Discretization", bin_boundaries=[0.5])))
    assert verdicts(path, "2.4.4", "2.6.5") == ["fails", "loads"]


def test_layer_without_what_it_needs(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("Dense", activation="relu")))
    (found,) = said(path, "2.15.1")
    assert (
        found.why
        == "Dense needs units in the Keras of TensorFlow 2.15, and the file does not say it"
    )


def test_layer_that_keras_3_has_for_no_hdf5(tmp_path: Path) -> None:
    path = hdf5(tmp_path / "m.h5", sequential(layer("ThresholdedReLU", theta=1.0)))
    assert verdicts(path, "2.15.1", "2.16.2") == ["loads", "fails"]


def test_what_the_writer_would_refuse_by_itself_is_fine_together(tmp_path: Path) -> None:
    sides = {"layer": layer("LSTM", units=2), "backward_layer": layer("LSTM", units=2)}
    document = sequential(layer("Bidirectional", **sides))
    path = hdf5(tmp_path / "m.h5", document, keras="2.4.0")
    assert verdicts(path, "2.4.4", "2.10.1") == ["loads", "loads"]

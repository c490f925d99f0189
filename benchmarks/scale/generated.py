"""Small Keras models in HDF5 and `.keras` files, each of other layers, made without TensorFlow."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

_INPUTS = 4
_MOST_UNITS = 48
_KERAS_2, _KERAS_3 = "2.4.0", "3.3.3"
_DATE = (2026, 1, 1, 0, 0, 0)


def hdf5(path: Path, number: int) -> Path:
    """A Keras 2 model of two dense layers; each number has other sizes, names and weights."""
    names, weights = _weights(number)
    layers = [_input_of_keras_2(), *(_dense(name, weights[name][1].size) for name in names)]
    config = {
        "class_name": "Sequential",
        "config": {"name": f"model_{number}", "layers": layers},
    }
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = _KERAS_2
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = _KERAS_2
        group.attrs["backend"] = "tensorflow"
        group.attrs["layer_names"] = [name.encode() for name in names]
        for name in names:
            layer = group.create_group(name)
            told = [f"{name}/{part}:0" for part in ("kernel", "bias")]
            layer.attrs["weight_names"] = [one.encode() for one in told]
            for one, values in zip(told, weights[name], strict=True):
                layer.create_dataset(one, data=values)
    return path


def keras(path: Path, number: int) -> Path:
    """The same as a Keras 3 file."""
    names, weights = _weights(number)
    shape = [None, _INPUTS]
    layers = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": shape, "dtype": "float32", "name": "input"},
            "registered_name": None,
        },
        *({**_dense(name, weights[name][1].size), "module": "keras.layers"} for name in names),
    ]
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": f"model_{number}", "trainable": True, "layers": layers},
        "registered_name": None,
        "build_config": {"input_shape": shape},
    }
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place, name in enumerate(names):
            folder = f"layers/dense{f'_{place}' if place else ''}/vars"
            for part, values in enumerate(weights[name]):
                file.create_dataset(f"{folder}/{part}", data=values)
    metadata = {"keras_version": _KERAS_3, "date_saved": "2026-01-01@00:00:00"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (
            ("metadata.json", json.dumps(metadata).encode()),
            ("config.json", json.dumps(config).encode()),
            ("model.weights.h5", content.getvalue()),
        ):
            archive.writestr(zipfile.ZipInfo(name, _DATE), data)
    return path


def _weights(number: int) -> tuple[list[str], Mapping[str, tuple[Any, Any]]]:
    """The names of the layers, and the kernel and bias of each."""
    draw = np.random.default_rng(number)
    units = (2 + number % _MOST_UNITS, 1 + number // _MOST_UNITS % _MOST_UNITS)
    names = [f"hidden_{number}", f"output_{number}"]
    sizes = (_INPUTS, *units)
    found = {}
    for place, name in enumerate(names):
        kernel = draw.normal(0, 0.3, (sizes[place], sizes[place + 1]))
        found[name] = (kernel.astype("<f4"), np.zeros(sizes[place + 1], "<f4"))
    return names, found


def _input_of_keras_2() -> dict[str, Any]:
    config = {
        "batch_input_shape": [None, _INPUTS],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "input",
    }
    return {"class_name": "InputLayer", "config": config}


def _dense(name: str, units: int) -> dict[str, Any]:
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "units": units,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    return {"class_name": "Dense", "config": config}

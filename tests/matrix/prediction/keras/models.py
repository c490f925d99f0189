"""Small Keras files of every dialect, written without Keras, and what is predicted of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from matrix.catalogue.cell import Cell
from matrix.model.contents.gather import contents_of
from matrix.model.inspection import Inspection, inspect_path
from matrix.plan.prediction import Prediction
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from tests.builders import make_cell

Layer = dict[str, Any]


def layer(name: str, **config: Any) -> Layer:
    """A layer as Keras 2 writes it."""
    return {"class_name": name, "config": {"name": name.lower(), **config}}


def dated(name: str, module: str | None = "keras.layers", **config: Any) -> Layer:
    """A layer as Keras from 2.13 on writes it."""
    registered = None if module else f"mine>{name}"
    return {**layer(name, **config), "module": module, "registered_name": registered}


def sequential(*layers: Layer, **more: Any) -> Layer:
    """A model of these layers."""
    return {"class_name": "Sequential", "config": {"name": "m", "layers": list(layers)}, **more}


def hdf5(path: Path, document: Layer, *, keras: str = "2.11.0") -> Path:
    """An HDF5 file with this architecture and one weight."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(document)
        file.attrs["keras_version"] = keras
        file.create_group("model_weights").attrs["layer_names"] = [b"dense"]
        weights = file.create_group("model_weights/dense")
        weights.attrs["weight_names"] = [b"kernel"]
        weights["kernel"] = np.zeros((2, 2), "float32")
    return path


def keras_zip(path: Path, document: Layer, *groups: str, keras: str = "3.15.1") -> Path:
    """A `.keras` file with this architecture and a weight in each group."""
    inner = path.with_suffix(".weights")
    with h5py.File(inner, "w") as file:
        for group in groups or ("layers/dense/vars",):
            file.create_group(group)["0"] = np.zeros((2, 2), "float32")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(document))
        archive.writestr("metadata.json", json.dumps({"keras_version": keras}))
        archive.write(inner, "model.weights.h5")
    return path


def said(
    path: Path, *cells: Cell | str, loader: str = "keras", passed: str = ""
) -> list[Prediction]:
    """What is predicted of a model in these cells, a plain one for a version."""
    seen = inspect_path(path, gather=contents_of)
    assert isinstance(seen, Inspection)
    facts, findings = seen.facts, seen.findings
    subject = Subject(model=facts, contents=seen.gathered, findings=findings, passed=passed)
    asked = [make_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return [one for one in predicted(subject, asked) if one.loader == loader]


def verdicts(path: Path, *cells: Cell | str, loader: str = "keras") -> Sequence[str]:
    """The verdicts of `said`."""
    return [one.verdict for one in said(path, *cells, loader=loader)]

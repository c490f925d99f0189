"""What an HDF5 file opens besides itself, and what it declares without storing it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from matrix.model.facts import Format
from matrix.model.inspection import Inspection, inspect_path
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from tests import tiny_models
from tests.builders import make_model


def _risks(path: Path, kind: Format = Format.KERAS_H5) -> tuple[Risk, ...]:
    with OpenedFiles() as opened:
        return risks(make_model(kind, path=path), opened)


def _told(path: Path, kind: Format = Format.KERAS_H5) -> list[tuple[str, str]]:
    return [(risk.kind, risk.subject) for risk in _risks(path, kind)]


def _external(path: Path, source: str = "/etc/passwd") -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("w", (16,), "u1", external=[(source, 0, 16)])
    return path


def _virtual(path: Path, source: str = "/data/other.h5") -> Path:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource(source, "x", shape=(4,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("v", layout)
    return path


def test_external_storage_is_told(tmp_path: Path) -> None:
    assert _told(_external(tmp_path / "m.h5")) == [("outside_file", "/etc/passwd")]


def test_virtual_dataset_is_told(tmp_path: Path) -> None:
    assert _told(_virtual(tmp_path / "m.h5")) == [("outside_file", "/data/other.h5")]


def test_weights_in_a_keras_file_are_looked_into_compressed_or_not(tmp_path: Path) -> None:
    weights = _external(tmp_path / "w.h5")
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = tmp_path / f"{method}.keras"
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.write(weights, "model.weights.h5")
        assert _told(path, Format.KERAS_V3) == [("outside_file", "/etc/passwd")]


def test_dataset_that_declares_what_it_does_not_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("huge", (2**40,), "f4", chunks=(2**16,), compression="gzip")
        file["small"] = np.ones(3)
    (found,) = _risks(path)
    assert (found.kind, found.subject) == ("bomb", "huge")
    assert "4,398,046,511,104 bytes and stores 0" in found.sentence


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_sources_are_not_opened_while_a_model_is_inspected(tmp_path: Path) -> None:
    model = tiny_models.hdf5(tmp_path / "m.h5")
    pipe = tmp_path / "source.h5"
    # Whoever opened it would hang.
    os.mkfifo(pipe)
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4", maxshape=(None,))
    layout[:] = h5py.VirtualSource(str(pipe), "x", shape=(4,), maxshape=(None,))[:]
    with h5py.File(model, "a") as file:
        file.create_virtual_dataset("v", layout)
    seen = inspect_path(model)
    assert isinstance(seen, Inspection)
    assert [risk.subject for risk in seen.risks if risk.kind == "outside_file"] == [str(pipe)]


def test_no_damaged_byte_of_weights_ends_the_inspection(tmp_path: Path) -> None:
    file = tmp_path / "model.weights.h5"
    with h5py.File(file, "w") as weights:
        for name in ("conv", "dense"):
            weights[f"layers/{name}/vars/0"] = np.ones(3, "float32")
    content = file.read_bytes()
    for place in range(0, len(content), 29):
        damaged = bytearray(content)
        damaged[place] ^= 0x81
        model = tmp_path / f"{place}.keras"
        with zipfile.ZipFile(model, "w") as archive:
            archive.writestr("metadata.json", '{"keras_version": "3.3.3"}')
            archive.writestr("config.json", '{"class_name": "Sequential", "config": {}}')
            archive.writestr("model.weights.h5", bytes(damaged))
        assert isinstance(inspect_path(model), Inspection)

"""Arrays on disk: what a probe stored is read without trust."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.npz import stored_array, write_arrays
from matrix.run.store import Store


def zipped(path: Path, raw: bytes, how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("k.npy", raw)
    return path


def npy(descr: Any = "<f4", shape: Any = (2,), body: bytes = bytes(8)) -> bytes:
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


@pytest.mark.parametrize("dtype", ["float16", "float32", "int64", "uint8", "bool"])
def test_stored_array_comes_back(tmp_path: Path, dtype: str) -> None:
    array = np.arange(6).astype(dtype)
    write_arrays(tmp_path / "a.npz", {"k": array})
    found = stored_array(tmp_path / "a.npz", "k")
    assert found is not None
    assert found.tolist() == array.tolist()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x93NUMPY\x01\x00\xff\xff", id="cut"),
        pytest.param(npy(shape=(10**12,)), id="larger-than-its-bytes"),
        pytest.param(npy(shape=(-2,)), id="negative"),
        pytest.param(npy(descr="|O"), id="objects"),
        pytest.param(npy(descr="<U1"), id="texts"),
        pytest.param(npy(descr=[["a", "b"]]), id="odd-type"),
        pytest.param(npy(shape="ab"), id="odd-shape"),
        pytest.param(npy().replace(b"{", b"["), id="no-header"),
    ],
)
def test_what_is_no_array_is_not_read(tmp_path: Path, raw: bytes) -> None:
    assert stored_array(zipped(tmp_path / "a.npz", raw), "k") is None


def test_compressed_array_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.npz", npy(), zipfile.ZIP_DEFLATED)
    assert stored_array(path, "k") is None


def test_absent_file_and_key_are_not_read(tmp_path: Path) -> None:
    assert stored_array(tmp_path / "absent.npz", "k") is None
    assert stored_array(zipped(tmp_path / "a.npz", npy()), "other") is None


def test_store_reads_nothing_outside_its_cell(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    write_arrays(tmp_path / "2.15.1" / "all" / "outputs-0.npz", {"k": np.ones(3)})
    write_arrays(tmp_path / "secret.npz", {"k": np.ones(3)})
    assert store.stored("2.15.1", "all/outputs-0.npz", "k").tolist() == [1, 1, 1]
    assert store.stored("2.15.1", "../secret.npz", "k") is None

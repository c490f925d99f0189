"""Arrays in .npz files: written for probes, and read back as untrusted data.

A model runs in the probe and may have written the file: nothing is unpickled or decompressed, and
nothing is larger in memory than it is on disk.
"""

from __future__ import annotations

import ast
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matrix.files import naming
from matrix.stored_files import opened_plain

Array = NDArray[Any]

# Twice what a probe may store, for what zip and headers add.
_MOST_FILE = 128 * 2**20
_MOST_HEADER = 10_000
_MOST_KEY = 2**16 - 1 - len(".npy")
_MAGIC = b"\x93NUMPY"


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays under their keys, in their order; texts become bytes (UTF-8).

    A key that no zip file can hold is left out: the probe makes that array itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {key: encoded(array) for key, array in arrays.items() if _storable(key)}
    with naming(path), path.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        # Not numpy.savez: some keys would be taken for its own arguments.
        for key, array in plain.items():
            with archive.open(f"{key}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _storable(key: str) -> bool:
    # A zip file has two bytes for the length of a name, and ends names at the first zero byte.
    return "\0" not in key and len(key.encode("utf-8", "backslashreplace")) <= _MOST_KEY


def encoded(array: Array) -> Array:
    """Texts as bytes, which releases of every age read alike."""
    return np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array


def stored_array(path: Path, key: str) -> Array | None:
    """One array of a file that a probe wrote, flat; `None` where it is not what a probe writes."""
    try:
        with opened_plain(path, _MOST_FILE) as file, zipfile.ZipFile(file) as archive:
            entry = archive.getinfo(f"{key}.npy")
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > _MOST_FILE:
                return None
            return _array(archive.read(entry))
    except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
        return None


def _array(raw: bytes) -> Array | None:
    if raw[:6] != _MAGIC or raw[6:7] not in (b"\1", b"\2"):
        return None
    width = 2 if raw[6] == 1 else 4
    length = int.from_bytes(raw[8 : 8 + width], "little")
    start = 8 + width + length
    if length > _MOST_HEADER:
        return None
    try:
        header = ast.literal_eval(raw[8 + width : start].decode("latin1"))
        dtype, shape = np.dtype(header["descr"]), header["shape"]
        size = math.prod(int(length) for length in shape)
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError):
        return None
    if dtype.kind not in "biufc" or size * dtype.itemsize != len(raw) - start:
        return None
    return np.frombuffer(raw, dtype=dtype, offset=start)

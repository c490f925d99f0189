"""HDF5: the file can be opened, and every dataset can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from matrix.model.codecs.hdf5 import h5py, hdf5_in
from matrix.model.codecs.readable import Readable
from matrix.model.formats.signatures import HDF5
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.opened_files import OpenedFiles

_SLAB = 2**24
_SUPERBLOCK = 64
_NUMBER = 8
# Deflate cannot do better; what says more is not stored at all, and costs time for nothing.
_MOST_RATIO = 1100
# How h5py says that bytes make no sense; a size that flipped may ask for all memory there is.
_DAMAGE = (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError)


def check_hdf5(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with an HDF5 file."""
    yield from check_hdf5_in(file.opened, file.name, file.name)
    end = _end(file.head)
    if 0 < end < file.size:
        surplus = file.size - end
        sentence = f"{file.name} has {surplus:,} bytes after its end, which no loader reads."
        yield warning(Kind.INCONSISTENT, file.name, sentence)


def _end(head: bytes) -> int:
    """Where the file ends by its own account; 0 where it does not begin with that."""
    version = head[8] if len(head) > _SUPERBLOCK and HDF5.matches_head(head) else -1
    # The older form is longer, and says how long its numbers are some bytes later.
    sizes, start, end = (13, 24, 40) if version in (0, 1) else (9, 12, 28)
    if version not in (0, 1, 2, 3) or head[sizes] != _NUMBER:
        return 0
    if version == 1:
        start, end = start + 4, end + 4
    base, eof = (int.from_bytes(head[place : place + _NUMBER], "little") for place in (start, end))
    return 0 if base else eof


def check_hdf5_in(file: Readable, name: str, what: str) -> Iterator[Finding]:
    """What is wrong with HDF5 bytes in the file `name`; `what` is how the sentences begin."""
    try:
        opened = hdf5_in(file)
        for path in _datasets(opened):
            try:
                _read(opened[path])
            except _DAMAGE as error:
                sentence = f"{what}: the dataset {path} cannot be read ({_said(error)})."
                yield damage(Kind.UNPARSABLE, name, f"{sentence} Download or copy it again.")
                return
    except _DAMAGE as error:
        incomplete = bytes_present(str(error))
        why = f"incomplete: it has {incomplete}" if incomplete else f"damaged ({_said(error)})"
        sentence = f"{what} is {why}. Download or copy it again."
        yield damage(Kind.CUT_SHORT if incomplete else Kind.UNPARSABLE, name, sentence)


def bytes_present(message: str) -> str:
    """`43 of 95 bytes`, if a message of HDF5 says how much of a file is there; else empty."""
    sizes = re.search(r"(?i:t)runcated file: eof = (\d+)\D.{0,60}stored_eo[af] = (\d+)", message)
    return f"{int(sizes[1]):,} of {int(sizes[2]):,} bytes" if sizes else ""


def _datasets(opened: Any) -> list[str]:
    paths: list[str] = []
    dataset = h5py().Dataset

    def visit(path: str, item: Any) -> None:
        # Attributes hold the configuration and the names of weights: they have to read as well.
        for key in item.attrs:
            item.attrs[key]
        if isinstance(item, dataset):
            paths.append(path)

    for key in opened.attrs:
        opened.attrs[key]
    opened.visititems(visit)
    return paths


def _read(dataset: Any) -> None:
    stored = dataset.id.get_storage_size()
    elsewhere = dataset.external is not None or dataset.is_virtual
    if not stored or elsewhere or dataset.nbytes > _MOST_RATIO * stored + _SLAB:
        return
    if not dataset.shape or dataset.nbytes <= _SLAB:
        dataset[()]
        return
    rows = max(1, _SLAB * dataset.shape[0] // dataset.nbytes)
    if dataset.chunks:
        rows = max(dataset.chunks[0], rows // dataset.chunks[0] * dataset.chunks[0])
    for start in range(0, dataset.shape[0], rows):
        dataset[start : start + rows]


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

"""Changes of the bytes of a model that keep it valid: a few weights get other last bits.

`Change` gives the bytes of a file for a number; each number from 0 on gives other bytes, and 0
those that the file has. None of them needs TensorFlow.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import google_crc32c
import h5py
import numpy as np

from matrix.model.codecs.flatbuffer import Table
from matrix.model.codecs.sstable import FOOTER, masked, varint
from matrix.model.codecs.tensor_bundle import Bundle, Entry
from matrix.model.codecs.tflite_schema import SCHEMA

Change = Callable[[int], bytes]
_FLOAT = 1
_WORD = 4
# The lowest bytes of so many floats take the digits of a number.
_DIGITS = 3


def patched(content: bytes, at: int, number: int) -> bytes:
    """With a number in the lowest bytes of the floats at `at`: a change of less than 1 in 2**15."""
    changed = bytearray(content)
    for digit in range(_DIGITS):
        changed[at + _WORD * digit] ^= number >> (8 * digit) & 0xFF
    return bytes(changed)


def hdf5(content: bytes) -> Change | None:
    """Some weights of an HDF5 file that are stored as they are; `None` where there are none."""
    with h5py.File(io.BytesIO(content), "r") as file:
        places: list[int] = []

        def see(_: str, found: object) -> None:
            if isinstance(found, h5py.Dataset) and _is_usable(found):
                places.append(found.id.get_offset())

        file.visititems(see)
    if not places:
        return None
    return lambda number: patched(content, places[0], number)


def _is_usable(found: h5py.Dataset) -> bool:
    stored = found.dtype == np.dtype("<f4") and found.id.get_offset() is not None
    return bool(stored and found.size >= _DIGITS and np.any(found[()]))


def archive(content: bytes) -> Change:
    """The weights in a zip file, such as a `.keras` file; else the comment at its end."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        members = [(info, opened.read(info)) for info in opened.infolist()]
    weights = {info.filename: hdf5(data) for info, data in members if info.filename[-3:] == ".h5"}
    ways = {name: way for name, way in weights.items() if way is not None}

    def change(number: int) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for info, data in members:
                way = ways.get(info.filename)
                made.writestr(info, way(number) if way else data)
            if not ways and number:
                made.comment = f"copy {number}".encode()
        return out.getvalue()

    return change


def tflite(content: bytes) -> Change:
    """A constant of floats in a TensorFlow Lite file; without one, what stands behind its end."""
    place = next(_float_buffers(content), None)
    if place is None:
        return lambda number: content + struct.pack("<I", number) * bool(number)
    return lambda number: patched(content, place, number)


def _float_buffers(content: bytes) -> Iterator[int]:
    """Where buffers of float tensors begin, of those whose bytes occur once."""
    start = struct.unpack_from("<I", content)[0]
    model = Table(content, start, SCHEMA["Model"], SCHEMA)
    buffers = list(model.tables("buffers"))
    for graph in model.tables("graphs"):
        for tensor in graph.tables("tensors"):
            data = buffers[tensor.number("buffer")].content("data")
            if tensor.number("type") == 0 and len(data) >= _WORD * _DIGITS:
                at = content.find(data)
                if any(data) and content.find(data, at + 1) < 0:
                    yield at


def tensor_of(found: Bundle) -> Entry | None:
    """The smallest tensor of floats in a checkpoint, `None` where there is none."""
    usable = [] if found.big_endian else filter(_has_floats, found.entries)
    return min(usable, key=lambda entry: entry.size, default=None)


def bundle(index: bytes, shard: bytes, entry: Entry) -> tuple[Change, Change] | None:
    """A tensor of a checkpoint and its checksums: the changes of its index and of its shard.

    `None` where the index is compressed.
    """
    old = struct.pack("<I", entry.crc32c)
    blocks = [(at, size) for at, size in _blocks(index) if old in index[at : at + size]]
    if index.count(old) != 1 or not blocks:
        return None
    at, size = blocks[0]

    def data(number: int) -> bytes:
        return patched(shard, entry.offset, number)

    def indexed(number: int) -> bytes:
        tensor = data(number)[entry.offset : entry.offset + entry.size]
        changed = bytearray(index)
        struct.pack_into("<I", changed, index.index(old), masked(google_crc32c.value(tensor)))
        crc = masked(google_crc32c.value(bytes(changed[at : at + size + 1])))
        struct.pack_into("<I", changed, at + size + 1, crc)
        return bytes(changed)

    return indexed, data


def _has_floats(entry: Entry) -> bool:
    return (
        entry.dtype == _FLOAT
        and not entry.slices
        and math.prod(entry.shape) >= _DIGITS
        and entry.size == _WORD * math.prod(entry.shape)
    )


def _blocks(index: bytes) -> Iterator[tuple[int, int]]:
    """Where the uncompressed blocks of a LevelDB table begin, and their sizes."""
    for at, size in _handles(index):
        if at + size < len(index) - FOOTER and index[at + size] == 0:
            yield at, size


def _handles(index: bytes) -> Iterator[tuple[int, int]]:
    """The data blocks, found from the index block that the footer points to."""
    footer = index[-FOOTER:]
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    start, at = varint(footer, at)
    size, _ = varint(footer, at)
    block = index[start : start + size]
    (restarts,) = struct.unpack_from("<I", block, size - _WORD)
    place, last = 0, size - _WORD * (restarts + 1)
    while place < last:
        _, place = varint(block, place)
        own, place = varint(block, place)
        length, place = varint(block, place)
        value = block[place + own : place + own + length]
        offset, behind = varint(value, 0)
        yield offset, varint(value, behind)[0]
        place += own + length


def appended(content: bytes, parts: Callable[[int], bytes]) -> Change:
    """What protobuf adds to a message, or what a parser of text skips."""
    return lambda number: content + (parts(number) if number else b"")


def node(number: int) -> bytes:
    """A graph of one node that does nothing, as the fields of a GraphDef."""
    name = f"loadmatrix_copy_{number}".encode()
    fields = b"\x0a" + bytes([len(name)]) + name + b"\x12\x04NoOp"
    return b"\x0a" + bytes([len(fields)]) + fields


def in_meta_graph(number: int) -> bytes:
    """The same as part of a MetaGraphDef: its graph is merged with the one that is there."""
    graph = node(number)
    return b"\x12" + bytes([len(graph)]) + graph


def version(number: int) -> bytes:
    """The version of a SavedModel, told again and again: the last one counts, all are 1."""
    return b"\x08\x01" * number


def comment(number: int) -> bytes:
    """A line that text formats of protobuf skip."""
    return f"\n# copy {number}\n".encode()


def blanks(number: int) -> bytes:
    """What JSON skips."""
    return b" " * number


def gzip_date(content: bytes) -> Change:
    """The date in the head of a gzip file, which nothing depends on."""
    return lambda number: content[:4] + struct.pack("<I", number) + content[8:]


def first(files: Sequence[Path], *endings: str) -> Path | None:
    """The first of some files whose name ends so."""
    return next((file for file in files if file.name.endswith(endings)), None)

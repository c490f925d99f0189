"""The CRC32C of every tensor of a checkpoint, as TensorFlow computes it for each type."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import google_crc32c

from matrix.model.codecs.readable import Readable
from matrix.model.codecs.sstable import DamagedTable, masked, varint
from matrix.model.codecs.tensor_bundle import Entry

# So much is checked by one thread before another takes over: small enough to share out evenly.
_PART = 2**26
_MOST_THREADS = 4
_STRING, _VARIANT = 7, 21
_WIDE = 2**32
_Order = Literal["little", "big"]


def mismatches(file: Readable, entries: Sequence[Entry], *, big_endian: bool) -> list[Entry]:
    """The tensors whose bytes do not match their checksums, a part of the file per thread."""
    order: _Order = "big" if big_endian else "little"
    parts = list(_parts(entries))
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(parts))
    if threads <= 1:
        return [entry for part in parts for entry in _mismatches_in(file, part, order)]
    # Reading and checksumming both release the interpreter; the pool ends with this block.
    with ThreadPoolExecutor(threads) as pool:
        bad = pool.map(lambda part: _mismatches_in(file, part, order), parts)
        return [entry for part in bad for entry in part]


def _parts(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    size = 0
    for entry in entries:
        part.append(entry)
        size += entry.size
        if size >= _PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _mismatches_in(file: Readable, entries: Sequence[Entry], order: _Order) -> list[Entry]:
    bad = []
    for entry in entries:
        try:
            crc = _checksum(file, entry, order)
        except DamagedTable:
            bad.append(entry)
        else:
            if masked(crc) != entry.crc32c:
                bad.append(entry)
    return bad


def _checksum(file: Readable, entry: Entry, order: _Order) -> int:
    if entry.dtype == _STRING:
        content = file.read_at(entry.offset, entry.size)
        return _strings(content, math.prod(entry.shape), order)
    if entry.dtype == _VARIANT:
        content = file.read_at(entry.offset, entry.size)
        return _variants(content, math.prod(entry.shape), order)
    return _numbers(file, entry)


def _numbers(file: Readable, entry: Entry) -> int:
    crc, left = 0, entry.size
    for chunk in file.chunks(entry.offset, entry.size):
        crc = google_crc32c.extend(crc, chunk)
        left -= len(chunk)
    if left:
        raise DamagedTable("the file ends")
    return crc


def _strings(data: bytes, count: int, order: _Order) -> int:
    """Lengths, their checksum, all bytes; lengths count as numbers, not as they are stored."""
    if count > len(data):
        raise DamagedTable("it has more strings than bytes")
    at, crc = 0, 0
    for _ in range(count):
        length, at = varint(data, at)
        crc = google_crc32c.extend(crc, length.to_bytes(4 if length < _WIDE else 8, order))
    stored = data[at : at + 4]
    if stored != masked(crc).to_bytes(4, order):
        raise DamagedTable("the lengths do not match their checksum")
    return int(google_crc32c.extend(crc, data[at:]))


def _variants(data: bytes, count: int, order: _Order) -> int:
    if count > len(data):
        raise DamagedTable("it has more variants than bytes")
    at, crc = 0, 0
    for _ in range(count):
        length, at = varint(data, at)
        crc = google_crc32c.extend(crc, length.to_bytes(8, order))
        crc = google_crc32c.extend(crc, data[at : at + length])
        at += length
        stored = data[at : at + 4]
        if stored != masked(crc).to_bytes(4, order):
            raise DamagedTable("a variant does not match its checksum")
        crc = google_crc32c.extend(crc, stored)
        at += 4
    return crc

"""Checkpoints: shards that are there and long enough, and every tensor against its checksum."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Literal

import google_crc32c

from matrix.model.codecs.sstable import DamagedTable, masked, varint
from matrix.model.codecs.tensor_bundle import Bundle, Entry, read_bundle
from matrix.model.integrity.finding import Finding, Kind, damage, warning

_CHUNK = 2**20
# So much is checked by one thread before another takes over: small enough to share out evenly.
_PART = 2**26
_MOST_THREADS = 4
_MOST_NAMED = 3
_STRING, _VARIANT = 7, 21
_WIDE = 2**32
_Order = Literal["little", "big"]
# Bytes of one number, by the number of its dtype.
_WIDTHS = {
    **dict.fromkeys((4, 6, 10, 11, 12, 24, 25), 1),
    **dict.fromkeys((5, 14, 15, 16, 17, 19), 2),
    **dict.fromkeys((1, 3, 13, 22), 4),
    **dict.fromkeys((2, 8, 9, 23), 8),
    18: 16,
}


def check_bundle(index: Path, name: str) -> Iterator[Finding]:
    """What is wrong with the checkpoint of an index; `name` is what findings call the index."""
    try:
        bundle = read_bundle(index)
    except DamagedTable as error:
        sentence = f"{name} is a damaged checkpoint index: {error}. Download or copy it again."
        yield damage(Kind.UNPARSABLE, name, sentence)
        return
    folder = name.removesuffix(index.name)
    for entry in bundle.entries:
        if wrong := _shape(entry):
            yield damage(Kind.INCONSISTENT, name, f"{name}: the tensor {entry.name} {wrong}.")
            return
    for number in range(bundle.shards):
        path = bundle.shard(number)
        mine = [one for one in bundle.entries if one.shard == number and not one.slices]
        yield from _shard(
            path, folder + path.name, sorted(mine, key=lambda one: one.offset), bundle
        )


def _shape(entry: Entry) -> str:
    if min(entry.shard, entry.offset, entry.size) < 0:
        return "starts before its shard"
    if entry.slices or (width := _WIDTHS.get(entry.dtype)) is None:
        return ""
    expected = math.prod(entry.shape) * width
    return "" if expected == entry.size else f"takes {entry.size} bytes instead of {expected}"


def _shard(path: Path, name: str, entries: Sequence[Entry], bundle: Bundle) -> Iterator[Finding]:
    needed = max((one.offset + one.size for one in entries), default=0)
    if not path.is_file():
        # A link that leads nowhere, or a pipe, is a finding of its own.
        if not os.path.lexists(path):
            yield _missing(path, name, entries, bundle)
        return
    if not os.access(path, os.R_OK):
        return
    size = path.stat().st_size
    if size < needed:
        kind = Kind.CUT_SHORT if size else Kind.EMPTY
        lost = sum(one.offset + one.size > size for one in entries)
        sentence = f"{name} is incomplete: it has {size:,} of {needed:,} bytes"
        yield damage(
            kind,
            name,
            f"{sentence}, and {_count(lost)} go past its end. Download or copy it again.",
        )
    elif size > needed:
        sentence = f"{name} has {size - needed:,} bytes that are not in its index."
        yield warning(Kind.INCONSISTENT, name, f"{sentence} It may belong to another index.")
    here = [one for one in entries if one.offset + one.size <= size]
    if bad := _mismatches(path, here, bundle):
        named = ", ".join(one.name for one in bad[:_MOST_NAMED])
        more = f" and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
        sentence = f"{name} does not contain the saved bytes: {named}{more} of {_count(len(here))}"
        verb = "does" if len(bad) == 1 else "do"
        yield damage(
            Kind.CHECKSUM,
            name,
            f"{sentence} {verb} not match the checksum. Download or copy it again.",
        )


def _missing(path: Path, name: str, entries: Sequence[Entry], bundle: Bundle) -> Finding:
    there = Counter(one.name for one in path.parent.glob(f"{bundle.prefix.name}.data-*"))
    beside = f" Its folder contains: {', '.join(sorted(there)[:_MOST_NAMED])}." if there else ""
    sentence = f"{name} is missing; the index has {_count(len(entries))} in it."
    return damage(Kind.MISSING, name, sentence + beside)


def _count(number: int) -> str:
    return f"{number} tensor{'' if number == 1 else 's'}"


def _mismatches(path: Path, entries: Sequence[Entry], bundle: Bundle) -> list[Entry]:
    parts = list(_parts(entries))
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(parts))
    if threads <= 1:
        return [one for part in parts for one in _checked(path, part, bundle)]
    # Reading and checksumming both release the interpreter; the pool ends with this block.
    with ThreadPoolExecutor(threads) as pool:
        found = pool.map(lambda part: _checked(path, part, bundle), parts)
        return [one for part in found for one in part]


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


def _checked(path: Path, entries: Sequence[Entry], bundle: Bundle) -> list[Entry]:
    order: _Order = "big" if bundle.big_endian else "little"
    bad = []
    with path.open("rb", buffering=0) as file:
        for entry in entries:
            file.seek(entry.offset)
            try:
                if entry.dtype == _STRING:
                    crc = _strings(file.read(entry.size), math.prod(entry.shape), order)
                elif entry.dtype == _VARIANT:
                    crc = _variants(file.read(entry.size), math.prod(entry.shape), order)
                else:
                    crc = _numbers(file, entry.size)
            except DamagedTable:
                bad.append(entry)
            else:
                if masked(crc) != entry.crc32c:
                    bad.append(entry)
    return bad


def _numbers(file: BinaryIO, left: int) -> int:
    crc = 0
    while left > 0:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise DamagedTable("the file ends")
        crc = google_crc32c.extend(crc, chunk)
        left -= len(chunk)
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

"""Checkpoints: shards exist and are long enough, and every tensor matches its checksum."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.model.codecs.sstable import DamagedTable, table
from matrix.model.codecs.tensor_bundle import Bundle, Entry, bundle_in
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.integrity.tensor_checksums import mismatches
from matrix.model.opened_files import OpenedFiles
from matrix.shown import some_of

_MOST_NAMED = 3
# Bytes of one number, by the number of its dtype.
_WIDTHS = {
    **dict.fromkeys((4, 6, 10, 11, 12, 24, 25), 1),
    **dict.fromkeys((5, 14, 15, 16, 17, 19), 2),
    **dict.fromkeys((1, 3, 13, 22), 4),
    **dict.fromkeys((2, 8, 9, 23), 8),
    18: 16,
}


def check_table(file: ModelFile, opened: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with the index of a checkpoint and its shards, or with a V1 checkpoint."""
    if file.path.suffix == ".index":
        yield from _bundle(file, opened)
        return
    try:
        for _ in table(file.opened.content()):
            pass
    except DamagedTable as error:
        sentence = f"{file.name} is a damaged checkpoint: {error}. Download or copy it again."
        yield damage(Kind.CHECKSUM, file.name, sentence)


def _bundle(file: ModelFile, opened: OpenedFiles) -> Iterator[Finding]:
    index, name = file.path, file.name
    try:
        bundle = bundle_in(file.opened, index)
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
        mine = [entry for entry in bundle.entries if entry.shard == number and not entry.slices]
        mine.sort(key=lambda entry: entry.offset)
        shard = _Shard(path=path, name=folder + path.name, bundle=bundle, entries=mine)
        yield from shard.check(opened)


def _shape(entry: Entry) -> str:
    if min(entry.shard, entry.offset, entry.size) < 0:
        return "starts before its shard"
    if entry.slices or (width := _WIDTHS.get(entry.dtype)) is None:
        return ""
    expected = math.prod(entry.shape) * width
    return "" if expected == entry.size else f"takes {entry.size} bytes instead of {expected}"


@dataclass(frozen=True, kw_only=True)
class _Shard:
    """A file with tensors; `name` is what findings call it, `entries` are its tensors."""

    path: Path
    name: str
    bundle: Bundle
    entries: Sequence[Entry]

    def check(self, opened: OpenedFiles) -> Iterator[Finding]:
        if not self.path.is_file():
            # A link that leads nowhere, or a pipe, is a finding of its own.
            if not os.path.lexists(self.path):
                yield self._missing()
        elif os.access(self.path, os.R_OK):
            file = opened.at(self.path)
            yield from self._size(file.size)
            inside = [entry for entry in self.entries if entry.offset + entry.size <= file.size]
            if bad := mismatches(file, inside, big_endian=self.bundle.big_endian):
                yield self._other_bytes(bad, len(inside))

    def _missing(self) -> Finding:
        shards = self.path.parent.glob(f"{self.bundle.prefix.name}.data-*")
        there = Counter(shard.name for shard in shards)
        beside = f" Its folder contains: {', '.join(sorted(there)[:_MOST_NAMED])}." if there else ""
        tensors = _count(len(self.entries))
        sentence = f"{self.name} is missing; the index has {tensors} in it."
        return damage(Kind.MISSING, self.name, sentence + beside)

    def _size(self, size: int) -> Iterator[Finding]:
        name = self.name
        needed = max((entry.offset + entry.size for entry in self.entries), default=0)
        if size < needed:
            kind = Kind.CUT_SHORT if size else Kind.EMPTY
            lost = sum(entry.offset + entry.size > size for entry in self.entries)
            sentence = f"{name} is incomplete: it has {size:,} of {needed:,} bytes"
            yield damage(
                kind,
                name,
                f"{sentence}, and {_count(lost)} go past its end. Download or copy it again.",
            )
        elif size > needed:
            sentence = f"{name} has {size - needed:,} bytes that are not in its index."
            yield warning(Kind.INCONSISTENT, name, f"{sentence} It may belong to another index.")

    def _other_bytes(self, bad: Sequence[Entry], checked: int) -> Finding:
        named = some_of([entry.name for entry in bad], _MOST_NAMED)
        verb = "does" if len(bad) == 1 else "do"
        sentence = f"{self.name} does not contain the saved bytes: {named} of"
        sentence = (
            f"{sentence} {_count(checked)} {verb} not match the checksum. Download or copy it "
            "again."
        )
        return damage(Kind.CHECKSUM, self.name, sentence)


def _count(number: int) -> str:
    return f"{number} tensor{'' if number == 1 else 's'}"

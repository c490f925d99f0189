"""Flatbuffers read without their schema: tables are lists of slots, slots hold numbers or offsets.

What points outside of the file raises `struct.error`, as everything does that is not where it
should be.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MOST_ITEMS = 1_000_000
_MOST_TEXT = 4096


@dataclass(frozen=True)
class Table:
    """A table of a flatbuffer: where it begins, and the bytes it is in."""

    data: bytes | mmap.mmap
    start: int

    @classmethod
    def root(cls, data: bytes | mmap.mmap) -> Table:
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def number(self, slot: int, kind: str = "I") -> int:
        """A number; 0 where the file leaves it out, as flatbuffers do."""
        place = self._place(slot)
        return int(struct.unpack_from(f"<{kind}", self.data, place)[0]) if place else 0

    def text(self, slot: int) -> str:
        return self.content(slot)[:_MOST_TEXT].decode("utf-8", "replace")

    def content(self, slot: int) -> bytes:
        place, length = self._vector(slot)
        return self.data[place : place + min(length, 2**16)]

    def length(self, slot: int) -> int:
        return self._vector(slot)[1]

    def numbers(self, slot: int) -> tuple[int, ...]:
        """A vector of 32-bit integers."""
        place, length = self._vector(slot)
        return struct.unpack_from(f"<{length}i", self.data, place)

    def floats(self, slot: int) -> tuple[float, ...]:
        """A vector of 32-bit floats."""
        place, length = self._vector(slot)
        return struct.unpack_from(f"<{length}f", self.data, place)

    def tables(self, slot: int) -> Iterator[Table]:
        place, length = self._vector(slot)
        if length > MOST_ITEMS:
            raise ValueError("it contains a list that is too long for a model")
        for one in range(place, place + 4 * length, 4):
            yield Table(self.data, one + struct.unpack_from("<I", self.data, one)[0])

    def table(self, slot: int) -> Table | None:
        place = self._place(slot)
        if not place:
            return None
        return Table(self.data, place + struct.unpack_from("<I", self.data, place)[0])

    def _place(self, slot: int) -> int:
        """Where the content of a slot is; 0 where the table has no such slot."""
        table = self.start - struct.unpack_from("<i", self.data, self.start)[0]
        if table < 0:
            raise ValueError("a table starts before the file")
        (size,) = struct.unpack_from("<H", self.data, table)
        if 4 + 2 * slot + 2 > size:
            return 0
        (offset,) = struct.unpack_from("<H", self.data, table + 4 + 2 * slot)
        return self.start + offset if offset else 0

    def _vector(self, slot: int) -> tuple[int, int]:
        place = self._place(slot)
        if not place:
            return 0, 0
        place += struct.unpack_from("<I", self.data, place)[0]
        (length,) = struct.unpack_from("<I", self.data, place)
        if place + 4 + length > len(self.data):
            raise ValueError("a list is longer than the file")
        return place + 4, length

"""Flatbuffers: a table is a list of slots; a slot has a number, or the offset of an object.

A schema says what the fields of each kind of table are; a slot that it does not name is not
followed. Every offset is checked before it is used.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

MOST_ITEMS = 1_000_000
_MOST_TABLES = 20_000_000
_MOST_TEXT = 4096
_MOST_CONTENT = 2**16
_HEADER = 4

Data = bytes | mmap.mmap


class DamagedFlatbuffer(ValueError):
    """An offset or a number that cannot be right; the message says which and where."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """What one slot holds.

    `of` is the `struct` letter of numbers, or the kind of the tables.
    """

    slot: int
    holds: Literal["number", "text", "numbers", "table", "tables"]
    of: str = ""

    @property
    def width(self) -> int:
        """The bytes of one number."""
        return struct.calcsize(f"<{self.of}")


@dataclass(frozen=True, kw_only=True)
class TableKind:
    """The fields of a kind of table, by name."""

    name: str
    fields: Mapping[str, Field]
    by_slot: Mapping[int, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_slot", {entry.slot: entry for entry in self.fields.values()})


Schema = Mapping[str, TableKind]


def schema(**kinds: Mapping[str, Field]) -> Schema:
    """A schema of these kinds of tables, each with its fields."""
    return {name: TableKind(name=name, fields=fields) for name, fields in kinds.items()}


@dataclass(frozen=True)
class Table:
    """A table of a flatbuffer: the bytes it is in, where it begins, and of which kind it is.

    All methods raise `DamagedFlatbuffer` where something lies outside of the file.
    """

    data: Data
    start: int
    kind: TableKind
    schema: Schema

    def number(self, name: str) -> int:
        """A whole number; 0 where the file leaves it out, as flatbuffers do."""
        place, wanted = self._find(name)
        if not place:
            return 0
        self._inside(place, wanted.width, f"a number of a table ({self.kind.name})")
        return int(struct.unpack_from(f"<{wanted.of}", self.data, place)[0])

    def text(self, name: str) -> str:
        """A text, its first 4,096 bytes."""
        start, count = self._list(*self._find(name))
        return self.data[start : start + min(count, _MOST_TEXT)].decode("utf-8", "replace")

    def content(self, name: str) -> bytes:
        """The bytes of a list, the first 64 KB."""
        start, count = self._list(*self._find(name))
        return self.data[start : start + min(count, _MOST_CONTENT)]

    def length(self, name: str) -> int:
        """How many items a list has."""
        return self._list(*self._find(name))[1]

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of numbers, floats where the schema says so."""
        place, wanted = self._find(name)
        start, count = self._list(place, wanted)
        return struct.unpack_from(f"<{count}{wanted.of}", self.data, start)

    def table(self, name: str) -> Table | None:
        """The table that a field refers to, `None` where the file leaves it out."""
        place, wanted = self._find(name)
        return self._table(self._target(place), wanted.of) if place else None

    def tables(self, name: str) -> Iterator[Table]:
        """A list of tables."""
        place, wanted = self._find(name)
        start, count = self._list(place, wanted)
        if count > MOST_ITEMS:
            raise DamagedFlatbuffer("it contains a list that is too long for a model")
        for number in range(count):
            entry = start + 4 * number
            yield self._table(entry + _u32(self.data, entry), wanted.of)

    def verify(self) -> None:
        """Follow every offset from here on.

        Raises:
            DamagedFlatbuffer: one leads out of the file or out of its table.
        """
        waiting, seen = [self], 0
        while waiting:
            table = waiting.pop()
            seen += 1
            if seen > _MOST_TABLES:
                raise DamagedFlatbuffer("it has too many tables for a model")
            waiting += reversed(list(table._checked_fields()))  # noqa: SLF001 - one of our own

    def _checked_fields(self) -> Iterator[Table]:
        """The tables that this one refers to, after everything else in it was checked."""
        name = self.kind.name
        layout, size, length = self._layout()
        self._inside(self.start, length, f"a table ({name})")
        offsets = struct.unpack_from(f"<{size // 2 - 2}H", self.data, layout + 4)
        for slot, offset in enumerate(offsets):
            if offset and offset >= max(length, _HEADER):
                raise DamagedFlatbuffer(
                    f"a field of a table ({name}) at byte {self.start} is outside the table"
                )
            wanted = self.kind.by_slot.get(slot)
            if offset and wanted is not None:
                yield from self._checked_field(self.start + offset, wanted)

    def _checked_field(self, place: int, wanted: Field) -> Iterator[Table]:
        if wanted.holds == "number":
            self._inside(place, wanted.width, f"a number of a table ({self.kind.name})")
        elif wanted.holds == "table":
            yield self._table(self._target(place), wanted.of)
        else:
            start, count = self._list(place, wanted)
            if wanted.holds == "tables":
                for entry in range(start, start + 4 * count, 4):
                    yield self._table(entry + _u32(self.data, entry), wanted.of)

    def _table(self, start: int, kind: str) -> Table:
        return Table(self.data, start, self.schema[kind], self.schema)

    def _find(self, name: str) -> tuple[int, Field]:
        """Where the content of a field is, 0 where the table leaves it out."""
        wanted = self.kind.fields[name]
        layout, size, _ = self._layout()
        if 4 + 2 * wanted.slot + 2 > size:
            return 0, wanted
        (offset,) = struct.unpack_from("<H", self.data, layout + 4 + 2 * wanted.slot)
        return (self.start + offset if offset else 0), wanted

    def _layout(self) -> tuple[int, int, int]:
        """Where the layout of the table is, the size of that, and the size of the table."""
        name = self.kind.name
        self._inside(self.start, 4, f"a table ({name})")
        layout = self.start - int(struct.unpack_from("<i", self.data, self.start)[0])
        self._inside(layout, 4, f"the layout of a table ({name})")
        size, length = struct.unpack_from("<HH", self.data, layout)
        if size < _HEADER or size % 2:
            raise DamagedFlatbuffer(
                f"the layout of a table ({name}) at byte {self.start} is invalid"
            )
        self._inside(layout, size, f"the layout of a table ({name})")
        return layout, size, length

    def _target(self, place: int) -> int:
        self._inside(place, 4, f"an offset of a table ({self.kind.name})")
        return place + _u32(self.data, place)

    def _list(self, place: int, wanted: Field) -> tuple[int, int]:
        """Where the items of a list begin, and how many there are."""
        if not place:
            return 0, 0
        what, width = _described(wanted, self.kind.name)
        target = self._target(place)
        self._inside(target, 4, what)
        count = _u32(self.data, target)
        self._inside(target + 4, count * width, what)
        return target + 4, count

    def _inside(self, start: int, size: int, what: str) -> None:
        if start < 0 or start + size > len(self.data):
            end = len(self.data)
            raise DamagedFlatbuffer(
                f"{what} at byte {start} goes past the end of the file, byte {end}"
            )


def root(data: Data, kind: str, kinds: Schema) -> Table:
    """The outermost table of a flatbuffer.

    Raises:
        DamagedFlatbuffer: the bytes are too few.
    """
    if len(data) < _HEADER:
        raise DamagedFlatbuffer(f"it has {len(data)} bytes")
    return Table(data, _u32(data, 0), kinds[kind], kinds)


def _described(wanted: Field, name: str) -> tuple[str, int]:
    """What a list is called in a message, and the bytes of one item."""
    match wanted.holds:
        case "text":
            return f"a text of a table ({name})", 1
        case "tables":
            return f"a list of tables ({wanted.of})", 4
        case _:
            return f"a list of a table ({name})", wanted.width


def _u32(data: Data, place: int) -> int:
    return int(struct.unpack_from("<I", data, place)[0])

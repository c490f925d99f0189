"""The outermost fields of a protocol buffer, read without parsing it.

A message says nothing of its type. What its fields are numbered, and that they end exactly where
the file ends, tells GraphDef, MetaGraphDef, SavedModel and ONNX apart before anything is parsed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from matrix.model.codecs.readable import Readable

VARINT, LENGTH = 0, 2
_FIXED = {1: 8, 5: 4}
# A graph has a field for each node.
_MOST_FIELDS = 2_000_000
_LONGEST_VARINT = 10
_MOST_FIRST = 2**24


@dataclass(frozen=True, kw_only=True)
class MessageOutline:
    """The fields seen, each with its wire type, and whether the last one ends with the file.

    `number` and `first` are of the first field; its content up to a cap where it has a length.
    """

    fields: frozenset[tuple[int, int]]
    number: int
    first: bytes
    whole: bool

    def within(self, allowed: dict[int, int]) -> bool:
        """Whether there are fields, and all of them are among these."""
        return bool(self.fields) and all(allowed.get(field) == kind for field, kind in self.fields)


def outline_in(file: Readable) -> MessageOutline | None:
    """The outline of a file; `None` where it is no protocol buffer from its first field on."""
    return file.once("outline", lambda: _outline(file.view(), file.size))


def outline_of(content: bytes) -> MessageOutline | None:
    """The outline of bytes, which may be only the beginning of a message."""
    return _outline(io.BytesIO(content), len(content))


def _outline(file: BinaryIO, size: int) -> MessageOutline | None:
    fields: set[tuple[int, int]] = set()
    number, first = _first(file)
    file.seek(0)
    whole = True
    try:
        for field, kind, end in _fields(file):
            fields.add((field, kind))
            whole = end <= size
            if not whole:
                break
    except (ValueError, EOFError):
        whole = False
    if not fields:
        return None
    return MessageOutline(fields=frozenset(fields), number=number, first=first, whole=whole)


def _first(file: BinaryIO) -> tuple[int, bytes]:
    try:
        tag = _varint(file)
        content = file.read(min(_varint(file), _MOST_FIRST)) if tag & 7 == LENGTH else b""
    except (ValueError, EOFError):
        return 0, b""
    return tag >> 3, content


def _fields(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Number, wire type and end of each field; the payload is passed over."""
    for _ in range(_MOST_FIELDS):
        try:
            tag = _varint(file, may_end=True)
        except _End:
            return
        number, kind = tag >> 3, tag & 7
        if number == 0 or number >= 2**29:
            raise ValueError("no field has this number")
        if kind == VARINT:
            _varint(file)
        elif kind == LENGTH:
            file.seek(_varint(file), 1)
        elif kind in _FIXED:
            file.seek(_FIXED[kind], 1)
        else:
            raise ValueError("no field has this wire type")
        yield number, kind, file.tell()


def _varint(file: BinaryIO, *, may_end: bool = False) -> int:
    value = 0
    for place in range(_LONGEST_VARINT):
        byte = file.read(1)
        if not byte:
            if may_end and place == 0:
                raise _End
            raise EOFError
        value |= (byte[0] & 0x7F) << (7 * place)
        if not byte[0] & 0x80:
            return value
    raise ValueError("a number has no end")


class _End(Exception):
    """The file ends between two fields, as it should."""

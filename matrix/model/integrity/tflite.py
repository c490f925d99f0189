"""TensorFlow Lite: a verifier of the flatbuffer, and of the numbers in it that point elsewhere.

The schema says which slots are tables, lists, texts; what it does not name is not followed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage

IDENTIFIER = b"TFL3"
_MOST_TABLES = 20_000_000

# Kinds of slots: a number of so many bytes, a text, a list of numbers, a table, a list of tables.
_TEXT = "text"
_BYTES, _INTS, _LONGS = ("list", 1), ("list", 4), ("list", 8)
_Slot = int | str | tuple[str, int] | tuple[str, str]
_ANY: Mapping[int, _Slot] = {}
_TABLES: Mapping[str, Mapping[int, _Slot]] = {
    "Model": {
        0: 4,
        1: ("tables", "OperatorCode"),
        2: ("tables", "SubGraph"),
        3: _TEXT,
        4: ("tables", "Buffer"),
        5: _INTS,
        6: ("tables", "Metadata"),
        7: ("tables", "SignatureDef"),
    },
    "OperatorCode": {0: 1, 1: _TEXT, 2: 4, 3: 4},
    "SubGraph": {
        0: ("tables", "Tensor"),
        1: _INTS,
        2: _INTS,
        3: ("tables", "Operator"),
        4: _TEXT,
    },
    "Tensor": {
        0: _INTS,
        1: 1,
        2: 4,
        3: _TEXT,
        4: ("table", "Quantization"),
        5: 1,
        6: ("table", "Sparsity"),
        7: _INTS,
        8: 1,
    },
    "Quantization": {0: _INTS, 1: _INTS, 2: _INTS, 3: _LONGS, 6: 4},
    "Sparsity": {0: _INTS, 1: _INTS},
    "Operator": {0: 4, 1: _INTS, 2: _INTS, 4: ("table", "Any"), 5: _BYTES, 7: _BYTES, 8: _INTS},
    "Buffer": {0: _BYTES, 1: 8, 2: 8},
    "Metadata": {0: _TEXT, 1: 4},
    "SignatureDef": {
        0: ("tables", "TensorMap"),
        1: ("tables", "TensorMap"),
        2: _TEXT,
        4: 4,
    },
    "TensorMap": {0: _TEXT, 1: 4},
    "Any": _ANY,
}
# Bytes of one number, by the number of its type; texts, resources and half bytes are left out.
_WIDTHS = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 8: 8, 9: 1, 10: 8, 11: 16, 12: 8, 15: 4, 16: 2}
_MOST_TYPE = 31
_HEADER = 4
_SPARSITY = 6


class _Damaged(ValueError):
    pass


def check_tflite(place: ModelFile) -> Iterator[Finding]:
    """What is wrong with a TensorFlow Lite file."""
    content = place.path.read_bytes()
    try:
        model = _Verifier(data=content).table(_u32(content, 0), "Model")
        _sensible(model, content)
    except (_Damaged, struct.error, RecursionError) as error:
        sentence = f"{place.name} is incomplete or damaged: {error}. Download or copy it again."
        yield damage(Kind.UNPARSABLE, place.name, sentence)


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


@dataclass
class _Verifier:
    """Follows every offset that the schema knows; what lies outside the file is damage."""

    data: bytes
    seen: int = 0

    def table(self, at: int, name: str) -> dict[int, Any]:
        """The slots of a table: numbers as positions, lists as (start, count), tables in full."""
        self.seen += 1
        if self.seen > _MOST_TABLES:
            raise _Damaged("it has too many tables for a model")
        self._inside(at, 4, f"a table ({name})")
        vtable = at - int(struct.unpack_from("<i", self.data, at)[0])
        self._inside(vtable, 4, f"the layout of a table ({name})")
        size, length = struct.unpack_from("<HH", self.data, vtable)
        if size < _HEADER or size % 2:
            raise _Damaged(f"the layout of a table ({name}) at byte {at} is invalid")
        self._inside(vtable, size, f"the layout of a table ({name})")
        self._inside(at, length, f"a table ({name})")
        offsets = struct.unpack_from(f"<{size // 2 - 2}H", self.data, vtable + 4)
        known = _TABLES[name]
        found: dict[int, Any] = {}
        for number, offset in enumerate(offsets):
            if offset and offset >= max(length, _HEADER):
                raise _Damaged(f"a field of a table ({name}) at byte {at} is outside the table")
            if offset and (slot := known.get(number)) is not None:
                found[number] = self._slot(at + offset, slot, name)
        return found

    def _slot(self, at: int, slot: _Slot, name: str) -> Any:
        if isinstance(slot, int):
            self._inside(at, slot, f"a number of a table ({name})")
            return int.from_bytes(self.data[at : at + slot], "little", signed=True)
        self._inside(at, 4, f"an offset of a table ({name})")
        target = at + _u32(self.data, at)
        if slot == _TEXT:
            start, count = self._list(target, 1, f"a text of a table ({name})")
            return self.data[start : start + count].decode("utf-8", "replace")
        assert not isinstance(slot, str)
        kind, what = slot
        if isinstance(what, int):
            return self._list(target, what, f"a list of a table ({name})")
        if kind == "table":
            return self.table(target, what)
        start, count = self._list(target, 4, f"a list of tables ({what})")
        model_files = struct.unpack_from(f"<{count}I", self.data, start)
        return [self.table(start + 4 * n + offset, what) for n, offset in enumerate(model_files)]

    def _list(self, at: int, width: int, what: str) -> tuple[int, int]:
        self._inside(at, 4, what)
        count = _u32(self.data, at)
        self._inside(at + 4, count * width, what)
        return at + 4, count

    def _inside(self, at: int, size: int, what: str) -> None:
        if at < 0 or at + size > len(self.data):
            raise _Damaged(
                f"{what} at byte {at} goes past the end of the file, byte {len(self.data)}"
            )


def _sensible(model: Mapping[int, Any], data: bytes) -> None:
    """Numbers that stand for buffers, tensors and operators stand for ones that are there."""
    buffers = model.get(4, [])
    graphs = model.get(2, [])
    if not graphs:
        raise _Damaged("it has no graph")
    for buffer in buffers:
        # Of models above 2 GB: the bytes lie behind the flatbuffer.
        offset, size = buffer.get(1, 0), buffer.get(2, 0)
        if offset > 1 and not 0 <= offset + size <= len(data):
            raise _Damaged(f"a buffer of {size} bytes at {offset} goes past the end of the file")
    for graph in graphs:
        tensors = graph.get(0, [])
        for tensor in tensors:
            _tensor(tensor, buffers, data)
        wired = [graph.get(1), graph.get(2)]
        for operator in graph.get(3, []):
            if not 0 <= operator.get(0, 0) < len(model.get(1, [])):
                raise _Damaged(
                    f"an operator has the number {operator.get(0, 0)}, which is not in the list "
                    "of operators"
                )
            wired += [operator.get(1), operator.get(2)]
        for numbers in wired:
            if any(not -1 <= one < len(tensors) for one in _numbers(numbers, data)):
                raise _Damaged("an operator or the graph uses a tensor that does not exist")


def _tensor(tensor: Mapping[int, Any], buffers: Sequence[Mapping[int, Any]], data: bytes) -> None:
    name = tensor.get(3, "without a name")
    number, kind = tensor.get(2, 0), tensor.get(1, 0)
    if not 0 <= number < len(buffers):
        raise _Damaged(f"the tensor {name} uses a buffer that does not exist")
    if not 0 <= kind <= _MOST_TYPE:
        raise _Damaged(f"the tensor {name} has the unknown type {kind}")
    _, held = buffers[number].get(0, (0, 0))
    shape = _numbers(tensor.get(0), data)
    if any(size < 0 for size in shape):
        raise _Damaged(f"the tensor {name} has a negative size")
    width = _WIDTHS.get(kind)
    if held and width and _SPARSITY not in tensor and held != math.prod(shape) * width:
        raise _Damaged(f"the tensor {name} has {held} bytes instead of {math.prod(shape) * width}")


def _numbers(place: tuple[int, int] | None, data: bytes) -> tuple[int, ...]:
    if place is None:
        return ()
    start, count = place
    return struct.unpack_from(f"<{count}i", data, start)

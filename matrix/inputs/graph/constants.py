"""Values and shapes of constants and variables in a graph."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from matrix.model.codecs.tensor_proto import shape
from matrix.npz import Array

_STRING, _INT32, _INT64 = 7, 3, 9
MOST_VALUES = 200_000
# Types by their numbers, each with the field that holds its values.
_TYPES = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    4: ("u1", "int_val"),
    5: ("<i2", "int_val"),
    6: ("i1", "int_val"),
    9: ("<i8", "int64_val"),
    10: ("?", "bool_val"),
    17: ("<u2", "int_val"),
    22: ("<u4", "uint32_val"),
    23: ("<u8", "uint64_val"),
}
_VARIABLES = ("VarHandleOp", "VariableV2", "Variable", "Placeholder")


def values_of(tensor: Any) -> Sequence[Any]:
    """Texts or whole numbers of a TensorProto; nothing for another type."""
    if tensor.dtype == _STRING:
        return [text.decode("utf-8", "replace") for text in tensor.string_val[:MOST_VALUES]]
    if tensor.dtype not in (_INT32, _INT64):
        return []
    content = tensor.tensor_content[: MOST_VALUES * 8]
    if not content:
        return list(tensor.int_val if tensor.dtype == _INT32 else tensor.int64_val)
    kind, size = ("i", 4) if tensor.dtype == _INT32 else ("q", 8)
    return struct.unpack(f"<{len(content) // size}{kind}", content[: len(content) // size * size])


def numbers_of(node: Any) -> Sequence[int]:
    """The whole numbers of a constant; nothing of another node."""
    if node.op != "Const":
        return ()
    return [value for value in values_of(node.attr["value"].tensor) if isinstance(value, int)]


def shape_of(node: Any) -> Sequence[int | None]:
    """The shape of a constant or a variable; nothing where it is unknown."""
    if node.op == "Const":
        return shape(node.attr["value"].tensor.tensor_shape) or ()
    if node.op in _VARIABLES:
        return shape(node.attr["shape"].shape) or ()
    return ()


def array_of(tensor: Any) -> Array | None:
    """The array of a TensorProto; `None` for a type that is seldom fed or a damaged one."""
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    try:
        if tensor.dtype == _STRING:
            return np.array(list(tensor.string_val), dtype=bytes).reshape(sizes)
        kind, field = _TYPES[tensor.dtype]
        if tensor.tensor_content:
            return np.frombuffer(tensor.tensor_content, dtype=kind).reshape(sizes)
        values = np.array(list(getattr(tensor, field)), dtype=kind)
        # The last one stands for all that follow.
        return np.resize(values, sizes) if values.size == 1 else values.reshape(sizes)
    except (KeyError, ValueError, OverflowError):
        return None

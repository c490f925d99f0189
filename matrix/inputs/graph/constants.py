"""Values and shapes of constants and variables in a graph."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from matrix.model.codecs.tensor_proto import shape

_STRING, _INT32, _INT64 = 7, 3, 9
MOST_VALUES = 200_000
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

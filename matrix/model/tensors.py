"""Types and shapes in TensorFlow's messages, in the words of the facts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from matrix.model.facts import TensorFacts

_RENAMED = {"half": "float16", "float": "float32", "double": "float64"}


def dtype(number: int, message: Any) -> str:
    """TensorFlow's name of a DataType, e.g. `float32`; `message` has a field of that type."""
    field = next(f for f in message.DESCRIPTOR.fields if f.enum_type is not None)
    value = field.enum_type.values_by_number.get(number)
    name = value.name.removeprefix("DT_").removesuffix("_REF").lower() if value else "invalid"
    return _RENAMED.get(name, name)


def shape(message: Any) -> tuple[int | None, ...] | None:
    """A TensorShapeProto; `None` where the rank is unknown."""
    if message.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in message.dim)


def from_info(name: str, info: Any) -> TensorFacts:
    """An input or output of a signature (TensorInfo)."""
    return TensorFacts(name=name, dtype=dtype(info.dtype, info), shape=shape(info.tensor_shape))


def numbers(sizes: Iterable[int | None]) -> int:
    """How many numbers a tensor of this shape has; 0 where that is not known."""
    known = [size or 0 for size in sizes]
    return math.prod(known)

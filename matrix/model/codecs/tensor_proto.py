"""Data types and shapes in TensorFlow's messages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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


def encoded_as(info: Any) -> str:
    """`ragged` or `sparse` where a TensorInfo stands for several tensors, else nothing."""
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        return "sparse"
    if encoding != "composite_tensor":
        return ""
    spec = info.composite_tensor.type_spec
    kinds = {spec.RAGGED_TENSOR_SPEC: "ragged", spec.SPARSE_TENSOR_SPEC: "sparse"}
    return kinds.get(spec.type_spec_class, "")


def names_of(name: str, info: Any) -> list[str]:
    """What TensorFlow 2 calls the tensors of an input that are several."""
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        return [f"{name}_{part}" for part in ("indices", "values", "dense_shape")]
    if encoding == "composite_tensor":
        return [f"{name}_component_{n}" for n in range(len(info.composite_tensor.components))]
    return [name]


def inputs_of(name: str, info: Any) -> list[TensorFacts]:
    """An input of a signature (TensorInfo); ragged and sparse ones are several."""
    return _named(names_of(name, info), info)


def outputs_of(name: str, info: Any) -> list[TensorFacts]:
    """The same for an output: `y`, `y_1`, ..."""
    count = len(names_of(name, info))
    return _named([f"{name}_{number}" if number else name for number in range(count)], info)


def _named(names: Sequence[str], info: Any) -> list[TensorFacts]:
    kind, sizes = dtype(info.dtype, info), shape(info.tensor_shape)
    encoding = info.WhichOneof("encoding")
    kinds: list[tuple[str, tuple[int | None, ...] | None]] = [(kind, sizes)]
    if encoding == "coo_sparse":
        rank = None if sizes is None else len(sizes)
        kinds = [("int64", (None, rank)), (kind, (None,)), ("int64", (rank,))]
    elif encoding == "composite_tensor":
        parts = info.composite_tensor.components
        kinds = [(dtype(part.dtype, part), shape(part.tensor_shape)) for part in parts]
    return [
        TensorFacts(name=own, dtype=part, shape=size)
        for own, (part, size) in zip(names, kinds, strict=False)
    ]


def numbers(sizes: Iterable[int | None]) -> int:
    """How many numbers a tensor of this shape has; 0 where that is not known."""
    lengths = [size or 0 for size in sizes]
    return math.prod(lengths)

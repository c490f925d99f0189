"""The tables of TensorFlow Lite's flatbuffers that are read or checked."""

from __future__ import annotations

from matrix.model.codecs.flatbuffer import Field, schema


def _number(slot: int, letter: str = "I") -> Field:
    return Field(slot=slot, holds="number", of=letter)


def _text(slot: int) -> Field:
    return Field(slot=slot, holds="text")


def _numbers(slot: int, letter: str = "i") -> Field:
    return Field(slot=slot, holds="numbers", of=letter)


def _table(slot: int, kind: str) -> Field:
    return Field(slot=slot, holds="table", of=kind)


def _tables(slot: int, kind: str) -> Field:
    return Field(slot=slot, holds="tables", of=kind)


SCHEMA = schema(
    Model={
        "version": _number(0),
        "operators": _tables(1, "OperatorCode"),
        "graphs": _tables(2, "SubGraph"),
        "description": _text(3),
        "buffers": _tables(4, "Buffer"),
        "metadata_buffers": _numbers(5),
        "metadata": _tables(6, "Metadata"),
        "signatures": _tables(7, "SignatureDef"),
    },
    OperatorCode={
        "short_code": _number(0, "b"),
        "custom": _text(1),
        "version": _number(2, "i"),
        "code": _number(3, "i"),
    },
    SubGraph={
        "tensors": _tables(0, "Tensor"),
        "inputs": _numbers(1),
        "outputs": _numbers(2),
        "operators": _tables(3, "Operator"),
        "name": _text(4),
    },
    Tensor={
        "shape": _numbers(0),
        "type": _number(1, "b"),
        "buffer": _number(2),
        "name": _text(3),
        "quantization": _table(4, "Quantization"),
        "is_variable": _number(5, "b"),
        "sparsity": _table(6, "Sparsity"),
        "signature": _numbers(7),
        "has_rank": _number(8, "b"),
    },
    Quantization={
        "min": _numbers(0, "f"),
        "max": _numbers(1, "f"),
        "scale": _numbers(2, "f"),
        "zero_point": _numbers(3, "q"),
        "dimension": _number(6, "i"),
    },
    Sparsity={"order": _numbers(0), "blocks": _numbers(1)},
    Operator={
        "code": _number(0),
        "inputs": _numbers(1),
        "outputs": _numbers(2),
        "options": _table(4, "Options"),
        "custom_options": _numbers(5, "b"),
        "mutating": _numbers(7, "b"),
        "intermediates": _numbers(8),
    },
    Options={},
    Buffer={
        "data": _numbers(0, "b"),
        "offset": _number(1, "Q"),
        "size": _number(2, "Q"),
    },
    Metadata={"name": _text(0), "buffer": _number(1)},
    SignatureDef={
        "inputs": _tables(0, "TensorMap"),
        "outputs": _tables(1, "TensorMap"),
        "key": _text(2),
        "graph": _number(4),
    },
    TensorMap={"name": _text(0), "tensor": _number(1)},
    # What a converter writes into the metadata is a flatbuffer of its own.
    ConversionMetadata={"environment": _table(0, "Environment")},
    Environment={"tensorflow": _text(0)},
)

"""TensorFlow Lite: every offset of the flatbuffer, and the numbers that refer to other parts."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

from matrix.model.codecs.flatbuffer import DamagedFlatbuffer, Table, root
from matrix.model.codecs.tflite_schema import SCHEMA
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage
from matrix.model.opened_files import OpenedFiles

# Bytes of one number, by the number of its type; texts, resources and half bytes are left out.
_WIDTHS = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 8: 8, 9: 1, 10: 8, 11: 16, 12: 8, 15: 4, 16: 2}
_MOST_TYPE = 31


def check_tflite(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a TensorFlow Lite file."""
    try:
        model = root(file.opened.mapped(), "Model", SCHEMA)
        model.verify()
        _check_references(model)
    except (ValueError, struct.error) as error:
        sentence = f"{file.name} is incomplete or damaged: {error}. Download or copy it again."
        yield damage(Kind.UNPARSABLE, file.name, sentence)


def _check_references(model: Table) -> None:
    """Numbers that stand for buffers, tensors and operators stand for ones that are there."""
    buffers = list(model.tables("buffers"))
    graphs = list(model.tables("graphs"))
    operators = model.length("operators")
    if not graphs:
        raise DamagedFlatbuffer("it has no graph")
    for buffer in buffers:
        # Of models above 2 GB: the bytes lie behind the flatbuffer.
        offset, size = buffer.number("offset"), buffer.number("size")
        if offset > 1 and offset + size > len(model.data):
            raise DamagedFlatbuffer(
                f"a buffer of {size} bytes at {offset} goes past the end of the file"
            )
    for graph in graphs:
        for tensor in graph.tables("tensors"):
            _check_tensor(tensor, buffers)
        _check_wiring(graph, operators)


def _check_wiring(graph: Table, operators: int) -> None:
    """Operators and the graph itself take and give tensors that are there."""
    tensors = graph.length("tensors")
    wired = [graph.numbers("inputs"), graph.numbers("outputs")]
    for operator in graph.tables("operators"):
        if operator.number("code") >= operators:
            number = operator.number("code")
            raise DamagedFlatbuffer(
                f"an operator has the number {number}, which is not in the list of operators"
            )
        wired += [operator.numbers("inputs"), operator.numbers("outputs")]
    for numbers in wired:
        if any(not -1 <= number < tensors for number in numbers):
            raise DamagedFlatbuffer("an operator or the graph uses a tensor that does not exist")


def _check_tensor(tensor: Table, buffers: Sequence[Table]) -> None:
    name = tensor.text("name") or "without a name"
    number, kind = tensor.number("buffer"), tensor.number("type")
    if number >= len(buffers):
        raise DamagedFlatbuffer(f"the tensor {name} uses a buffer that does not exist")
    if not 0 <= kind <= _MOST_TYPE:
        raise DamagedFlatbuffer(f"the tensor {name} has the unknown type {kind}")
    shape = tensor.numbers("shape")
    if any(size < 0 for size in shape):
        raise DamagedFlatbuffer(f"the tensor {name} has a negative size")
    held, width = buffers[number].length("data"), _WIDTHS.get(kind)
    expected = math.prod(shape) * width if width else held
    if held and held != expected and tensor.table("sparsity") is None:
        raise DamagedFlatbuffer(f"the tensor {name} has {held} bytes instead of {expected}")

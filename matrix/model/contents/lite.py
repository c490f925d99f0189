"""What predictions need of a TensorFlow Lite model."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from matrix.model.codecs.flatbuffer import MOST_ITEMS, Table, root
from matrix.model.codecs.tflite_schema import SCHEMA
from matrix.model.contents.contents import Lite
from matrix.model.formats.readers.tflite import operator_name
from matrix.model.opened_files import OpenedFile

CUSTOM = 32
# IF, WHILE, CALL, CALL_ONCE and the STABLEHLO ones: operators that run other graphs of the file.
_BRANCHING = frozenset({31, 118, 119, 129, 202, 206, 209})

# Operators that rescale what they take, and the numbers of the types of bytes.
_MULTIPLYING, _INT16 = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}), 7
_SCALED, _BYTES = frozenset({"ADD", "SUB"}), frozenset({3, 9})


def lite_in(file: OpenedFile) -> Lite:
    """The contents of a TensorFlow Lite file.

    Raises:
        ValueError, struct.error: it is damaged.
    """
    model = root(file.mapped(), "Model", SCHEMA)
    codes = list(model.tables("operators"))
    numbers = [max(code.number("short_code"), code.number("code")) for code in codes]
    graphs = _run(list(model.tables("graphs")), numbers)
    used = {operator.number("code") for graph in graphs for operator in graph.tables("operators")}
    tensors = _tensors(list(model.tables("graphs")))
    return Lite(
        schema=model.number("version"),
        # A version that is left out is the first.
        operators=frozenset(
            (number, max(code.number("version"), 1))
            for number, code in zip(numbers, codes, strict=True)
            if number != CUSTOM
        ),
        names={number: operator_name(code) for number, code in zip(numbers, codes, strict=True)},
        customs=frozenset(
            codes[place].text("custom") for place in used if numbers[place] == CUSTOM
        ),
        types=frozenset(tensor.number("type") for tensor in tensors),
        bad_quantization=next(
            itertools.chain(_bad_quantization(tensors), _without_scale(graphs, codes)), ""
        ),
        takes_int16=next(_taking_int16(graphs, codes), ""),
    )


def _tensors(graphs: Sequence[Table]) -> list[Table]:
    """All tensors; lists may overlap, so that a small file could name more than fit anywhere.

    Raises:
        ValueError: there are too many.
    """
    if sum(graph.length("tensors") for graph in graphs) > MOST_ITEMS:
        raise ValueError("it has too many tensors for a model")
    return [tensor for graph in graphs for tensor in graph.tables("tensors")]


def _run(graphs: Sequence[Table], numbers: Sequence[int]) -> Sequence[Table]:
    """The graphs whose operators are prepared when the tensors of the first are allocated."""
    first = graphs[:1]
    if any(
        numbers[operator.number("code")] in _BRANCHING
        for graph in first
        for operator in graph.tables("operators")
    ):
        return graphs
    return first


def _taking_int16(graphs: Sequence[Table], codes: Sequence[Table]) -> Iterator[str]:
    names = [operator_name(code) for code in codes]
    if not _MULTIPLYING & set(names):
        return
    for graph in graphs:
        types = [tensor.number("type") for tensor in graph.tables("tensors")]
        for operator in graph.tables("operators"):
            name, inputs = names[operator.number("code")], operator.numbers("inputs")
            if name in _MULTIPLYING and inputs and types[inputs[0]] == _INT16:
                yield name


def _bad_quantization(tensors: Sequence[Table]) -> Iterator[str]:
    """What every interpreter refuses in the quantisation of a tensor.

    `ParseQuantization` in tensorflow/lite/core/interpreter_builder.cc, in all releases.
    """
    for tensor in tensors:
        quantization = tensor.table("quantization")
        scales = quantization.length("scale") if quantization else 0
        if not quantization or not scales:
            continue
        name, shape = tensor.text("name"), tensor.numbers("shape")
        zeros, dimension = quantization.length("zero_point"), quantization.number("dimension")
        if zeros != scales:
            yield f"tensor {name} has {scales} scales and {zeros} zero points"
        elif dimension < 0 or (shape and dimension >= len(shape)):
            yield f"tensor {name} is quantised along dimension {dimension} of {len(shape)}"
        elif scales > 1 and shape and scales != shape[dimension]:
            yield f"tensor {name} has {scales} scales for {shape[dimension]} slices"


def _without_scale(graphs: Sequence[Table], codes: Sequence[Table]) -> Iterator[str]:
    """Sums of integers without a scale: kernels divide by it, and the process is aborted.

    `QuantizeMultiplierSmallerThanOneExp` in tensorflow/lite/kernels/internal/quantization_util.cc.
    """
    for graph in graphs:
        tensors: list[Table] | None = None
        for operator in graph.tables("operators"):
            name = operator_name(codes[operator.number("code")])
            if name not in _SCALED:
                continue
            tensors = list(graph.tables("tensors")) if tensors is None else tensors
            for place in operator.numbers("outputs"):
                quantization = tensors[place].table("quantization")
                scaled = quantization is not None and quantization.length("scale")
                if tensors[place].number("type") in _BYTES and not scaled:
                    yield f"operator {name} gives integers of 8 bits without a scale"

"""TensorFlow Lite models, read from their flatbuffer."""

from __future__ import annotations

import functools
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.flatbuffer import MOST_ITEMS, Table, root
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.codecs.tflite_schema import SCHEMA
from matrix.model.facts import Format, FormatFacts, SignatureFacts, TensorFacts
from matrix.model.formats.reader import DetectedModel, Evidence, FormatReader
from matrix.model.formats.selection_ops import picked_in_order, picks
from matrix.model.formats.signatures import TFLITE
from matrix.model.integrity.tflite import check_tflite
from matrix.model.opened_files import OpenedFile, OpenedFiles

_NAMES = Path(__file__).with_name("tflite_operators.txt")
_MOST_GRAPHS = 1000
_TYPES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64"),
    *("int8", "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16"),
    *("int4", "bfloat16", "int2", "uint4"),
)
_CUSTOM = 32
_DEQUANTIZE = "DEQUANTIZE"
# Operators that run other graphs of the file.
_BRANCHES = frozenset({"IF", "WHILE", "CALL", "STABLEHLO_WHILE", "STABLEHLO_COMPOSITE"})
# What comes of offsets and numbers that are wrong.
_DAMAGED = (struct.error, ValueError, OverflowError, IndexError)


def read_tflite(file: OpenedFile) -> FormatFacts:
    """The facts of a TensorFlow Lite model.

    Raises:
        NothingTestable: it is cut short or damaged.
    """
    try:
        return _read(root(file.mapped(), "Model", SCHEMA))
    except _DAMAGED as error:
        message = f"{file.path} starts like a TensorFlow Lite model but is incomplete or damaged"
        raise NothingTestable(f"{message} ({error}). Download or copy it again.") from error


def _read(model: Table) -> FormatFacts:
    codes = list(model.tables("operators"))
    graphs = list(model.tables("graphs"))
    if not 0 < len(graphs) <= _MOST_GRAPHS:
        raise ValueError(f"it has {len(graphs)} graphs")
    names = [operator_name(code) for code in codes]
    counted: Counter[str] = Counter()
    for graph in graphs:
        # Lists may overlap, so that a small file could name more than anybody can count.
        if counted.total() + graph.length("operators") > MOST_ITEMS:
            raise ValueError("it has too many operators for a model")
        counted.update(names[operator.number("code")] for operator in graph.tables("operators"))
    metadata = dict(_metadata(model))
    runtime = metadata.get("min_runtime_version", b"").strip(b"\0 ").decode("ascii", "replace")
    note = f"It needs TensorFlow Lite {runtime} or newer."
    return FormatFacts(
        format=Format.TFLITE,
        tensorflow=_converter(metadata.get("CONVERSION_METADATA", b"")),
        signatures=tuple(_signatures(model, graphs)),
        ops=dict(sorted(counted.items())),
        custom_objects=tuple(sorted({_custom(code) for code in codes} - {""})),
        parameters=sum(_parameters(model, graphs)),
        runs_from=runtime or None,
        selected=_selected(graphs, names) if picks(counted) else {},
        steps=dict(_steps(graphs[0], names)) if _DEQUANTIZE in counted else {},
        notes=(note,) if runtime else (),
    )


def _selected(graphs: Sequence[Table], names: Sequence[str]) -> dict[str, str]:
    """The outputs that are picked by comparing, each with the operator."""
    main, *others = graphs
    inside = {
        names[operator.number("code")] for graph in others for operator in graph.tables("operators")
    }
    operators = (
        (
            names[operator.number("code")],
            operator.numbers("inputs"),
            operator.numbers("outputs"),
        )
        for operator in main.tables("operators")
    )
    # Which of the other graphs an operator runs does not matter: they are few.
    picked = picked_in_order(operators, lambda name: name in _BRANCHES and picks(inside))
    tensors = list(main.tables("tensors"))
    return {
        tensors[place].text("name"): picked[place]
        for place in main.numbers("outputs")
        if place in picked and place < len(tensors)
    }


def _steps(graph: Table, names: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The outputs that are quantised numbers turned into floats, with the size of a step."""
    tensors = list(graph.tables("tensors"))
    outputs = graph.numbers("outputs")
    for operator in graph.tables("operators"):
        if names[operator.number("code")] != _DEQUANTIZE:
            continue
        (source, *_), (target, *_) = (operator.numbers(side) for side in ("inputs", "outputs"))
        quantized = tensors[source].table("quantization")
        scales = quantized.numbers("scale") if quantized else ()
        if target in outputs and len(scales) == 1:
            yield tensors[target].text("name"), scales[0]


def operator_name(code: Table) -> str:
    """The name of a builtin operator, the own one of a custom or Flex operator."""
    number = max(code.number("short_code"), code.number("code"))
    names = _operators()
    if number == _CUSTOM:
        return code.text("custom")
    return names[number] if 0 <= number < len(names) else f"BUILTIN_{number}"


def _custom(code: Table) -> str:
    name = operator_name(code)
    own = max(code.number("short_code"), code.number("code")) == _CUSTOM
    return name if own and not name.startswith("Flex") else ""


@functools.cache
def _operators() -> tuple[str, ...]:
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def _signatures(model: Table, graphs: list[Table]) -> Iterator[SignatureFacts]:
    tensors = [list(graph.tables("tensors")) for graph in graphs]
    for signature in model.tables("signatures"):
        graph_tensors = tensors[signature.number("graph")]
        inputs, outputs = (
            tuple(
                _tensor(graph_tensors[name.number("tensor")], name.text("name"))
                for name in signature.tables(slot)
            )
            for slot in ("inputs", "outputs")
        )
        yield SignatureFacts(name=signature.text("key"), inputs=inputs, outputs=outputs)
    if not list(model.tables("signatures")):
        inputs, outputs = (
            tuple(_tensor(tensors[0][place]) for place in graphs[0].numbers(slot) if place >= 0)
            for slot in ("inputs", "outputs")
        )
        yield SignatureFacts(name="main", inputs=inputs, outputs=outputs)


def _tensor(tensor: Table, name: str = "") -> TensorFacts:
    sizes = tensor.numbers("signature") or tensor.numbers("shape")
    return TensorFacts(
        name=name or tensor.text("name"),
        dtype=_type(tensor),
        shape=tuple(size if size >= 0 else None for size in sizes),
    )


def _type(tensor: Table) -> str:
    number = tensor.number("type")
    return _TYPES[number] if 0 <= number < len(_TYPES) else f"type_{number}"


def _parameters(model: Table, graphs: list[Table]) -> Iterator[int]:
    """The numbers in tensors with data: floats, and integers that are quantized."""
    buffers = list(model.tables("buffers"))
    filled = {
        place
        for place, buffer in enumerate(buffers)
        if buffer.length("data") or buffer.number("offset") > 1
    }
    seen = set()
    for graph in graphs:
        for tensor in graph.tables("tensors"):
            place = tensor.number("buffer")
            quantized = tensor.table("quantization")
            is_weight = "float" in _type(tensor) or (quantized and quantized.length("scale"))
            if place in filled and place not in seen and is_weight:
                seen.add(place)
                yield numbers(tensor.numbers("shape"))


def _metadata(model: Table) -> Iterator[tuple[str, bytes]]:
    buffers = list(model.tables("buffers"))
    for entry in model.tables("metadata"):
        place = entry.number("buffer")
        if place < len(buffers):
            yield entry.text("name"), buffers[place].content("data")


def _converter(content: bytes) -> str | None:
    """The TensorFlow that converted the model, where its converter wrote that down."""
    try:
        environment = root(content, "ConversionMetadata", SCHEMA).table("environment")
        return (environment.text("tensorflow") or None) if environment else None
    except _DAMAGED:
        return None


def _read_model(file: OpenedFile, _: OpenedFiles) -> DetectedModel | None:
    if not TFLITE.matches_head(file.head):
        return None
    return DetectedModel(path=file.path, facts=read_tflite(file))


READER = FormatReader(
    formats=(Format.TFLITE,),
    signatures=(TFLITE,),
    evidence=Evidence.MAGIC,
    read=_read_model,
    verify=check_tflite,
)

"""TensorFlow Lite: the flatbuffer read without its schema, every offset checked.

What is read is little: tables are lists of slots, and slots hold numbers or offsets. A file that
points outside itself raises `struct.error`, as everything does that is not where it should be.
"""

from __future__ import annotations

import functools
import mmap
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.flatbuffer import MOST_ITEMS, Table
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.facts import Format, FormatFacts, SignatureFacts, TensorFacts
from matrix.model.formats.selection_ops import picked_in_order, picks

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
# The slots of the tables of the schema, by name.
_MODEL = {"operators": 1, "graphs": 2, "buffers": 4, "metadata": 6, "signatures": 7}
_GRAPH = {"tensors": 0, "inputs": 1, "outputs": 2, "operators": 3}
_TENSOR = {"shape": 0, "type": 1, "buffer": 2, "name": 3, "quantization": 4, "signature": 7}
_SCALE = 2
_OPERATOR = {"code": 0, "inputs": 1, "outputs": 2}
_SIGNATURE = {"inputs": 0, "outputs": 1, "key": 2, "graph": 4}


def tflite(path: Path) -> FormatFacts:
    """A TensorFlow Lite model.

    Raises:
        NothingTestable: it is cut short or damaged.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _read(Table.root(data))
    except (struct.error, ValueError, OverflowError, IndexError) as error:
        message = f"{path} starts like a TensorFlow Lite model but is incomplete or damaged"
        raise NothingTestable(f"{message} ({error}). Download or copy it again.") from error


def _read(model: Table) -> FormatFacts:
    codes = list(model.tables(_MODEL["operators"]))
    graphs = list(model.tables(_MODEL["graphs"]))
    if not 0 < len(graphs) <= _MOST_GRAPHS:
        raise ValueError(f"it has {len(graphs)} graphs")
    names = [_operator(code) for code in codes]
    counted: Counter[str] = Counter()
    for graph in graphs:
        # Lists may overlap, so that a small file could name more than anybody can count.
        if counted.total() + graph.length(_GRAPH["operators"]) > MOST_ITEMS:
            raise ValueError("it has too many operators for a model")
        counted.update(
            names[operator.number(_OPERATOR["code"])]
            for operator in graph.tables(_GRAPH["operators"])
        )
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
        names[operator.number(_OPERATOR["code"])]
        for graph in others
        for operator in graph.tables(_GRAPH["operators"])
    }
    operators = (
        (
            names[operator.number(_OPERATOR["code"])],
            operator.numbers(_OPERATOR["inputs"]),
            operator.numbers(_OPERATOR["outputs"]),
        )
        for operator in main.tables(_GRAPH["operators"])
    )
    # Which of the other graphs an operator runs does not matter: they are few.
    picked = picked_in_order(operators, lambda name: name in _BRANCHES and picks(inside))
    tensors = list(main.tables(_GRAPH["tensors"]))
    return {
        tensors[place].text(_TENSOR["name"]): picked[place]
        for place in main.numbers(_GRAPH["outputs"])
        if place in picked and place < len(tensors)
    }


def _steps(graph: Table, names: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The outputs that are quantised numbers turned into floats, with the size of a step."""
    tensors = list(graph.tables(_GRAPH["tensors"]))
    outputs = graph.numbers(_GRAPH["outputs"])
    for operator in graph.tables(_GRAPH["operators"]):
        if names[operator.number(_OPERATOR["code"])] != _DEQUANTIZE:
            continue
        (source, *_), (target, *_) = (
            operator.numbers(_OPERATOR[side]) for side in ("inputs", "outputs")
        )
        quantized = tensors[source].table(_TENSOR["quantization"])
        scales = quantized.floats(_SCALE) if quantized else ()
        if target in outputs and len(scales) == 1:
            yield tensors[target].text(_TENSOR["name"]), scales[0]


def _operator(code: Table) -> str:
    """The name of a builtin operator, the own one of a custom or Flex operator."""
    number = max(code.number(0, "b"), code.number(3, "i"))
    known = _operators()
    if number == _CUSTOM:
        return code.text(1)
    return known[number] if 0 <= number < len(known) else f"BUILTIN_{number}"


def _custom(code: Table) -> str:
    name = _operator(code)
    own = max(code.number(0, "b"), code.number(3, "i")) == _CUSTOM
    return name if own and not name.startswith("Flex") else ""


@functools.cache
def _operators() -> tuple[str, ...]:
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


def _signatures(model: Table, graphs: list[Table]) -> Iterator[SignatureFacts]:
    tensors = [list(graph.tables(_GRAPH["tensors"])) for graph in graphs]
    for one in model.tables(_MODEL["signatures"]):
        own = tensors[one.number(_SIGNATURE["graph"])]
        inputs, outputs = (
            tuple(_tensor(own[name.number(1)], name.text(0)) for name in one.tables(slot))
            for slot in (_SIGNATURE["inputs"], _SIGNATURE["outputs"])
        )
        yield SignatureFacts(name=one.text(_SIGNATURE["key"]), inputs=inputs, outputs=outputs)
    if not list(model.tables(_MODEL["signatures"])):
        inputs, outputs = (
            tuple(_tensor(tensors[0][place]) for place in graphs[0].numbers(slot) if place >= 0)
            for slot in (_GRAPH["inputs"], _GRAPH["outputs"])
        )
        yield SignatureFacts(name="main", inputs=inputs, outputs=outputs)


def _tensor(tensor: Table, name: str = "") -> TensorFacts:
    sizes = tensor.numbers(_TENSOR["signature"]) or tensor.numbers(_TENSOR["shape"])
    return TensorFacts(
        name=name or tensor.text(_TENSOR["name"]),
        dtype=_type(tensor),
        shape=tuple(size if size >= 0 else None for size in sizes),
    )


def _type(tensor: Table) -> str:
    number = tensor.number(_TENSOR["type"], "b")
    return _TYPES[number] if 0 <= number < len(_TYPES) else f"type_{number}"


def _parameters(model: Table, graphs: list[Table]) -> Iterator[int]:
    """The numbers in tensors with data: floats, and integers that are quantized."""
    buffers = list(model.tables(_MODEL["buffers"]))
    filled = {place for place, one in enumerate(buffers) if one.length(0) or one.number(1, "Q") > 1}
    seen = set()
    for graph in graphs:
        for tensor in graph.tables(_GRAPH["tensors"]):
            place = tensor.number(_TENSOR["buffer"])
            quantized = tensor.table(_TENSOR["quantization"])
            is_weight = "float" in _type(tensor) or (quantized and quantized.length(_SCALE))
            if place in filled and place not in seen and is_weight:
                seen.add(place)
                yield numbers(tensor.numbers(_TENSOR["shape"]))


def _metadata(model: Table) -> Iterator[tuple[str, bytes]]:
    buffers = list(model.tables(_MODEL["buffers"]))
    for one in model.tables(_MODEL["metadata"]):
        place = one.number(1)
        if place < len(buffers):
            yield one.text(0), buffers[place].content(0)


def _converter(content: bytes) -> str | None:
    """The TensorFlow that converted the model, where its converter wrote that down."""
    try:
        environment = Table.root(content).table(0)
        return (environment.text(0) or None) if environment else None
    except (struct.error, ValueError, IndexError):
        return None

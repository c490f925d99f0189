"""What graphs say: SavedModel, MetaGraph and GraphDef, binary or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.protobuf_wire import LENGTH, VARINT, MessageOutline, outline_of
from matrix.model.codecs.tensor_proto import dtype, inputs_of, numbers, outputs_of, shape
from matrix.model.facts import Format, FormatFacts, SignatureFacts, TensorFacts
from matrix.model.formats import object_graph
from matrix.model.formats.selection_ops import picked_in_graph, picks

# Protocol buffers end at 2 GB; reading text takes a minute for each 50 MB.
_MOST_BINARY = 2**31
_MOST_TEXT = 2**25
# What TensorFlow keeps its own business under.
# Numbers of fields.
GRAPH_OF_META = 2
OP_OF_NODE = 2
_INTERNAL = "__saved_model_"
_VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})
# What stands at the end of a graph and is no output: training, saving, summaries.
_NO_OUTPUT = re.compile(
    r"Const|NoOp|Assert|Placeholder.*|(Resource|Sparse)?Apply.*|Assign.*|Save.*|Restore.*|.*Summary.*"
    r"|Variable.*|VarHandleOp|.*Gradient.*|ReadVariableOp|VarIsInitializedOp|IsVariableInitialized"
    r"|ScalarSummary|BroadcastGradientArgs|ControlTrigger|Merge|Switch|Exit|StackPopV2|ShapeN?"
)
_FLOATS = frozenset({"float16", "bfloat16", "float32", "float64", "complex64", "complex128"})
SLOT = re.compile(
    r"/(Adam|Momentum|RMSProp|Adagrad|Adadelta|Ftrl|ExponentialMovingAverage)(_\d+)?$"
    r"|(^|/)beta[12]_power"
)


def parsed(path: Path, kind: str, *, text: bool = False) -> Any | None:
    """A message of TensorFlow read from a file; `None` where it does not parse or is too large."""
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    message = message_class(f"tensorflow.{kind}")()
    if path.stat().st_size > (_MOST_TEXT if text else _MOST_BINARY):
        return None
    try:
        if text:
            content = path.read_text(encoding="utf-8")
            text_format.Parse(content, message, allow_unknown_field=True)
        else:
            message.ParseFromString(path.read_bytes())
    except (DecodeError, text_format.ParseError, UnicodeDecodeError, RecursionError):
        return None
    return message


def saved_model(path: Path, *, text: bool = False) -> FormatFacts:
    """A SavedModel, given the file with its graphs.

    One that is whole and does not parse is a SavedModel all the same: releases say what they think.
    """
    message = parsed(path, "SavedModel", text=text)
    if message is None or not message.meta_graphs:
        note = f"{path.name} could not be read: it has no graph, is too large, or is damaged."
        return FormatFacts(format=Format.SAVED_MODEL, text=text, notes=(note,))
    graphs = message.meta_graphs
    written = _meta_graphs(graphs)
    second = [graph.object_graph_def for graph in graphs if len(graph.object_graph_def.nodes)]
    known = object_graph.read(second[0], path.parent) if second else object_graph.Objects()
    return FormatFacts(
        format=Format.SAVED_MODEL if second else Format.SAVED_MODEL_V1,
        text=text,
        keras=known.keras,
        layers=known.layers,
        custom_objects=known.custom_objects,
        packages=known.packages,
        lambdas=known.lambdas,
        optimizer=known.optimizer,
        tag_sets=tuple(tuple(graph.meta_info_def.tags) for graph in graphs),
        assets=_assets(path.parent),
        notes=_saved_model_notes(path),
        **{**written, **({} if known.parameters is None else {"parameters": known.parameters})},
    )


def meta_graph(path: Path, *, text: bool = False) -> FormatFacts:
    """A MetaGraph, as TensorFlow 1 wrote beside its checkpoints (`.meta`).

    Raises:
        NothingTestable: it does not parse.
    """
    message = parsed(path, "MetaGraphDef", text=text)
    if message is None:
        raise NothingTestable(_damaged(path, "MetaGraph"))
    written = _meta_graphs([message])
    if not written["signatures"]:
        written["signatures"] = tuple(_signatures_of(message.graph_def.node))
    tags = tuple(message.meta_info_def.tags)
    return FormatFacts(
        format=Format.META_GRAPH, text=text, tag_sets=(tags,) if tags else (), **written
    )


def graph_def(path: Path, *, text: bool = False) -> FormatFacts:
    """A GraphDef, frozen or not.

    Raises:
        NothingTestable: it does not parse, or has no nodes.
    """
    message = parsed(path, "GraphDef", text=text)
    if message is None or not message.node:
        raise NothingTestable(_damaged(path, "GraphDef"))
    variables = sum(1 for node in message.node if node.op in _VARIABLES)
    signatures, counted = tuple(_signatures_of(message.node)), ops(message)
    outputs = {f"{one.name}/{out.name}": out.name for one in signatures for out in one.outputs}
    found = f"The graph is not frozen: it does not contain the values of its {variables} variables."
    return FormatFacts(
        format=Format.GRAPH_DEF,
        text=text,
        producer=message.versions.producer or message.version or None,
        min_consumer=message.versions.min_consumer or None,
        signatures=signatures,
        ops=counted,
        selected=picked_in_graph(message, outputs) if picks(counted) else {},
        parameters=_constants(message.node) + _variables(message.node),
        notes=(found,) if variables else (),
    )


def ops(graph: Any) -> dict[str, int]:
    """How often each op type stands in a GraphDef, its functions included."""
    counted = Counter(node.op for node in graph.node)
    for function in graph.library.function:
        counted.update(node.op for node in function.node_def)
    return dict(sorted(counted.items()))


_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")
_OP = re.compile(r"[A-Za-z_][A-Za-z0-9_>.:]*")


def _meta_graphs(graphs: Sequence[Any]) -> dict[str, Any]:
    """What MetaGraphs say in the same way, wherever they stand."""
    first = graphs[0]
    counted: Counter[str] = Counter()
    for graph in graphs:
        counted.update(ops(graph.graph_def))
    versions = first.graph_def.versions
    nodes = first.graph_def.node
    return {
        "tensorflow": first.meta_info_def.tensorflow_version or None,
        "producer": versions.producer or None,
        "min_consumer": versions.min_consumer or None,
        "signatures": tuple(_signatures(graphs)),
        "ops": dict(sorted(counted.items())),
        "selected": _selected(graphs) if picks(counted) else {},
        "parameters": (_variables(nodes) or _constants(nodes)) if nodes else None,
    }


def _signatures(graphs: Iterable[Any]) -> Iterator[SignatureFacts]:
    """The signatures of all graphs, each name once."""
    definitions: dict[str, Any] = {}
    for graph in graphs:
        for name, definition in graph.signature_def.items():
            if not name.startswith(_INTERNAL):
                definitions.setdefault(name, definition)
    for name, definition in sorted(definitions.items()):
        yield SignatureFacts(
            name=name,
            inputs=tuple(_tensors(definition.inputs, inputs_of)),
            outputs=tuple(_tensors(definition.outputs, outputs_of)),
        )


def _selected(graphs: Iterable[Any]) -> dict[str, str]:
    """The outputs of signatures that are picked by comparing, each with the op."""
    found: dict[str, str] = {}
    for graph in graphs:
        tensors = {
            f"{name}/{key}": info.name
            for name, definition in graph.signature_def.items()
            for key, info in definition.outputs.items()
            if not name.startswith(_INTERNAL)
        }
        found |= picked_in_graph(graph.graph_def, tensors)
    return found


def _tensors(side: Any, read: Callable[[str, Any], Sequence[TensorFacts]]) -> Iterator[TensorFacts]:
    for name, info in sorted(side.items()):
        yield from read(name, info)


def _signatures_of(nodes: Iterable[Any]) -> Iterator[SignatureFacts]:
    """What a graph without signatures takes and gives: its placeholders, and what nobody uses."""
    nodes = list(nodes)
    used = {name.lstrip("^").partition(":")[0] for node in nodes for name in node.input}
    inputs = [node for node in nodes if node.op.startswith("Placeholder")]
    ends = [node for node in nodes if node.name not in used and not _NO_OUTPUT.fullmatch(node.op)]
    if inputs or ends:
        yield SignatureFacts(
            name="graph", inputs=tuple(map(_tensor, inputs)), outputs=tuple(map(_tensor, ends))
        )


def _tensor(node: Any) -> TensorFacts:
    attributes = node.attr
    kinds = [attributes[name] for name in ("dtype", "T", "DstT") if name in attributes]
    return TensorFacts(
        name=f"{node.name}:0",
        dtype=dtype(kinds[0].type, kinds[0]) if kinds else "",
        shape=shape(attributes["shape"].shape) if "shape" in attributes else None,
    )


def _variables(nodes: Iterable[Any]) -> int:
    """The numbers in the variables of a TensorFlow 1 graph, without what optimizers keep."""
    return sum(
        numbers(shape(node.attr["shape"].shape) or ())
        for node in nodes
        if node.op in _VARIABLES
        and not SLOT.search(node.name)
        and "shape" in node.attr
        and dtype(node.attr["dtype"].type, node.attr["dtype"]) in _FLOATS
    )


def _constants(nodes: Iterable[Any]) -> int:
    """The numbers in the constants of a frozen graph."""
    tensors = (node.attr["value"].tensor for node in nodes if node.op == "Const")
    return sum(
        numbers(shape(tensor.tensor_shape) or ())
        for tensor in tensors
        if dtype(tensor.dtype, tensor) in _FLOATS
    )


def _assets(folder: Path) -> tuple[str, ...]:
    found = (file for file in (folder / "assets").rglob("*") if file.is_file())
    return tuple(sorted(file.relative_to(folder).as_posix() for file in found))


def _saved_model_notes(path: Path) -> tuple[str, ...]:
    if (path.parent / "tfhub_module.pb").exists():
        return ("It is a TensorFlow Hub module in the TensorFlow 1 format.",)
    return ()


def _damaged(path: Path, what: str) -> str:
    return (
        f"{path} looks like a {what} but cannot be parsed: it is damaged. Download or copy it "
        "again."
    )


def begins(kind: str, seen: MessageOutline) -> bool:
    """Whether the first field of a file is what such a message has first."""
    if kind == "SavedModel":
        return seen.fields <= {(1, VARINT), (2, LENGTH)} and (2, LENGTH) in seen.fields
    if kind == "GraphDef":
        return seen.number == 1 and _is_node(seen.first)
    if seen.number == 1:
        return _is_meta_info(seen.first)
    graph = outline_of(seen.first) if seen.number == GRAPH_OF_META else None
    return graph is not None and begins("GraphDef", graph)


def _is_node(content: bytes) -> bool:
    """Whether these bytes begin with the name of a node and its op."""
    name = outline_of(content)
    if name is None or name.number != 1 or not _NAME.fullmatch(_ascii(name.first)):
        return False
    rest = outline_of(content[content.index(name.first) + len(name.first) :])
    return (
        rest is not None and rest.number == OP_OF_NODE and bool(_OP.fullmatch(_ascii(rest.first)))
    )


def _is_meta_info(content: bytes) -> bool:
    from google.protobuf.message import DecodeError

    message = message_class("tensorflow.MetaGraphDef.MetaInfoDef")()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return False
    return bool(message.tensorflow_version or message.stripped_op_list.op or message.tags)


def _ascii(content: bytes) -> str:
    return content.decode("ascii", "replace")

"""Facts that all kinds of graphs contain: signatures, ops, parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from matrix.model.codecs.tensor_proto import dtype, inputs_of, numbers, outputs_of, shape
from matrix.model.facts import SignatureFacts, TensorFacts
from matrix.model.formats.selection_ops import picked_in_graph, picks

# What TensorFlow keeps its own business under.
_INTERNAL = "__saved_model_"
VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})
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


def facts_of_meta_graphs(graphs: Sequence[Any]) -> dict[str, Any]:
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
        "parameters": (variables_in(nodes) or constants_in(nodes)) if nodes else None,
    }


def ops(graph: Any) -> dict[str, int]:
    """How often each op type stands in a GraphDef, its functions included."""
    counted = Counter(node.op for node in graph.node)
    for function in graph.library.function:
        counted.update(node.op for node in function.node_def)
    return dict(sorted(counted.items()))


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
    selected: dict[str, str] = {}
    for graph in graphs:
        tensors = {
            f"{name}/{key}": info.name
            for name, definition in graph.signature_def.items()
            for key, info in definition.outputs.items()
            if not name.startswith(_INTERNAL)
        }
        selected |= picked_in_graph(graph.graph_def, tensors)
    return selected


def _tensors(side: Any, read: Callable[[str, Any], Sequence[TensorFacts]]) -> Iterator[TensorFacts]:
    for name, info in sorted(side.items()):
        yield from read(name, info)


def signatures_of(nodes: Iterable[Any]) -> Iterator[SignatureFacts]:
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


def variables_in(nodes: Iterable[Any]) -> int:
    """The numbers in the variables of a TensorFlow 1 graph, without what optimizers keep."""
    return sum(
        numbers(shape(node.attr["shape"].shape) or ())
        for node in nodes
        if node.op in VARIABLES
        and not SLOT.search(node.name)
        and "shape" in node.attr
        and dtype(node.attr["dtype"].type, node.attr["dtype"]) in _FLOATS
    )


def constants_in(nodes: Iterable[Any]) -> int:
    """The numbers in the constants of a frozen graph."""
    tensors = (node.attr["value"].tensor for node in nodes if node.op == "Const")
    return sum(
        numbers(shape(tensor.tensor_shape) or ())
        for tensor in tensors
        if dtype(tensor.dtype, tensor) in _FLOATS
    )

"""What predictions need of a graph: one pass over its nodes and those of its functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matrix.catalogue.op_details import op_details
from matrix.model.codecs.protobuf import called_functions
from matrix.model.contents.contents import Graph
from matrix.model.contents.signatures import (
    odd_shapes,
    references,
    repeated_inputs,
    unfed,
)

# A graph with any of these has something that a session runs after the import.
_STARTERS = ("saved_model_main_op", "legacy_init_op", "saved_model_legacy_init_op")
_INIT_SIGNATURE = "__saved_model_init_op"

# Where a data type comes into a graph, and the numbers of those that came after TensorFlow 1
# (tensorflow/core/framework/types.proto).
_TYPED = {"Cast": ("SrcT", "DstT")} | dict.fromkeys(
    ("Const", "Placeholder", "VarHandleOp"), ("dtype",)
)
_LAST_OLD_TYPE, _FIRST_REFERENCE = 23, 100

_Collected = dict[str, dict[str, set[bytes]]]


def graph_of(graph: Any, meta: Any = None) -> Graph:
    """The contents of a GraphDef, and of the MetaGraphDef that it stands in."""
    counted: Counter[str] = Counter()
    main: _Collected = {}
    inside: _Collected = {}
    _collect(graph.node, counted, main)
    main_ops = frozenset(counted)
    counted_inside: Counter[str] = Counter()
    for function in graph.library.function:
        _collect(function.node_def, counted_inside, inside)
    counted.update(counted_inside)
    found = Graph(
        ops=dict(counted),
        main_ops=main_ops,
        inner_ops=frozenset(counted_inside),
        reached_ops=main_ops | _called(graph),
        functions=frozenset(function.signature.name for function in graph.library.function),
        settings=_settings(main, inside),
        main_settings=_settings(main),
        inner_settings=_settings(inside),
        new_types=_new_types(graph),
        devices=frozenset(node.device for node in graph.node if node.device),
        dangling=next(_dangling(graph.node), ""),
    )
    return found if meta is None else _with_meta(found, meta, {**main, **inside})


def _with_meta(found: Graph, meta: Any, used: _Collected) -> Graph:
    nodes = {node.name: node for node in meta.graph_def.node} if meta.signature_def else {}
    return replace(
        found,
        tags=tuple(meta.meta_info_def.tags),
        defaults=dict(_defaults(meta.meta_info_def.stripped_op_list.op, used)),
        runs_at_load=_runs_at_load(meta),
        restores=bool(meta.saver_def.restore_op_name),
        repeated_inputs=tuple(repeated_inputs(meta)),
        references=dict(references(meta, nodes)),
        unfed=dict(unfed(meta, nodes)),
        odd_shapes=dict(odd_shapes(meta, nodes)),
    )


def _new_types(graph: Any) -> dict[int, str]:
    """Data types that not every release has, each with an op that uses it."""
    found: dict[int, str] = {}
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            for name in _TYPED.get(node.op, ()):
                number = node.attr[name].type if name in node.attr else 0
                if _LAST_OLD_TYPE < number < _FIRST_REFERENCE:
                    found[number] = node.op
    return found


def _dangling(nodes: Sequence[Any]) -> Iterator[str]:
    """The nodes that take something of a node that is not there."""
    names = {node.name for node in nodes}
    for node in nodes:
        for source in node.input:
            if source not in names and source.removeprefix("^").partition(":")[0] not in names:
                yield node.name


def _called(graph: Any) -> frozenset[str]:
    """The ops of the functions that are called from outside of functions, or by such functions."""
    functions = {function.signature.name: function.node_def for function in graph.library.function}
    if not functions:
        return frozenset()
    ops, seen = set[str](), set[str]()
    waiting = [name for node in graph.node for name in called_functions(node)]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in seen:
            seen.add(name)
            ops.update(node.op for node in functions[name])
            waiting += [called for node in functions[name] for called in called_functions(node)]
    return frozenset(ops)


def _collect(nodes: Iterable[Any], counted: Counter[str], found: _Collected) -> None:
    changing = op_details().attributes
    for node in nodes:
        counted[node.op] += 1
        if node.op in changing:
            attributes = found.setdefault(node.op, {})
            for name, value in node.attr.items():
                if not name.startswith("_"):
                    attributes.setdefault(name, set()).add(value.SerializeToString())


def _settings(*parts: _Collected) -> Mapping[str, Mapping[str, frozenset[bytes]]]:
    together: _Collected = {}
    for part in parts:
        for op, attributes in part.items():
            known = together.setdefault(op, {})
            for name, values in attributes.items():
                known[name] = known.get(name, set()) | values
    return {
        op: {name: frozenset(values) for name, values in attributes.items()}
        for op, attributes in together.items()
    }


def _defaults(ops: Iterable[Any], used: _Collected) -> Iterator[tuple[tuple[str, str], bytes]]:
    for op in ops:
        for attribute in op.attr if op.name in used else ():
            if attribute.HasField("default_value"):
                yield (op.name, attribute.name), attribute.default_value.SerializeToString()


def _runs_at_load(meta: Any) -> bool:
    """Whether variables are restored or anything is initialised, so that a session must run."""
    starts = any(name in meta.collection_def for name in _STARTERS)
    return bool(meta.saver_def.restore_op_name) or starts or _INIT_SIGNATURE in meta.signature_def

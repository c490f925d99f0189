"""When an op of a graph runs: while loading, in a signature, in the saver, or never."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from matrix.model.codecs.protobuf import called_functions


class OpPlacement(enum.Enum):
    """What makes an op run, the most eager first."""

    LOAD = "load"
    SIGNATURE = "signature"
    SAVER = "saver"
    ELSEWHERE = "elsewhere"


WHEN = {
    OpPlacement.LOAD: "runs while the model is loaded",
    OpPlacement.SIGNATURE: "runs when the model is called",
    OpPlacement.SAVER: "runs only in its saver",
    OpPlacement.ELSEWHERE: "nothing calls it",
}
# Functions of restored objects that the loader calls itself.
_AT_LOAD = frozenset({"_create_resource", "_initialize", "_deserialize_from_proto"})
# Collections of TensorFlow 1 with what a loader runs after restoring.
_INITIALISERS = (
    "saved_model_main_op",
    "legacy_init_op",
    "table_initializer",
    "saved_model_assets_init_op",
)
_INIT_SIGNATURE = "__saved_model_init_op"


def op_placements(meta: Any) -> dict[str, OpPlacement]:
    """Each op type of a MetaGraph, and the most eager place where it stands."""
    graph = _Graph(meta.graph_def)
    placements: dict[str, OpPlacement] = {}
    saver = meta.saver_def
    steps = (
        (OpPlacement.LOAD, _initialisers(meta), _called_at_load(meta)),
        (OpPlacement.SIGNATURE, _signatures(meta), _callable(meta)),
        (OpPlacement.SAVER, [saver.save_tensor_name, saver.restore_op_name], _saving(meta)),
        (OpPlacement.ELSEWHERE, graph.nodes, graph.functions),
    )
    for where, nodes, functions in steps:
        for op in graph.ops(nodes, functions):
            placements.setdefault(op, where)
    # The loader runs what restores: a reader of checkpoints belongs there, anything else does not.
    for op in graph.ops([saver.restore_op_name], _restoring(meta)):
        if placements.get(op) is OpPlacement.SAVER and op not in _RESTORE:
            placements[op] = OpPlacement.LOAD
    return placements


_RESTORE = frozenset({"Restore", "RestoreSlice", "RestoreV2", "DTensorRestoreV2", "SaveV2"})


class _Graph:
    def __init__(self, graph: Any) -> None:
        self.nodes: Mapping[str, Any] = {node.name: node for node in graph.node}
        self.functions: Mapping[str, Any] = {
            function.signature.name: function for function in graph.library.function
        }

    def ops(self, nodes: Iterable[str], functions: Iterable[str]) -> set[str]:
        """The op types that run when these nodes and functions do."""
        types: set[str] = set()
        seen: set[str] = set()
        called: list[str] = list(functions)
        waiting = [_node(name) for name in nodes]
        while waiting:
            if (name := waiting.pop()) in seen or (node := self.nodes.get(name)) is None:
                continue
            seen.add(name)
            types.add(node.op)
            called += called_functions(node)
            waiting += map(_node, node.input)
        entered: set[str] = set()
        while called:
            if (name := called.pop()) in entered or (function := self.functions.get(name)) is None:
                continue
            entered.add(name)
            for node in function.node_def:
                types.add(node.op)
                called += called_functions(node)
        return types


def _node(tensor: str) -> str:
    return tensor.removeprefix("^").split(":")[0]


def _initialisers(meta: Any) -> Iterator[str]:
    for name in _INITIALISERS:
        if name in meta.collection_def:
            yield from meta.collection_def[name].node_list.value
    if _INIT_SIGNATURE in meta.signature_def:
        yield from _outputs(meta.signature_def[_INIT_SIGNATURE])


def _signatures(meta: Any) -> Iterator[str]:
    for name, definition in meta.signature_def.items():
        if name != _INIT_SIGNATURE:
            yield from _outputs(definition)


def _outputs(definition: Any) -> Iterator[str]:
    for info in definition.outputs.values():
        yield from [info.name] if info.name else []
        yield from (part.name for part in info.composite_tensor.components)
        sparse = info.coo_sparse
        yield from (
            part for part in (sparse.values_tensor_name, sparse.indices_tensor_name) if part
        )


def _objects(meta: Any) -> Any:
    return meta.object_graph_def.nodes


def _functions_of(meta: Any, number: int) -> Iterator[str]:
    nodes = _objects(meta)
    if 0 <= number < len(nodes):
        yield from nodes[number].function.concrete_functions
        if bare := nodes[number].bare_concrete_function.concrete_function_name:
            yield bare


def _called_at_load(meta: Any) -> Iterator[str]:
    for node in _objects(meta):
        for child in node.children:
            if child.local_name in _AT_LOAD:
                yield from _functions_of(meta, child.node_id)


def _saveable(meta: Any) -> Iterator[tuple[int, int]]:
    for node in _objects(meta):
        for saveable in node.saveable_objects.values():
            yield saveable.save_function, saveable.restore_function


def _saving(meta: Any) -> Iterator[str]:
    for save, restore in _saveable(meta):
        yield from _functions_of(meta, save)
        yield from _functions_of(meta, restore)


def _restoring(meta: Any) -> Iterator[str]:
    for _, restore in _saveable(meta):
        yield from _functions_of(meta, restore)


def _callable(meta: Any) -> Iterator[str]:
    """Functions somebody may call who has the loaded object: all that are neither of the above."""
    others = {number for pair in _saveable(meta) for number in pair}
    for number in range(len(_objects(meta))):
        if number not in others:
            yield from _functions_of(meta, number)

"""The inputs of a graph: what each is called, its type, and the node or argument that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matrix.model.codecs.tensor_proto import names_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One input: `key` is its name in a signature, `dtype` the number of its type.

    `node` is what it is called in the graph, or in `function` where it is an argument.
    """

    key: str
    dtype: int
    node: str
    function: str = ""


def entries_of(graph: Any, meta: Any | None) -> Iterator[Entry]:
    """Every input of a graph; `meta` is the MetaGraph around it, if there is one."""
    definitions = meta.signature_def.values() if meta is not None else ()
    named = [entry for one in definitions for entry in entries_of_signature(one, graph)]
    if meta is None:
        for node in graph.node:
            if node.op.startswith("Placeholder"):
                yield Entry(key=f"{node.name}:0", dtype=node.attr["dtype"].type, node=node.name)
                # Cells without the file of inputs know it by the name of its operation.
                yield Entry(key=node.name, dtype=node.attr["dtype"].type, node=node.name)
        return
    yield from named
    if not named:
        # Without signatures, the functions of the module are called.
        yield from _of_functions(graph, meta)


def entries_of_signature(definition: Any, graph: Any) -> Iterator[Entry]:
    """The inputs of one signature, by their names."""
    for key, info in sorted(definition.inputs.items()):
        yield from _of_info(key, info, graph)


def _of_info(key: str, info: Any, graph: Any) -> Iterator[Entry]:
    """The tensors that an input stands for: a ragged or sparse one has several."""
    encoding = info.WhichOneof("encoding")
    parts = [info.name]
    if encoding == "coo_sparse":
        sparse = info.coo_sparse
        parts = [
            sparse.indices_tensor_name,
            sparse.values_tensor_name,
            sparse.dense_shape_tensor_name,
        ]
    elif encoding == "composite_tensor":
        parts = [part.name for part in info.composite_tensor.components]
    for name, part in zip(names_of(key, info), parts, strict=False):
        node = part.partition(":")[0]
        # A signature may say another type than the graph, which is right.
        kind = _type_of(node, graph) or info.dtype
        yield Entry(key=name, dtype=kind, node=node)


def _type_of(name: str, graph: Any) -> int:
    found = next((node for node in graph.node if node.name == name), None)
    return int(found.attr["dtype"].type) if found is not None else 0


def _of_functions(graph: Any, meta: Any) -> Iterator[Entry]:
    for function in graph.library.function:
        name = function.signature.name
        if name in meta.object_graph_def.concrete_functions:
            for arg in function.signature.input_arg:
                yield Entry(key=arg.name, dtype=arg.type, node=arg.name, function=name)

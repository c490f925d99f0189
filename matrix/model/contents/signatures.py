"""What makes `tf.saved_model.load` refuse a signature of a TensorFlow 1 SavedModel.

It makes a function of each, from the tensors that the signature takes to those that it gives
(`tensorflow/python/saved_model/load_v1_in_v2.py`, `_extract_signatures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Ops whose outputs are references, which no function can give: those of the op registry.
_REFERENCES = re.compile(
    r"Variable|VariableV2|TemporaryVariable|Assign(Add|Sub)?|StridedSliceAssign"
    r"|(Sparse)?Apply(AdaMax|Adadelta|Adagrad(DA|V2)?|Adam|AddSign|CenteredRMSProp|Ftrl(V2)?"
    r"|GradientDescent|Momentum|PowerSign|Proximal(Adagrad|GradientDescent)|RMSProp)"
    r"|Scatter(Nd)?(Add|Div|Max|Min|Mul|Sub|Update)"
    r"|Ref(Enter|Exit|Identity|Merge|NextIteration|Select|Switch)"
)
_INTERNAL = "__saved_model_"
# Each may go through the whole graph.
_MOST_SIGNATURES, _MOST_VISITED = 50, 200_000
# What exporters write down of the shapes of a node.
_SHAPES = "_output_shapes"
# Of the number of an output: no node has so many.
_DIGITS = 9


def _signatures(meta: Any) -> Iterator[tuple[str, Any]]:
    # Maps of protobuf come in another order each time.
    for name, definition in _in_order(meta.signature_def):
        if not name.startswith(_INTERNAL):
            yield name, definition


def _in_order(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, found[name]) for name in sorted(found)]


def repeated_inputs(meta: Any) -> Iterator[str]:
    """The signatures that take one tensor under two names."""
    for name, definition in _signatures(meta):
        tensors = [info.name for info in definition.inputs.values() if info.name]
        if len(tensors) > len(set(tensors)):
            yield name


def references(meta: Any, nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The signatures that give a reference, each with the op that it is of."""
    for name, definition in _signatures(meta):
        for _, info in _in_order(definition.outputs):
            node = nodes.get(_node(info.name))
            if node is not None and ":" in info.name and _REFERENCES.fullmatch(node.op):
                yield name, node.op


def unfed(meta: Any, nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The signatures whose outputs need a placeholder that is no input, each with its name."""
    left = _MOST_VISITED
    for name, definition in _signatures(meta):
        fed = {_node(tensor) for info in definition.inputs.values() for tensor in _tensors(info)}
        waiting = [
            _node(tensor) for _, info in _in_order(definition.outputs) for tensor in _tensors(info)
        ]
        seen = set(fed)
        while waiting and left:
            place = waiting.pop()
            node = nodes.get(place)
            left -= 1
            if place in seen or node is None:
                continue
            seen.add(place)
            if node.op == "Placeholder":
                yield name, place
                break
            waiting += [_node(source) for source in node.input]


def odd_shapes(meta: Any, nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The signatures that say another shape of an output than the graph, each with the output.

    Exporters before TensorFlow 1.1 left shapes out, which reads as a scalar.
    """
    for name, definition in _signatures(meta):
        for key, info in _in_order(definition.outputs):
            node = nodes.get(_node(info.name))
            if node is None or _SHAPES not in node.attr:
                continue
            shapes, place = node.attr[_SHAPES].list.shape, info.name.partition(":")[2]
            # Python reads no number of thousands of digits.
            number = int(place) if place.isdecimal() and len(place) < _DIGITS else len(shapes)
            known = shapes[number] if number < len(shapes) else None
            if known is not None and not _compatible(known, info.tensor_shape):
                yield name, key


def _compatible(first: Any, second: Any) -> bool:
    if first.unknown_rank or second.unknown_rank:
        return True
    sizes = [[dim.size for dim in shape.dim] for shape in (first, second)]
    return len(sizes[0]) == len(sizes[1]) and all(
        one == other or min(one, other) < 0 for one, other in zip(*sizes, strict=True)
    )


def _tensors(info: Any) -> Iterator[str]:
    if info.name:
        yield info.name
    sparse = info.coo_sparse
    yield from filter(
        None,
        (sparse.values_tensor_name, sparse.indices_tensor_name, sparse.dense_shape_tensor_name),
    )
    for part in info.composite_tensor.components:
        yield from _tensors(part)


def _node(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]

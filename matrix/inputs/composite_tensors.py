"""Ragged and sparse inputs of a SavedModel, which signatures split into plain tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.inputs.hints import Group
from matrix.model.codecs.tensor_proto import encoded_as, names_of, shape

_INT32, _INT64 = 3, 9
_INDICES_RANK, _SPARSE_PARTS = 2, 3


def groups_of(meta_graph: Any) -> dict[str, list[Group]]:
    """Which inputs of each signature belong together."""
    by_signature = {
        name: [
            {"kind": kind, "names": list(names_of(key, info)), "shape": shape(info.tensor_shape)}
            for key, info in sorted(definition.inputs.items())
            if (kind := encoded_as(info))
        ]
        for name, definition in meta_graph.signature_def.items()
    }
    functions = {
        function.signature.name: function for function in meta_graph.graph_def.library.function
    }
    for name, wrapper in wrappers(meta_graph.object_graph_def):
        function = functions.get(wrapper.concrete_function_name)
        if function is not None:
            # Names of arguments are those of the signature in small letters.
            mine = dict(zip(_arguments(function), wrapper.argument_keywords, strict=False))
            groups = _of_wrapper(function, mine, functions, meta_graph.object_graph_def)
            by_signature[name] = [*by_signature.get(name, []), *groups]
    return by_signature


def _arguments(function: Any) -> list[str]:
    return [arg.name for arg in function.signature.input_arg]


def wrappers(objects: Any) -> Iterator[tuple[str, Any]]:
    """The signatures that the objects of a SavedModel know, and the function behind each."""
    for edge in objects.nodes[0].children if objects.nodes else ():
        if edge.local_name == "signatures" and 0 <= edge.node_id < len(objects.nodes):
            for child in objects.nodes[edge.node_id].children:
                node = objects.nodes[child.node_id] if child.node_id < len(objects.nodes) else None
                if node is not None and node.WhichOneof("kind") == "bare_concrete_function":
                    yield child.local_name, node.bare_concrete_function


def _of_wrapper(
    wrapper: Any, mine: Mapping[str, str], functions: Mapping[str, Any], objects: Any
) -> Iterator[Group]:
    """What belongs together in a signature, as the function that it calls says.

    `mine` is what the signature calls the arguments of its function.
    """
    for node in wrapper.node_def:
        callee = functions.get(node.attr["f"].func.name) if "f" in node.attr else None
        if callee is None:
            continue
        # Not what comes from elsewhere, and not control inputs.
        given = [mine.get(name) for name in node.input if not name.startswith("^")]
        saved = objects.concrete_functions.get(callee.signature.name)
        specs = list(flat_specs(saved.canonicalized_input_signature)) if saved else []
        for start, part in _parts(callee, specs):
            names = given[start : start + part.count]
            if all(names) and len(names) == part.count:
                yield {"kind": part.kind, "names": names, "shape": part.shape}
        return


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A ragged, sparse or plain (kind is empty) tensor that takes `count` plain ones."""

    kind: str = ""
    count: int = 1
    shape: tuple[int | None, ...] | None = None


def _parts(callee: Any, specs: Sequence[Spec]) -> Iterator[tuple[int, Spec]]:
    """Where in the arguments of a function something begins that has several."""
    place = 0
    for spec in specs:
        if spec.kind:
            yield place, spec
        place += spec.count
    if not specs:
        yield from _named_alike(callee)


def _named_alike(callee: Any) -> Iterator[tuple[int, Spec]]:
    """The same by names: the parts of an argument all remember what it was called by its author."""
    given = [_argument(callee, place) for place in range(len(callee.signature.input_arg))]
    start = 0
    while start < len(given):
        end = start + 1
        while end < len(given) and given[end][0] and given[end][0] == given[start][0]:
            end += 1
        if kind := _looks_like([argument[1:] for argument in given[start:end]]):
            yield start, Spec(kind=kind, count=end - start)
        start = end


def _argument(function: Any, place: int) -> tuple[bytes, int, tuple[int | None, ...] | None]:
    """What an argument was called, its type and its shape."""
    attributes = function.arg_attr[place].attr if place in function.arg_attr else {}
    name = attributes["_user_specified_name"].s if "_user_specified_name" in attributes else b""
    shapes = attributes["_output_shapes"].list.shape if "_output_shapes" in attributes else ()
    dims = shape(shapes[0]) if shapes else None
    return name, function.signature.input_arg[place].type, dims


def _looks_like(parts: Sequence[tuple[int, tuple[int | None, ...] | None]]) -> str:
    """`ragged`, `sparse`, or nothing."""
    (first, first_shape), rest = parts[0], parts[1:]
    if not rest or any(kind not in (_INT32, _INT64) for kind, _ in rest[1:]):
        return ""
    indices = first == _INT64 and first_shape is not None and len(first_shape) == _INDICES_RANK
    if len(parts) == _SPARSE_PARTS and indices and first_shape and first_shape[1] is not None:
        return "sparse"
    row = all(kind in (_INT32, _INT64) and dims and len(dims) == 1 for kind, dims in rest)
    return "ragged" if row else ""


def flat_specs(value: Any) -> Iterator[Spec]:
    """The tensors in a structure of specs, in the order in which TensorFlow flattens it."""
    kind = value.WhichOneof("kind")
    if kind in ("tuple_value", "list_value"):
        for part in getattr(value, kind).values:
            yield from flat_specs(part)
    elif kind == "named_tuple_value":
        for pair in value.named_tuple_value.values:
            yield from flat_specs(pair.value)
    elif kind == "dict_value":
        for _, part in sorted(value.dict_value.fields.items()):
            yield from flat_specs(part)
    elif kind in ("tensor_spec_value", "bounded_tensor_spec_value"):
        yield Spec(shape=shape(getattr(value, kind).shape))
    elif kind == "type_spec_value":
        yield _composite(value.type_spec_value)


def _composite(spec: Any) -> Spec:
    state = spec.type_state.tuple_value.values
    dims = shape(state[0].tensor_shape_value) if state else None
    if spec.type_spec_class == spec.SPARSE_TENSOR_SPEC:
        return Spec(kind="sparse", count=_SPARSE_PARTS, shape=dims)
    if spec.type_spec_class == spec.RAGGED_TENSOR_SPEC and len(state) > _SPARSE_PARTS - 1:
        rank = int(state[2].int64_value)
        return Spec(kind="ragged" if rank else "", count=1 + rank, shape=dims)
    return Spec(shape=dims)

"""What predictions need of the objects of a TensorFlow 2 SavedModel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matrix.model.codecs.protobuf import message_class
from matrix.model.contents.contents import Objects
from matrix.model.formats.object_graph import values as graph_values

# Of `TypeSpecProto.TypeSpecClass` (tensorflow/core/protobuf/struct.proto): types that are named by
# a text and not by their number.
_REGISTERED = "REGISTERED_TYPE_SPEC"


def objects_of(graphs: Sequence[Any]) -> Objects | None:
    """The objects of the first graph that has some; `None` for a SavedModel of TensorFlow 1."""
    graph = next((one.object_graph_def for one in graphs if one.object_graph_def.nodes), None)
    if graph is None:
        return None
    named, kinds, values = set[str](), set[str](), set[str]()
    names = message_class("tensorflow.TypeSpecProto").TypeSpecClass
    for kind_of_value, value in graph_values(graph):
        values.add(kind_of_value)
        if kind_of_value == "type_spec_value":
            specification = value.type_spec_value
            number = specification.type_spec_class
            kind = names.Name(number) if number in names.values() else str(number)
            kinds.add(kind)
            if kind == _REGISTERED:
                named.add(specification.type_spec_class_name)
    return Objects(
        with_slots=frozenset(
            node.user_object.identifier
            for node in graph.nodes
            if len(node.slot_variables) and node.WhichOneof("kind") == "user_object"
        ),
        types=frozenset(named),
        kinds=frozenset(kinds),
        values=frozenset(values),
        saved_tables=any(
            len(node.saveable_objects) and node.WhichOneof("kind") == "resource"
            for node in graph.nodes
        ),
        variables=frozenset(
            node.variable.dtype for node in graph.nodes if node.WhichOneof("kind") == "variable"
        ),
    )

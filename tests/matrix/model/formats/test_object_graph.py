"""Types by name in the signatures of a SavedModel: whose package has to be imported."""

from __future__ import annotations

from typing import Any

from matrix.model.codecs.protobuf import message_class
from matrix.model.formats.object_graph import types

OURS = "tfp.distributions.Independent_ACTTypeSpec"


def _graph() -> Any:
    return message_class("tensorflow.SavedObjectGraph")()


def test_no_type_is_no_type() -> None:
    graph = _graph()
    graph.concrete_functions["f"].output_signature.tensor_spec_value.name = "x"
    assert types(graph) == set()


def test_type_is_found_wherever_a_function_names_it() -> None:
    graph = _graph()
    function = graph.concrete_functions["f"]
    output = function.output_signature.dict_value.fields["y"].tuple_value.values.add()
    output.type_spec_value.type_spec_class_name = OURS
    inner = output.type_spec_value.type_state.named_tuple_value.values.add().value
    inner.type_spec_value.type_spec_class_name = "mine.Inner"
    called = graph.nodes.add().function.function_spec.fullargspec
    called.list_value.values.add().type_spec_value.type_spec_class_name = "mine.Argument"
    assert types(graph) == {OURS, "mine.Inner", "mine.Argument"}


def test_type_of_tensorflow_itself_has_no_name() -> None:
    graph = _graph()
    graph.concrete_functions["f"].output_signature.type_spec_value.type_spec_class = 3
    assert types(graph) == set()

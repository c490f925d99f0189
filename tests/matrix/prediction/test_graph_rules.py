"""Rules about graphs, on small graphs that are made here."""

from __future__ import annotations

from typing import Any

import pytest

from matrix.catalogue.cell import Cell
from matrix.model.codecs.protobuf import message_class
from matrix.model.contents.contents import Contents
from matrix.model.contents.graphs import graph_of
from matrix.model.contents.objects import objects_of
from matrix.model.facts import Format, SignatureFacts
from matrix.plan.prediction import Prediction
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from tests.builders import make_cell, make_companion, make_model

_FLOAT = 1


def _meta(*nodes: tuple[str, str, dict[str, Any]]) -> Any:
    """A MetaGraph with these nodes: name, op, and attributes by the field of their value."""
    meta = message_class("tensorflow.MetaGraphDef")()
    for name, op, attributes in nodes:
        node = meta.graph_def.node.add(name=name, op=op)
        for key, (field, value) in attributes.items():
            setattr(node.attr[key], field, value)
    return meta


def _predict(
    meta: Any, version: str, loader: str, kind: Format = Format.SAVED_MODEL_V1
) -> Prediction:
    model = make_model(
        kind,
        keras_objects="none",
        tag_sets=(("serve",),),
        tensorflow=meta.meta_info_def.tensorflow_version or None,
        signatures=(SignatureFacts(name="serving_default"),),
    )
    contents = Contents(
        graphs=(graph_of(meta.graph_def, meta),), objects=objects_of([meta]), has_variables=True
    )
    found = predicted(Subject(model=model, contents=contents), [make_cell(version)])
    return next(one for one in found if one.loader == loader)


def _batch_norm(factor: float = 0.5) -> Any:
    return _meta(("n", "FusedBatchNormV3", {"exponential_avg_factor": ("f", factor)}))


@pytest.mark.parametrize(
    ("version", "verdict"), [("2.1.4", "fails"), ("2.2.3", "loads"), ("2.15.1", "loads")]
)
def test_attribute_that_a_release_before_2_5_does_not_know(version: str, verdict: str) -> None:
    one = _predict(_batch_norm(), version, "session")
    assert one.verdict == verdict
    if verdict == "fails":
        assert "exponential_avg_factor of op FusedBatchNormV3 exists from TensorFlow 2.2" in one.why


def test_attribute_from_the_future_is_ignored_from_2_5_on() -> None:
    meta = _meta(("n", "FusedBatchNormV3", {"not_invented_yet": ("b", True)}))
    verdicts = [_predict(meta, version, "session").verdict for version in ("2.4.4", "2.5.3")]
    assert verdicts == ["fails", "loads"]


def test_attribute_with_the_default_of_its_writer_is_taken_out() -> None:
    meta = _batch_norm(1.0)
    known = meta.meta_info_def.stripped_op_list.op.add(name="FusedBatchNormV3")
    known.attr.add(name="exponential_avg_factor", type="float").default_value.f = 1.0
    assert _predict(meta, "2.1.4", "session").verdict == "loads"


def test_attribute_of_our_own_makes_no_difference() -> None:
    meta = _meta(("n", "FusedBatchNormV3", {"_class": ("s", b"x")}))
    assert _predict(meta, "2.1.4", "session").verdict == "loads"


def _op_in_a_function(*, called: bool) -> Any:
    meta = _restoring(_meta(("c", "PartitionedCall", {})))
    function = meta.graph_def.library.function.add()
    function.signature.name = "f"
    function.node_def.add(name="n", op="DisableCopyOnRead")
    if called:
        meta.graph_def.node[0].attr["f"].func.name = "f"
    return meta


def test_session_looks_up_the_ops_of_functions_that_the_graph_calls() -> None:
    kinds = [
        _predict(_op_in_a_function(called=called), "2.9.3", loader).verdict
        for called in (True, False)
        for loader in ("session", "saved_model")
    ]
    assert kinds == ["fails", "fails", "loads", "fails"]


def test_session_that_runs_nothing_looks_into_no_function() -> None:
    meta = _op_in_a_function(called=True)
    meta.saver_def.restore_op_name = ""
    assert _predict(meta, "2.9.3", "session").verdict == "loads"


def test_session_does_not_look_at_the_attributes_of_functions() -> None:
    meta = _meta()
    node = meta.graph_def.library.function.add().node_def.add(name="n", op="FusedBatchNormV3")
    node.attr["exponential_avg_factor"].f = 0.5
    assert _predict(meta, "2.1.4", "session").verdict == "loads"
    assert _predict(meta, "2.1.4", "saved_model").verdict == "fails"


def _restoring(meta: Any) -> Any:
    meta.saver_def.restore_op_name = "save/restore_all"
    return meta


def test_session_wants_the_device_that_a_node_is_bound_to() -> None:
    meta = _meta(("v", "VarHandleOp", {}))
    meta.graph_def.node[0].device = "/device:GPU:0"
    assert _predict(meta, "2.15.1", "session").verdict == "loads"
    one = _predict(_restoring(meta), "2.15.1", "session")
    assert (one.verdict, one.rule) == ("fails", "bound-to-device")
    assert _predict(meta, "2.15.1", "saved_model").verdict == "loads"


def test_session_places_ops_without_a_kernel() -> None:
    meta = _restoring(_meta(("b", "BoostedTreesBucketize", {})))
    found = [_predict(meta, version, "session").verdict for version in ("2.8.4", "2.9.3")]
    assert found == ["loads", "fails"]


def _signed(meta: Any, inputs: dict[str, str], outputs: dict[str, str]) -> Any:
    signature = meta.signature_def["serving_default"]
    for name, tensor in inputs.items():
        signature.inputs[name].name = tensor
    for name, tensor in outputs.items():
        signature.outputs[name].name = tensor
    return meta


def _serving(*, feed: str = "x:0", give: str = "y:0", twice: bool = False) -> Any:
    meta = _meta(("x", "Placeholder", {}), ("v", "VariableV2", {}), ("y", "Identity", {}))
    meta.graph_def.node[2].input.append("x")
    inputs = {"a": feed, "b": feed} if twice else {"a": feed}
    return _signed(meta, inputs if feed else {}, {"out": give})


@pytest.mark.parametrize(
    ("meta", "rule"),
    [
        pytest.param(_serving(), "nothing-against-it", id="sound"),
        pytest.param(_serving(twice=True), "signature-takes-tensor-twice", id="twice"),
        pytest.param(_serving(give="v:0"), "signature-gives-reference", id="reference"),
        pytest.param(_serving(feed=""), "signature-lacks-input", id="unfed"),
    ],
)
def test_function_of_a_signature_of_tensorflow_1(meta: Any, rule: str) -> None:
    assert _predict(meta, "2.15.1", "saved_model").rule == rule
    assert _predict(meta, "2.15.1", "session").verdict == "loads"


def _with_optimizer(kind: str) -> Any:
    meta = _meta()
    optimizer = meta.object_graph_def.nodes.add()
    optimizer.user_object.identifier = kind
    optimizer.slot_variables.add(slot_name="m")
    return meta


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("2.5.3", "loads"), ("2.6.5", "fails"), ("2.15.1", "loads"), ("2.16.2", "fails")],
)
def test_slot_variables_need_an_optimizer(version: str, verdict: str) -> None:
    meta = _with_optimizer("optimizer")
    assert _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict == verdict
    assert _predict(meta, version, "session", Format.SAVED_MODEL).verdict == "loads"


def _with_type(kind: int, name: str = "") -> Any:
    meta = _meta()
    meta.object_graph_def.nodes.add()
    function = meta.object_graph_def.concrete_functions["f"]
    specification = function.output_signature.tuple_value.values.add().type_spec_value
    specification.type_spec_class = kind
    specification.type_spec_class_name = name
    return meta


_EXTENSION, _REGISTERED = 13, 12


@pytest.mark.parametrize(
    ("meta", "version", "verdict"),
    [
        pytest.param(_with_type(_EXTENSION, "M.Spec"), "2.5.3", "fails", id="extension-before"),
        pytest.param(_with_type(_EXTENSION, "M.Spec"), "2.6.5", "loads", id="extension"),
        pytest.param(_with_type(_REGISTERED, "tf.TensorSpec"), "2.6.5", "loads", id="registered"),
        pytest.param(_with_type(_REGISTERED, "my.Spec"), "2.21.0", "fails", id="custom"),
        pytest.param(_with_type(99), "2.21.0", "fails", id="from-the-future"),
    ],
)
def test_types_that_functions_take(meta: Any, version: str, verdict: str) -> None:
    assert _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict == verdict
    assert _predict(meta, version, "session", Format.SAVED_MODEL).verdict == "loads"


def test_value_that_only_newer_releases_decode() -> None:
    meta = _meta()
    meta.object_graph_def.nodes.add()
    function = meta.object_graph_def.concrete_functions["f"]
    function.canonicalized_input_signature.tuple_value.values.add().tensor_value.dtype = _FLOAT
    found = [
        _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict
        for version in ("2.12.1", "2.13.1")
    ]
    assert found == ["fails", "loads"]


@pytest.mark.parametrize(
    ("writer", "verdicts"),
    [
        pytest.param("2.15.1", ["loads", "fails", "fails", "loads"], id="newer"),
        pytest.param("2.12.0", ["loads"] * 4, id="own"),
        pytest.param("2.4.1", ["loads"] * 4, id="older"),
    ],
)
def test_tables_of_newer_releases_in_2_11_and_2_12(writer: str, verdicts: list[str]) -> None:
    meta = _meta()
    table = meta.object_graph_def.nodes.add()
    table.resource.device = ""
    table.saveable_objects["table"].save_function = 1
    meta.meta_info_def.tensorflow_version = writer
    found = [
        _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict
        for version in ("2.10.1", "2.11.1", "2.12.1", "2.13.1")
    ]
    assert found == verdicts


def test_output_with_another_shape_than_the_graph_says() -> None:
    meta = _serving()
    assert _predict(meta, "2.15.1", "saved_model").verdict == "loads"
    meta.graph_def.node[2].attr["_output_shapes"].list.shape.add().dim.add(size=-1)
    one = _predict(meta, "2.15.1", "saved_model")
    assert (one.verdict, one.rule) == ("fails", "signature-has-other-shape")
    meta.signature_def["serving_default"].outputs["out"].tensor_shape.dim.add(size=3)
    assert _predict(meta, "2.15.1", "saved_model").verdict == "loads"


@pytest.mark.parametrize("place", ["\u00b2", "9" * 5000, ""])
def test_output_with_a_number_that_none_has_says_nothing_of_its_shape(place: str) -> None:
    meta = _serving()
    meta.graph_def.node[2].attr["_output_shapes"].list.shape.add().dim.add(size=-1)
    output = meta.signature_def["serving_default"].outputs["out"]
    output.name = f"{output.name.partition(':')[0]}:{place}"
    assert _predict(meta, "2.15.1", "saved_model").rule != "signature-has-other-shape"


def test_node_that_takes_what_is_not_there() -> None:
    meta = _meta(("y", "Identity", {}))
    meta.graph_def.node[0].input.append("gone:0")
    assert {_predict(meta, "2.15.1", loader).rule for loader in ("saved_model", "session")} == {
        "dangling-node"
    }


def test_objects_are_made_without_the_graph_around_their_functions() -> None:
    meta = _meta(("v", "DisableCopyOnRead", {}))
    assert _predict(meta, "2.9.3", "saved_model").verdict == "fails"
    meta.object_graph_def.nodes.add()
    found = {
        loader: _predict(meta, "2.9.3", loader, Format.SAVED_MODEL).verdict
        for loader in ("saved_model", "session")
    }
    assert found == {"saved_model": "loads", "session": "fails"}


@pytest.mark.parametrize(("version", "verdict"), [("2.11.1", "fails"), ("2.12.1", "loads")])
def test_data_type_that_came_later(version: str, verdict: str) -> None:
    float8 = 24
    meta = _meta(("c", "Cast", {"DstT": ("type", float8)}))
    one = _predict(meta, version, "saved_model")
    assert one.verdict == verdict
    if verdict == "fails":
        assert one.why == "op Cast has data type 24, which is in TensorFlow 2.12 and later"


@pytest.mark.parametrize(("version", "verdict"), [("2.2.3", "fails"), ("2.3.4", "loads")])
def test_branches_that_a_list_names(version: str, verdict: str) -> None:
    meta = _meta()
    meta.object_graph_def.nodes.add()
    meta.graph_def.library.function.add().node_def.add(name="c", op="Case")
    assert _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict == verdict
    assert _predict(meta, version, "session", Format.SAVED_MODEL).verdict == "loads"


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        pytest.param(make_cell("2.16.2"), "fails", id="plain"),
        pytest.param(make_cell("2.16.2", tf_keras=True), "loads", id="tf-keras"),
        pytest.param(make_cell("2.16.2", make_companion()), "unknown", id="another"),
    ],
)
def test_keras_2_beside_tensorflow_makes_optimizers(cell: Cell, verdict: str) -> None:
    meta = _with_optimizer("optimizer")
    contents = Contents(
        graphs=(graph_of(meta.graph_def, meta),), objects=objects_of([meta]), has_variables=True
    )
    model = make_model(keras_objects="none", tag_sets=(("serve",),))
    found = predicted(Subject(model=model, contents=contents), [cell])
    assert next(one for one in found if one.loader == "saved_model").verdict == verdict


@pytest.mark.parametrize(("version", "verdict"), [("2.3.4", "fails"), ("2.4.4", "loads")])
def test_variable_of_a_type_without_a_kernel(version: str, verdict: str) -> None:
    meta, uint64 = _meta(), 23
    meta.object_graph_def.nodes.add().variable.dtype = uint64
    assert _predict(meta, version, "saved_model", Format.SAVED_MODEL).verdict == verdict

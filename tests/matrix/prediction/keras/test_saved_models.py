"""SavedModels with objects of Keras."""

from __future__ import annotations

import json
from typing import Any

import pytest

from matrix.model.codecs.protobuf import message_class
from matrix.model.contents.contents import Contents
from matrix.model.contents.keras import KerasContents, objects_of
from matrix.model.contents.keras_files import keras_contents
from matrix.model.opened_files import OpenedFiles
from matrix.plan.prediction import Prediction
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from tests.builders import make_cell, make_model
from tests.matrix.prediction.keras.models import layer, sequential


def _names(*nodes: tuple[str, Any]) -> list[str]:
    """The objects that Keras makes anew of these nodes of a SavedModel."""
    graph = message_class("tensorflow.MetaGraphDef")()
    for identifier, document in nodes:
        node = graph.object_graph_def.nodes.add()
        node.user_object.identifier = identifier
        node.user_object.metadata = json.dumps(document)
    model = make_model(keras_objects="root")
    with OpenedFiles() as opened:
        contents = keras_contents(model, (graph,), opened)
    assert contents is not None
    assert contents.root == nodes[0][0]
    return [one.name for one in contents.objects]


def test_layers_are_made_anew_and_models_put_together_from_them() -> None:
    first = layer("InputLayer", batch_input_shape=[None, 2])
    model = sequential(first, layer("Dense", units=2))
    dense = ("_tf_keras_layer", layer("Dense", units=2, kernel_initializer=layer("Zeros")))
    inputs = ("_tf_keras_input_layer", first)
    assert _names(("_tf_keras_network", model), inputs, dense) == ["Dense", "Zeros"]
    # The input of a Sequential has no node of its own.
    assert _names(("_tf_keras_sequential", model), dense) == ["InputLayer", "Dense", "Zeros"]


def _said(cell: str, *layers: Any, required: bool = False, **contents: Any) -> Prediction:
    known = {"has_metadata_file": True, "has_own_metadata": True, **contents}
    tensorflow = known.pop("tensorflow", None)
    objects = tuple(one for each in layers for one in objects_of(each, required=required))
    keras = KerasContents(document={}, form="h5", objects=objects, **known)
    model = make_model(keras_objects="root", tag_sets=(("serve",),), tensorflow=tensorflow)
    subject = Subject(model=model, contents=Contents(keras=keras))
    (found,) = (one for one in predicted(subject, [make_cell(cell)]) if one.loader == "keras")
    return found


def test_metadata_in_a_file_of_its_own_is_read_from_2_6_on() -> None:
    assert _said("2.5.3", has_own_metadata=False).rule == "keras-metadata-file"
    assert _said("2.6.5", has_own_metadata=False).verdict == "loads"


def test_model_without_metadata_of_keras_is_no_model() -> None:
    found = _said("2.8.4", has_own_metadata=False, has_metadata_file=False)
    assert (found.verdict, found.rule) == ("fails", "keras-no-metadata")


def test_graphs_stand_for_a_class_that_is_not_there_unless_it_insists() -> None:
    custom = layer("MyLayer")
    assert _said("2.8.4", custom).verdict == "loads"
    assert _said("2.8.4", custom, required=True).verdict == "fails"
    # It does not know yet that a layer may insist.
    assert _said("2.2.3", custom, required=True).verdict == "loads"


def test_graphs_stand_for_every_layer_up_to_2_1() -> None:
    newer = layer("Conv2D", filters=2, kernel_size=3, groups=1)
    assert _said("2.1.4", newer).verdict == "loads"
    assert _said("2.2.3", newer).rule == "keras-argument"


def test_network_is_no_model_up_to_2_1() -> None:
    assert _said("2.0.4", root="_tf_keras_network").rule == "keras-network"
    assert _said("2.0.4", root="_tf_keras_model").verdict == "loads"
    assert _said("2.2.3", root="_tf_keras_network").verdict == "loads"


@pytest.mark.parametrize(
    ("tensorflow", "cell", "verdict"),
    [
        ("2.4.4", "2.4.4", "loads"),
        ("2.4.4", "2.5.3", "fails"),
        ("2.5.3", "2.6.5", "loads"),
        ("2.5.3", "2.7.4", "fails"),
        ("2.6.5", "2.7.4", "unknown"),
        ("2.8.4", "2.7.4", "loads"),
    ],
)
def test_tables_of_lookup_layers_changed(tensorflow: str, cell: str, verdict: str) -> None:
    found = _said(cell, layer("StringLookup"), required=True, tensorflow=tensorflow)
    assert found.verdict == verdict


def test_text_vectorization_of_2_4_fills_its_table_in_2_5() -> None:
    layers = (layer("TextVectorization"), layer("StringLookup"))
    assert _said("2.5.3", *layers, tensorflow="2.4.4").rule != "keras-lookup-tables"
    assert _said("2.6.5", *layers, tensorflow="2.4.4").verdict == "fails"


def test_count_of_a_normalization_is_longer_from_2_3_on() -> None:
    config = layer("Normalization")
    assert _said("2.2.3", config, tensorflow="2.3.4").verdict == "fails"
    assert _said("2.8.4", config, tensorflow="2.2.3").rule == "keras-normalization-count"
    assert _said("2.8.4", config, tensorflow="2.3.4").verdict == "loads"

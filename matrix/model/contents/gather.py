"""Reads the contents of a model from the files that inspection has opened."""

from __future__ import annotations

from pathlib import Path

from matrix.model.codecs.protobuf import message_in
from matrix.model.contents.contents import Contents
from matrix.model.contents.graphs import graph_of
from matrix.model.contents.keras_files import keras_contents
from matrix.model.contents.lite import lite_in
from matrix.model.contents.objects import objects_of
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats.registry import graphs_of
from matrix.model.opened_files import OpenedFiles

_META_GRAPHS = (Format.SAVED_MODEL, Format.SAVED_MODEL_V1, Format.META_GRAPH)


def contents_of(model: ModelFacts, opened: OpenedFiles) -> Contents | None:
    """What predictions need of a model; `None` where its files cannot be parsed."""
    if model.format is Format.TFLITE:
        return Contents(lite=lite_in(opened.at(model.load_path)))
    if model.format is Format.GRAPH_DEF:
        graph = message_in(opened.at(model.load_path), "GraphDef", text=model.text)
        return None if graph is None else Contents(graphs=(graph_of(graph),))
    # No loader of a checkpoint looks at the graph beside it.
    graphs = tuple(graphs_of(model, opened)) if model.format in _META_GRAPHS else ()
    if not graphs and model.format in _META_GRAPHS:
        return None
    return Contents(
        graphs=tuple(graph_of(graph.graph_def, graph) for graph in graphs),
        has_variables=Path(model.load_path, "variables", "variables.index").is_file(),
        objects=objects_of(graphs),
        keras=keras_contents(model, graphs, opened),
    )


def contents_or_nothing(model: ModelFacts, opened: OpenedFiles) -> Contents | None:
    """The same; `None` where a file holds what this does not expect: nothing is predicted then."""
    try:
        return contents_of(model, opened)
    except Exception:  # noqa: BLE001 - whatever is in a file, the model is tested
        return None

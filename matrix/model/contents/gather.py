"""Reads the contents of a model from the files that inspection has opened."""

from __future__ import annotations

from typing import Any

from matrix.model.contents.contents import Contents, Graph
from matrix.model.contents.keras_files import keras_contents
from matrix.model.facts import ModelFacts
from matrix.model.formats.graph_facts import ops
from matrix.model.formats.registry import graphs_of
from matrix.model.opened_files import OpenedFiles


def contents_of(model: ModelFacts, opened: OpenedFiles) -> Contents:
    """What predictions need of a model."""
    graphs = tuple(graphs_of(model, opened))
    return Contents(graphs=tuple(map(_graph, graphs)), keras=keras_contents(model, graphs, opened))


def contents_or_nothing(model: ModelFacts, opened: OpenedFiles) -> Contents | None:
    """The same; `None` where a file holds what this does not expect: nothing is predicted then."""
    try:
        return contents_of(model, opened)
    except Exception:  # noqa: BLE001 - whatever is in a file, the model is tested
        return None


def _graph(graph: Any) -> Graph:
    return Graph(
        ops=ops(graph.graph_def),
        functions=frozenset(one.signature.name for one in graph.graph_def.library.function),
        tags=tuple(graph.meta_info_def.tags),
    )

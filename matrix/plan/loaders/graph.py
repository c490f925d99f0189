"""`graph`: a GraphDef or a MetaGraph, imported into a graph of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.cell import Cell
from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import Loader
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import ONLY, Variant

FORMATS = frozenset({Format.GRAPH_DEF, Format.META_GRAPH})
_IMPORT = (
    'with tf.Graph().as_default() as model:\n    tf.compat.v1.import_graph_def(graph_def, name="")'
)


def _variants(model: ModelFacts, _cell: Cell, _trusted: bool) -> Iterator[Variant]:
    weights = model.weights and str(model.weights)
    yield ONLY.given(kind=model.format.value, text=model.text, weights=weights)


def _snippet(call: CallToShow) -> str:
    if call.model.format == Format.META_GRAPH.value:
        return _meta_graph(call)
    if call.model.text:
        return (
            "from google.protobuf import text_format\n\ngraph_def = tf.compat.v1.GraphDef()\n"
            f"with open({call.path}) as file:\n"
            f"    text_format.Parse(file.read(), graph_def)\n{_IMPORT}"
        )
    return (
        f'graph_def = tf.compat.v1.GraphDef()\nwith open({call.path}, "rb") as file:\n'
        f"    graph_def.ParseFromString(file.read())\n{_IMPORT}"
    )


def _meta_graph(call: CallToShow) -> str:
    graph = "with tf.Graph().as_default() as model:\n"
    if not call.model.weights:
        return f"{graph}    tf.compat.v1.train.import_meta_graph({call.path})"
    return (
        f"{graph}    saver = tf.compat.v1.train.import_meta_graph({call.path})\n"
        "    session = tf.compat.v1.Session()\n"
        f"    saver.restore(session, {call.weights})"
    )


LOADER = Loader(
    name="graph",
    column=60,
    ease=5,
    call="tf.import_graph_def",
    formats=FORMATS,
    usual_for=FORMATS,
    variants=_variants,
    snippet=_snippet,
    weights_are_prefix=True,
)

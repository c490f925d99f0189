"""`session`: a SavedModel as the graph of a session, as in TensorFlow 1."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.cell import Cell
from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import SAVED_MODELS, Loader
from matrix.plan.loaders.saved_model import tag_sets
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import ONLY, TAGS, Variant


def _variants(model: ModelFacts, _cell: Cell, _trusted: bool) -> Iterator[Variant]:
    """One way, or one for each tag set where the file holds several graphs; tags are a must."""
    for tags in tag_sets(model):
        variant = Variant(TAGS, tags) if len(model.tag_sets) > 1 else ONLY
        yield variant.given(tags=list(tags))


def _snippet(call: CallToShow) -> str:
    return (
        "with tf.compat.v1.Session(graph=tf.Graph()) as session:\n"
        f"    model = tf.compat.v1.saved_model.load(session, {call.tags}, {call.path})"
    )


LOADER = Loader(
    name="session",
    column=20,
    ease=6,
    function="tf.compat.v1.saved_model.load",
    call="tf.compat.v1.saved_model.load in a session",
    formats=SAVED_MODELS,
    variants=_variants,
    snippet=_snippet,
    usual_for=frozenset({Format.SAVED_MODEL_V1}),
    runs_graph_as_saved=True,
    of_tensorflow_1=True,
)

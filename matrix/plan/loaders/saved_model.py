"""`saved_model`: a SavedModel as objects of TensorFlow 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.model.facts import ModelFacts
from matrix.plan.loader import SAVED_MODELS, Loader, Workaround
from matrix.plan.snippet import CallToShow, quoted
from matrix.plan.variant import ONLY, TAGS, Variant

# In these releases Keras registers its own classes only once it was imported.
_KERAS_2 = ((2, 0), (2, 16))
# The name of the workaround that does.
KERAS_FIRST = "tf.keras imported first"


def tag_sets(model: ModelFacts) -> tuple[tuple[str, ...], ...]:
    """Each tag set of the file once; that of most files where it says nothing."""
    return tuple(dict.fromkeys(model.tag_sets)) or (("serve",),)


def _variants(model: ModelFacts, _cell: Cell, _trusted: bool) -> Iterator[Variant]:
    """One way, or one for each tag set where the file holds several graphs."""
    if len(model.tag_sets) <= 1:
        # A single graph is loaded whatever its tags are.
        yield ONLY.given(tags=None)
        return
    for tags in tag_sets(model):
        yield Variant(TAGS, tags).given(tags=list(tags))


def _snippet(call: CallToShow) -> str:
    if call.cell.tensorflow.startswith("1."):
        enabled = "tf.compat.v1.enable_v2_behavior()"
        return f"{enabled}\nmodel = tf.compat.v2.saved_model.load({call.path})"
    tags = f", tags={call.tags}" if call.variant.picks_a_graph else ""
    return f"model = tf.saved_model.load({call.path}{tags})"


def _workarounds(_model: ModelFacts, path: Path, cell: Cell) -> Iterator[Workaround]:
    first, end = _KERAS_2
    if first <= cell.release.minor < end:
        script = (
            "import tensorflow as tf\n\n"
            "tf.keras.models.load_model  # Keras registers what its objects are made from\n"
            f"model = tf.saved_model.load({quoted(path.as_posix())})\n"
        )
        yield Workaround(name=KERAS_FIRST, script=script)


LOADER = Loader(
    name="saved_model",
    column=10,
    ease=1,
    function="tf.saved_model.load",
    formats=SAVED_MODELS,
    usual_for=SAVED_MODELS,
    variants=_variants,
    snippet=_snippet,
    workarounds=_workarounds,
    runs_graph_as_saved=True,
)

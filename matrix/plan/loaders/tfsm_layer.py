"""`tfsm_layer`: a SavedModel as a layer of Keras 3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.catalogue.cell import KERAS_3_FROM, Cell
from matrix.model.facts import ModelFacts
from matrix.plan.loader import SAVED_MODELS, Loader
from matrix.plan.snippet import CallToShow, quoted
from matrix.plan.variant import ONLY, Variant

_USUAL_ENDPOINT = "serving_default"


def endpoint_of(signatures: Sequence[str]) -> str:
    """The signature a layer is made of; a name that the model does not have is its own answer."""
    names = _callable(signatures)
    return names[0] if names and _USUAL_ENDPOINT not in names else _USUAL_ENDPOINT


def _callable(signatures: Sequence[str]) -> list[str]:
    return [name for name in signatures if not name.startswith("__saved_model_")]


def _variants(model: ModelFacts, _cell: Cell, _trusted: bool) -> Iterator[Variant]:
    yield ONLY.given(endpoint=endpoint_of([signature.name for signature in model.signatures]))


def _obstacle(model: ModelFacts, cell: Cell) -> str | None:
    if cell.keras_3:
        # Without tag sets nothing was read of the graphs.
        if model.tag_sets and not _callable([signature.name for signature in model.signatures]):
            return "TFSMLayer calls a signature, and this SavedModel has none"
        return None
    why = "which comes with TensorFlow 2.16 and newer"
    if cell.release.minor >= KERAS_3_FROM:
        why = "but tf.keras is Keras 2 after the packages of this cell are imported"
    return f"TFSMLayer is part of Keras 3, {why}"


def _snippet(call: CallToShow) -> str:
    endpoint = quoted(endpoint_of(call.model.signatures))
    return f"model = tf.keras.layers.TFSMLayer({call.path}, call_endpoint={endpoint})"


LOADER = Loader(
    name="tfsm_layer",
    column=50,
    ease=2,
    function="keras.layers.TFSMLayer",
    call="keras.layers.TFSMLayer (a layer, not a model)",
    formats=SAVED_MODELS,
    variants=_variants,
    obstacle=_obstacle,
    snippet=_snippet,
)

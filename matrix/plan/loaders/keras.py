"""`keras`: a Keras model by the Keras that comes with TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.catalogue.registration import Handover
from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import SAVED_MODELS, Loader, Workaround
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import HANDED, UNCOMPILED, UNSAFE, Variant
from matrix.plan.workarounds.keras_workarounds import keras_workarounds

FORMATS = SAVED_MODELS | {
    Format.KERAS_V3,
    Format.KERAS_H5,
    Format.KERAS_JSON,
    Format.WEIGHTS_H5,
}
COMPILED = Variant("compile", ("True",))
_JSON, _JSON_WITH_WEIGHTS = Variant("json"), Variant("json+weights")
USUAL = frozenset({COMPILED, _JSON_WITH_WEIGHTS})
# The first TensorFlow that can read the `.keras` zip format, and has a safe mode to read it in.
_KERAS_V3_FROM = (2, 12)
_WITH_SAFE_MODE = (Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON)


def weights_only(model: ModelFacts) -> str | None:
    """Why a file of weights is not loaded."""
    if model.format is Format.WEIGHTS_H5:
        return "the file contains weights only, without the architecture"
    return None


def never_keras(model: ModelFacts) -> str | None:
    """Why no Keras makes a model of this file, as far as the file alone decides that."""
    if model.format in SAVED_MODELS and model.keras_objects in ("none", "inside"):
        return "this SavedModel was not saved from a Keras model, so Keras cannot load it"
    return weights_only(model)


def _obstacle(model: ModelFacts, cell: Cell) -> str | None:
    if why := never_keras(model):
        return why
    if model.format is Format.KERAS_V3 and cell.release.minor < _KERAS_V3_FROM:
        return "the .keras format exists since TensorFlow 2.12"
    if model.format in SAVED_MODELS and cell.keras_3:
        return "Keras 3 does not load SavedModel folders"
    return None


def variants(model: ModelFacts, cell: Cell, *, trusted: bool, keras_3: bool) -> Iterator[Variant]:
    """The ways to load with one package of Keras, which is Keras 3 or not."""
    usual = list(_usual(model, cell))
    yield from usual
    if trusted and _has_safe_mode(model.format, cell, keras_3=keras_3):
        # It refuses more than the Lambdas that can be seen from here.
        # An architecture with its weights, where it has some: that is the whole model.
        whole = usual[0 if model.format is Format.KERAS_JSON else -1]
        yield UNSAFE.given(**whole.options, safe_mode=False)


def _usual(model: ModelFacts, cell: Cell) -> Iterator[Variant]:
    if model.format is Format.KERAS_JSON:
        if model.weights:
            yield _JSON_WITH_WEIGHTS.given(kind="json", weights=str(model.weights))
        yield _JSON.given(kind="json", weights=None)
        return
    yield COMPILED.given(compile=True)
    yield UNCOMPILED.given(compile=False)
    if model.format in SAVED_MODELS and cell.handover.to_keras:
        yield HANDED.given(compile=False)


def _has_safe_mode(kind: Format, cell: Cell, *, keras_3: bool) -> bool:
    """Whether Keras refuses parts of such a file unless it is told that the source is trusted."""
    if kind not in _WITH_SAFE_MODE:
        return False
    return keras_3 or (kind is not Format.KERAS_H5 and cell.release.minor >= _KERAS_V3_FROM)


def _variants(model: ModelFacts, cell: Cell, trusted: bool) -> Iterator[Variant]:
    return variants(model, cell, trusted=trusted, keras_3=cell.keras_3)


def takes(offered: Handover, variant: Variant, kind: str, _custom_ops: bool) -> Handover:
    """The classes of companions; for a SavedModel, which has its graphs, in one variant only."""
    touches = Handover(touches=offered.touches)
    graphs = {kind.value for kind in SAVED_MODELS}
    if kind in graphs and variant != HANDED:
        return touches
    return replace(offered.to_keras, touches=offered.touches)


def call_in(call: CallToShow, keras: str, *, keras_3: bool) -> str:
    """How a package of Keras loads a model; `keras` is its name in the code."""
    match call.variant.name:
        case "json":
            return _from_json(call, keras)
        case "json+weights":
            return f"{_from_json(call, keras)}\nmodel.load_weights({call.weights})"
        case "safe_mode":
            return _unsafe(call, keras, keras_3=keras_3)
        case _:
            uncompiled = "" if call.variant == COMPILED else ", compile=False"
            return _load_model(call, keras, uncompiled)


def _unsafe(call: CallToShow, keras: str, *, keras_3: bool) -> str:
    """With what Keras makes from trusted sources only."""
    config = "config" if keras_3 else "__internal__"
    # The other formats have no argument for it, or not in every Keras 3.
    allowed = f"{keras}.{config}.enable_unsafe_deserialization()\n"
    if call.model.format == Format.KERAS_JSON.value:
        return allowed + _from_json(call, keras)
    if call.model.format == Format.KERAS_H5.value:
        return allowed + _load_model(call, keras, ", compile=False")
    return _load_model(call, keras, ", compile=False, safe_mode=False")


def _load_model(call: CallToShow, keras: str, arguments: str) -> str:
    return f"model = {keras}.models.load_model({call.path}{arguments}{call.custom_objects})"


def _from_json(call: CallToShow, keras: str) -> str:
    read = f"{keras}.models.model_from_json(file.read(){call.custom_objects})"
    return f"with open({call.path}) as file:\n    model = {read}"


def _snippet(call: CallToShow) -> str:
    return call_in(call, "tf.keras", keras_3=call.cell.keras_3)


def _workarounds(model: ModelFacts, path: Path, _cell: Cell) -> Iterator[Workaround]:
    return keras_workarounds(model, path, "import tensorflow as tf\n", "tf.keras")


LOADER = Loader(
    name="keras",
    column=30,
    ease=0,
    function="tf.keras.models.load_model",
    calls={Format.KERAS_JSON: "tf.keras.models.model_from_json"},
    formats=FORMATS,
    usual_for=FORMATS,
    variants=_variants,
    one_is_enough=True,
    usual=USUAL,
    obstacle=_obstacle,
    takes=takes,
    snippet=_snippet,
    workarounds=_workarounds,
    runs_python=True,
    builds_keras=True,
)

"""`tf_keras`: a Keras model with the package tf-keras, which is Keras 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import TF_KERAS
from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import Loader, Workaround
from matrix.plan.loaders.keras import FORMATS, USUAL, call_in, never_keras, takes, variants
from matrix.plan.selection.writers import is_keras_3_only
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import Variant
from matrix.plan.workarounds.keras_workarounds import keras_workarounds


def _variants(model: ModelFacts, cell: Cell, trusted: bool) -> Iterator[Variant]:
    return variants(model, cell, trusted=trusted, keras_3=False)


def _obstacle(model: ModelFacts, _cell: Cell) -> str | None:
    if is_keras_3_only(model):
        return f"Keras {model.keras} wrote this file, and tf-keras is Keras 2"
    return never_keras(model)


def _snippet(call: CallToShow) -> str:
    return call_in(call, "tf_keras", keras_3=False)


def _workarounds(model: ModelFacts, path: Path, _cell: Cell) -> Iterator[Workaround]:
    return keras_workarounds(model, path, "import tf_keras\n", "tf_keras")


LOADER = Loader(
    name="tf_keras",
    column=40,
    ease=7,
    function="tf_keras.models.load_model",
    calls={Format.KERAS_JSON: "tf_keras.models.model_from_json"},
    formats=FORMATS,
    usual_for=FORMATS,
    package=TF_KERAS,
    variants=_variants,
    one_is_enough=True,
    usual=USUAL,
    obstacle=_obstacle,
    takes=takes,
    snippet=_snippet,
    imports=("tf_keras",),
    workarounds=_workarounds,
    runs_python=True,
    builds_keras=True,
)

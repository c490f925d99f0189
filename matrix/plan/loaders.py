"""Which loaders exist for a format, and the checks they make in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.catalogue.cell import KERAS_3_FROM, Cell
from matrix.catalogue.companions import LITERT, TF_KERAS, packages
from matrix.catalogue.registration import HANDED
from matrix.model.facts import Format, ModelFacts
from matrix.plan.check import Check

LOADERS = (
    "saved_model",
    "session",
    "keras",
    "tf_keras",
    "tfsm_layer",
    "graph",
    "checkpoint",
    "tflite",
)

_BY_FORMAT: Mapping[Format, tuple[str, ...]] = {
    Format.SAVED_MODEL: ("saved_model", "session", "keras", "tf_keras", "tfsm_layer"),
    Format.SAVED_MODEL_V1: ("saved_model", "session", "keras", "tf_keras", "tfsm_layer"),
    Format.KERAS_V3: ("keras", "tf_keras"),
    Format.KERAS_H5: ("keras", "tf_keras"),
    Format.KERAS_JSON: ("keras", "tf_keras"),
    Format.WEIGHTS_H5: ("keras", "tf_keras"),
    Format.TFLITE: ("tflite",),
    Format.GRAPH_DEF: ("graph",),
    Format.META_GRAPH: ("graph",),
    Format.CHECKPOINT: ("checkpoint",),
}
# The first TensorFlow that can read the `.keras` zip format, and has a safe mode to read it in.
_KERAS_V3_FROM = (2, 12)
_KERAS = ("keras", "tf_keras")
_GRAPHS = (Format.SAVED_MODEL, Format.SAVED_MODEL_V1)
# The variant of a Keras loader without its safe mode, with `--allow-lambda` only.
UNSAFE = "safe_mode=False"
_USUAL_ENDPOINT = "serving_default"


def loaders_for(model: ModelFacts, cell: Cell) -> Iterator[str]:
    """The loaders that exist for this format in a cell, in the order of the table."""
    absent = not_applicable(model, cell)
    for loader in _BY_FORMAT.get(model.format, ()):
        if loader not in absent and (loader != "tf_keras" or cell.has(TF_KERAS)):
            yield loader


def not_applicable(model: ModelFacts, cell: Cell) -> dict[str, str]:
    """The loaders that cannot exist for this format in this release, each with the reason."""
    absent: dict[str, str] = {}
    if model.format is Format.KERAS_V3 and cell.release.minor < _KERAS_V3_FROM:
        absent["keras"] = "the .keras format exists since TensorFlow 2.12"
    if model.format is Format.WEIGHTS_H5:
        absent["keras"] = "the file contains weights only, without the architecture"
        if cell.has(TF_KERAS):
            absent["tf_keras"] = absent["keras"]
    wants_layer = "tfsm_layer" in _BY_FORMAT.get(model.format, ())
    if wants_layer and not cell.keras_3:
        here = "which comes with TensorFlow 2.16 and newer"
        if cell.release.minor >= KERAS_3_FROM:
            here = "but tf.keras is Keras 2 after the packages of this cell are imported"
        absent["tfsm_layer"] = f"TFSMLayer is part of Keras 3, {here}"
    return absent


def checks_for(
    number: int, model: ModelFacts, cell: Cell, *, allow_lambda: bool = False
) -> Iterator[Check]:
    """The checks of one model in a cell; with `allow_lambda` those outside of safe mode too."""
    for loader in loaders_for(model, cell):
        before: Check | None = None
        variants = list(_variants(model, cell, loader))
        if allow_lambda and has_safe_mode(model.format, cell, loader):
            # It refuses more than the Lambdas that can be seen from here.
            # An architecture with its weights, where it has some: that is the whole model.
            usual = variants[0 if model.format is Format.KERAS_JSON else -1][1]
            variants.append((UNSAFE, {**usual, "safe_mode": False}))
        for variant, options in variants:
            check = Check(
                model=number,
                path=str(model.load_path),
                loader=loader,
                variant=variant,
                options=options,
                unless=before.id if before and loader in _KERAS else None,
                handover=cell.handover.to(
                    loader, variant, model.format.value, custom_ops=bool(model.custom_objects)
                ),
            )
            yield check
            before = check


def has_safe_mode(kind: Format, cell: Cell, loader: str) -> bool:
    """Whether a Keras refuses parts of such a file unless it is told that the source is trusted."""
    if loader not in _KERAS or kind not in (Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON):
        return False
    keras_3 = loader == "keras" and cell.keras_3
    return keras_3 or (kind is not Format.KERAS_H5 and cell.release.minor >= _KERAS_V3_FROM)


def _variants(
    model: ModelFacts, cell: Cell, loader: str
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The ways to use a loader, each by its name in the report: what the probe is given."""
    match loader:
        case "keras" | "tf_keras" if model.format is Format.KERAS_JSON:
            weights = model.weights and str(model.weights)
            if weights:
                yield "json+weights", {"kind": "json", "weights": weights}
            yield "json", {"kind": "json", "weights": None}
        case "keras" | "tf_keras":
            yield "compile=True", {"compile": True}
            yield "compile=False", {"compile": False}
            if model.format in _GRAPHS and cell.handover.to_keras:
                yield HANDED, {"compile": False}
        case "saved_model" | "session":
            yield from _tagged(model, loader)
        case "tfsm_layer":
            yield None, {"endpoint": endpoint_of([one.name for one in model.signatures])}
        case "graph":
            yield None, _graph(model)
        case "tflite" if cell.has(LITERT):
            yield None, {"package": packages()[LITERT].module}
        case _:
            yield None, {}


def _graph(model: ModelFacts) -> dict[str, Any]:
    weights = model.weights and str(model.weights)
    return {"kind": model.format.value, "text": model.text, "weights": weights}


def endpoint_of(signatures: Sequence[str]) -> str:
    """The signature a layer is made of; a name that the model does not have is its own answer."""
    names = [name for name in signatures if not name.startswith("__saved_model_")]
    return names[0] if names and _USUAL_ENDPOINT not in names else _USUAL_ENDPOINT


def _tagged(model: ModelFacts, loader: str) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """One way, or one for each tag set where the file holds several graphs."""
    tag_sets = tuple(dict.fromkeys(model.tag_sets)) or (("serve",),)
    several = len(model.tag_sets) > 1
    for tags in tag_sets:
        # `tf.saved_model.load` takes a single graph whatever its tags are; a session needs them.
        asked = list(tags) if several or loader == "session" else None
        yield _tags_in_words(tags) if several else None, {"tags": asked}


def _tags_in_words(tags: Sequence[str]) -> str:
    # A comma in a tag must not make two tag sets look the same.
    return "tags=" + ",".join(tag.replace("\\", "\\\\").replace(",", "\\,") for tag in tags)

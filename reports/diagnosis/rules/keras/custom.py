"""Classes and functions of the model author: who they are, and how a loader gets them."""

from __future__ import annotations

import keyword
import re

from matrix.plan.variant import UNCOMPILED
from reports.diagnosis.advice import Advice, advice
from reports.diagnosis.history import of_keras
from reports.diagnosis.match import Match
from reports.diagnosis.rule import diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

KINDS = ("optimizer", "loss", "metric", "initializer", "regularizer", "constraint", "activation")
COMPILED = ("optimizer", "loss", "metric")
NO_COMPILE = advice(
    "Load it without the optimizer and the losses.",
    "load_model(path, compile=False)",
    loader="keras",
    variant=UNCOMPILED,
)
WRITE_CONFIG = advice(
    "Write get_config and from_config for that class, pass it as custom_objects, and save the "
    "model again."
)


def kind_in(words: str) -> str:
    """The kind of object that an error speaks of, such as `metric function`."""
    said = words.lower()
    return next((kind for kind in KINDS if kind in said), "layer" if "layer" in said else "")


def bare_name(name: str) -> str:
    """`GELU` of `Addons>GELU`, `Dense` of `keras.layers.Dense`."""
    return name.rpartition(">")[2].rpartition(".")[2]


def is_users(symptom: Symptom, name: str, kind: str = "") -> bool:
    """Whether a class or function is the model author's own, and none of Keras."""
    bare = bare_name(name)
    if {name, bare} & set(symptom.custom_objects):
        return True
    return not of_keras(bare, kind)


def hand_over(symptom: Symptom, name: str) -> Advice:
    """How a class that only its author has reaches the loader: under the name in the file."""
    text = "Pass it as custom_objects when you load the model."
    bare = bare_name(name)
    if not bare.isidentifier() or keyword.iskeyword(bare):
        return advice(text)
    key = _registered(symptom.text, bare) or name
    if not re.fullmatch(r"[\w.>-]+", key):
        return advice(text)
    return advice(text, f"load_model(path, custom_objects={{{{'{key}': {bare}}}}})")


def missing_custom_object(
    symptom: Symptom, match: Match, name: str, *more: Advice, said: str = ""
) -> Diagnosis:
    """A class or function of the author that the loader was not given."""
    if symptom.given:
        return diagnosis(
            symptom,
            match,
            Cause.MISSING_CUSTOM_OBJECT,
            "{custom}",
            "`{custom}` is not part of Keras, and {given} from --custom-objects does not define "
            "it for the Keras that loads the file.",
            advice("Define it in {given}, based on the Keras that loads the file."),
            custom=name,
            given=symptom.given,
        )
    return diagnosis(
        symptom,
        match,
        Cause.MISSING_CUSTOM_OBJECT,
        "{custom}",
        said
        or "`{custom}` is not part of Keras: it is a custom class or function of the model "
        "author, and it was not passed to the loader.",
        hand_over(symptom, name),
        *more,
        custom=name,
    )


def _registered(text: str, bare: str) -> str:
    """The name under which a config says that a class is registered."""
    found = re.search(rf"['\"]registered_name['\"]: ?['\"]([^'\"\n]{{1,80}}>{bare})['\"]", text)
    return found.group(1) if found else ""

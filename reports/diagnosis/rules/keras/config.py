"""Configs whose form this Keras cannot read, and classes without one."""

from __future__ import annotations

from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.custom import (
    bare_name,
    is_users,
    missing_custom_object,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
NOT_IN_A_CALL = Fact("the model was not yet being called", lambda s: s.stage != "run")
_NOT_BUILT = (
    r"<class '(?P<name>[\w.]+)'> could not be deserialized properly",
    r"Error when deserializing class ['\"]?(?P<name>\w+)",
    r"Cannot deserialize object of type ['\"`]?(?P<name>\w+)",
    r"Unable to reconstruct an instance of (?:<class )?['\"`]?(?:[\w.]+\.)?(?P<name>\w+)",
    r"(?P<name>\w+) could not be deserialized properly",
)
_OR_PART_OF_IT = Alternative(
    cause=_CUSTOM,
    explanation="A custom class inside of it was not passed to the loader.",
    decides="The exception before this one, and whether its config names a class that is not of "
    "Keras.",
)
_OR_SUBCLASS = Alternative(
    cause=_CUSTOM,
    explanation="The model is a subclass with a constructor of its own, and has no get_config.",
    decides="whether the code of the model derives a class from keras.Model",
)
_FORM = (
    "The config in the file has a form that {keras} cannot read: a different version of Keras "
    "wrote it."
)


def _of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    name = bare_name(match["name"])
    if not is_users(symptom, name):
        return None
    said = "`{custom}` is a custom class of the model author and cannot be built from its config."
    return missing_custom_object(symptom, match, name, said=said)


def _of_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    name = bare_name(match["name"])
    if is_users(symptom, name):
        return None
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{name}",
        "{keras} cannot build `{name}` from the config in the file: a different version of "
        "Keras wrote it.",
        same_keras,
        name=name,
    )


CONFIG = (
    Rule(
        name="class-of-the-author-not-built",
        said=_NOT_BUILT,
        certainty=LIKELY,
        cause=_CUSTOM,
        explain=_of_the_author,
        source="keras/src/saving/serialization_lib.py",
        examples=(
            Example(
                "TypeError: <class 'blocks.Encoder'> could not be deserialized properly. Please "
                "ensure that components that are Python object instances are explicitly "
                "deserialized in the model's `from_config()` method.",
                subject="Encoder",
            ),
        ),
    ),
    Rule(
        name="class-of-keras-not-built",
        said=_NOT_BUILT,
        certainty=ONE_OF,
        cause=_CONFIG,
        explain=_of_keras,
        alternatives=(_OR_PART_OF_IT,),
        source="keras/src/saving/serialization_lib.py, keras/src/ops/operation.py",
        examples=(
            Example(
                "<class 'keras.src.models.sequential.Sequential'> could not be deserialized "
                "properly.",
                subject="Sequential",
            ),
            Example(
                "Error when deserializing class 'InputLayer' using config={}.", subject="InputLayer"
            ),
        ),
    ),
    Rule(
        name="functional-without-inputs",
        said=(
            r"(?:\b(?P<name>Functional|Model)\.)?__init__\(\) missing \d required positional "
            r"arguments?: '(?P<argument>inputs|outputs)'",
        ),
        certainty=ONE_OF,
        cause=_CONFIG,
        subject="{name|Functional}",
        explanation=(
            "{keras} takes the model for one of its functional models, but its config has no "
            "inputs and outputs."
        ),
        remedies=(same_keras,),
        alternatives=(_OR_SUBCLASS,),
        source="keras/src/models/functional.py, keras/engine/functional.py",
        examples=(
            Example(
                "TypeError: Functional.__init__() missing 2 required positional arguments: "
                "'inputs' and 'outputs'",
                subject="Functional",
            ),
        ),
        counter_examples=(
            Example("TypeError: Block.__init__() missing 1 required positional argument: 'units'"),
        ),
    ),
    Rule(
        name="form-of-a-config",
        said=(
            r"Improper(?:ly formatted model)? config(?: format)?",
            r"Unknown entries in (?P<key>\w+) dictionary",
            r"Unknown `?config`? as a `?dict",
            r"Could not parse config: ",
            r"Cannot deserialize empty config",
            r"Unable to (?:decode|recognize)(?: the)?(?: (?:TF-)?Keras layer)? config",
            r"Saved configuration not understood",
            r"not a valid Keras configuration",
            r"must (?:contain|have) (?:the )?keys?[^\n]*class_name",
            r"`?model_from_config`? expects a dictionary, not a list",
            r"model_from_json returned a \w+",
            r"Expected (?:object|'?config'?)[^\n]*(?:dict|list|tuple|str)[^\n]*(?:[Rr]eceived|got)",
            r"was provided in the config, but '(?P<key>[\w.]+)' resolved to a Keras built-in",
        ),
        facts=(NOT_IN_A_CALL,),
        unless=(r"JSONDecodeError",),
        named=(r"to be a (?:dict|list)[^\n]{0,20}? for (?:a )?(?P<key>\w+)[ ,]",),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="config {key}",
        explanation=_FORM,
        remedies=(same_keras,),
        source="keras/saving/legacy/serialization.py, keras/src/saving/serialization_lib.py",
        examples=(
            Example("ValueError: Improper config format: {'l2': 0.1}", subject="config"),
            Example(
                "TypeError: Expected 'config' to be a dict for Dense, instead got <class 'list'> "
                "Full config: {}",
                subject="config Dense",
            ),
        ),
    ),
)

"""Keras models that are read correctly but cannot be built."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.direction import same_keras
from reports.diagnosis.fact import Fact
from reports.diagnosis.history import of_keras
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.config import hand_over
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE


def _deserialized(symptom: Symptom, match: Match) -> Diagnosis:
    name = match["name"].rpartition(".")[2]
    if name in symptom.custom_objects or not of_keras(name):
        return diagnosis(
            symptom,
            match,
            Cause.MISSING_CUSTOM_OBJECT,
            "{name}",
            "`{name}` is a custom class of the model author and cannot be built from its config.",
            hand_over(name),
            name=name,
        )
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{name}",
        "{keras} cannot build `{name}` from the config in the file: a different version of "
        "Keras wrote it.{saved}",
        same_keras,
        name=name,
    )


def _wired(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Keras 3 says `Received 2 instead` while it builds, Keras 2 `it received` when called."""
    if "it received" in match.text and symptom.stage != "load":
        return None
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "layer {layer}",
        "While the model was rebuilt, layer `{layer}` got {got} inputs instead of {wanted}. "
        "Some versions of Keras connect nested models incorrectly.{saved}",
        advice(
            "Load it with the Keras version that saved it, or build the model in code and load "
            "the weights."
        ),
    )


BUILD = (
    Rule(
        name="without-get-config",
        said=(
            r"must override `?get_config",
            r"override `?get_config`?",
            r"get_config[^\n]*(?:not implemented|NotImplemented)",
            r"[Oo]bject (?P<name>\w+) was created by passing",
            r"NotImplementedError[^\n]*get_config",
            r"is missing a `from_config\(\)`",
            r"does not (?:have|implement) (?:a )?`?(?:get_config|from_config)",
            (
                r"(?:__init__|from_config)\(\) missing \d+ required (?:positional|"
                r"keyword-only) argument"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name}",
        explanation=(
            "A custom class of the model author cannot be built from its config: get_config "
            "or from_config is missing or leaves out arguments."
        ),
        remedies=(
            advice("Write get_config (and from_config) for that class, and save the model again."),
        ),
        source="",
        examples=(
            Example(
                "NotImplementedError: Layer Block must override `get_config`",
                subject="NotImplementedError: Layer Block must override `get_config",
            ),
        ),
    ),
    Rule(
        name="cannot-be-deserialized",
        said=(r"<class '(?P<name>[\w.]+)'> could not be deserialized properly",),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_deserialized,
        source="",
        examples=(
            Example(
                (
                    "<class 'keras.src.models.sequential.Sequential'> could not be "
                    "deserialized properly."
                ),
                subject="Sequential",
            ),
        ),
    ),
    Rule(
        name="class-cannot-be-deserialized",
        said=(
            (
                r"(?:Error when deserializing class|Cannot deserialize object of type|"
                r"Unable to reconstruct an instance of) ['\"`]?(?P<name>\w+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_deserialized,
        source="",
        examples=(
            Example(
                "Error when deserializing class 'InputLayer' using config={}.", subject="InputLayer"
            ),
        ),
    ),
    Rule(
        name="lambda-without-shape",
        said=(
            r"could not automatically infer the (?:output )?shape of the Lambda",
            r"infer the (?:output )?shape of the Lambda",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="Lambda",
        explanation=(
            "{keras} needs the output shape of a Lambda layer, but this file of an older Keras "
            "does not contain it.{saved}"
        ),
        remedies=(same_keras,),
        source="",
        examples=(
            Example(
                "We could not automatically infer the shape of the Lambda's output.",
                subject="Lambda",
            ),
        ),
    ),
    Rule(
        name="lambda-of-keras-2",
        said=(
            (
                r"(?s)(?:type Lambda|Lambda\.call|lambda_layer\.py).{0,800}A KerasTensor "
                r"(?:cannot|is symbolic)"
            ),
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="Lambda",
        explanation=(
            "A Lambda layer calls TensorFlow functions on symbolic tensors, which {keras} does "
            "not allow.{saved}"
        ),
        remedies=(same_keras,),
        source="",
        examples=(
            Example(
                (
                    "Exception encountered when calling layer 'l' (type Lambda).\n\nA "
                    "KerasTensor cannot be used as input to a TensorFlow function."
                ),
                subject="Lambda",
            ),
        ),
    ),
    Rule(
        name="inputs-of-a-layer",
        said=(
            (
                r"Layer ['\"]?(?P<layer>[\w/.-]+)['\"]? expect(?:ed|s) (?P<wanted>\d+) "
                r"input\(?s?\)?[^\n]{0,40}?[Rr]eceived (?P<got>\d+)"
            ),
        ),
        facts=(Fact("TODO", lambda s: s.stage != "run"),),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_wired,
        source="",
        examples=(
            Example(
                "Layer 'dense' expected 1 input(s). Received 2 instead.", subject="layer dense"
            ),
        ),
    ),
    Rule(
        name="wiring-of-a-model",
        said=(
            r"Layer node index out of bounds",
            r"Graph disconnected",
            r"Missing layer: (?P<layer>\w+)",
            r"InputLayer should be passed either",
            r"Kernel shape must have the same length as input",
            r"first layer in a Sequential model must get an",
            r"Error converting shape to a TensorShape",
            r"Dimension value must be integer",
            (
                r"The (?:following previous layers|name) [^\n]*(?:used \d+ times|all layer "
                r"names)"
            ),
            r"names should be unique",
            r"should be called on a list of(?: at least)? \d+ input",
            (r"`?inputs`? (?:argument )?(?:should|must) be (?:the output|a list)[^\n]*Input"),
            r"cannot contain character `?/",
            r"is not a valid (?:root )?scope name",
            r"[Ii]nbound_nodes",
            r"Cannot (?:clone|reconstruct) ",
            (
                r"(?:has never been called|not connected)[^\n]*(?:no defined (?:input|"
                r"output)|inbound)"
            ),
            r"'NoneType' object has no attribute '_keras_shape'",
            r"Layer \w+ (?:was|is) not connected",
            r"tuple index out of range",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="wiring of the layers",
        explanation=(
            "{keras} cannot connect the layers as the config describes: another version of "
            "Keras wrote it, or this version has a bug.{saved}"
        ),
        remedies=(same_keras,),
        source="",
        examples=(
            Example("ValueError: Layer node index out of bounds.", subject="wiring of the layers"),
        ),
    ),
    Rule(
        name="improper-config",
        said=(
            r"Improper config format",
            r"Unknown entries in \w+ dictionary",
            r"not a KerasSaveable",
            r"Unknown dtype policy",
            r"could not be deserialized",
            r"Unknown `?config`? as a `?dict",
            r"must (?:contain|have) (?:the )?keys?[^\n]*class_name",
            r"Invalid [Rr]eduction [Kk]ey:? ?(?P<key>\S+)",
            (
                r"(?:string indices must be integers|'(?:list|str|NoneType|dict|bool|int)' "
                r"object has no attribute '(?:items|pop|get|lower|startswith|upper|keys|"
                r"copy|rank|as_list|values)')"
            ),
            (
                r"KeyError:? ['\"]+(?P<config>class_name|config|module|registered_name|"
                r"layers|name|input_layers|build_config|batch_shape|batch_input_shape|"
                r"shared_object_id)"
            ),
            r"model_from_json returned a (?P<what>\w+)",
            (
                r"Cannot (?:interpret|convert) '?(?P<dtype>[\w<>{}' :,]+)'? (?:as|to) a "
                r"(?:TensorFlow )?d(?:ata ?)?type"
            ),
            r"\b(?P<argument>\w{1,60})`? is deprecated in the new Keras optimizer",
            (
                r"KeyError:? ['\"](?P<training>sample_weight_mode|loss_weights|"
                r"weighted_metrics|optimizer_config|metrics|loss|optimizer|learning_rate|lr|"
                r"keras_version|backend|training_config)['\"]"
            ),
            r"losses\.deserialize, loss_config",
            r"compile_args_from_training_config",
            r"deserialize_keras_object",
            r"Expected (?:object|config)[^\n]*(?:dict|config)[^\n]*[Rr]eceived",
        ),
        facts=(Fact("TODO", lambda s: s.stage != "run" and "JSONDecodeError" not in s.text),),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="config {key}{config}{argument}{training}",
        explanation=(
            "The config in the file has a form that {keras} cannot read: a different version of "
            "Keras wrote it.{saved}"
        ),
        remedies=(same_keras,),
        source="",
        examples=(Example("ValueError: Improper config format: {'l2': 0.1}", subject="config"),),
    ),
    Rule(
        name="backend-function-gone",
        said=(
            (
                r"module '(?:tensorflow\.python\.)?keras[\w.]*backend' has no attribute "
                r"'(?P<name>\w+)'"
            ),
        ),
        facts=(Fact("TODO", lambda s: s.stage == "load"),),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="backend.{name}",
        explanation=(
            "Code inside the model calls `backend.{name}`, which {keras} does not have.{saved}"
        ),
        remedies=(same_keras,),
        source="",
        examples=(
            Example(
                Symptom(
                    kind="AttributeError",
                    message="module 'tensorflow.python.keras.backend' has no attribute 'slice'",
                    stage="load",
                ),
                subject="backend.slice",
            ),
        ),
    ),
    Rule(
        name="not-a-layer-of-this-keras",
        said=(
            r"Only instances of `?keras\.Layer`? can be added",
            r"The added layer must be an instance of class Layer",
            (
                r"Unexpected object from deserialization, expected a layer or operation, "
                r"got an? <class"
            ),
            (
                r"(?:expected|must be)[^\n]*instance of (?:class )?`?(?:keras\.)?(?:Layer|"
                r"Optimizer|Model)\b"
            ),
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="mixed Keras packages",
        explanation=("Objects of different Keras packages (keras, tf.keras, tf_keras) are mixed."),
        remedies=(
            advice(
                "Use one package for all of them, or install tf-keras and set "
                "TF_USE_LEGACY_KERAS=1."
            ),
        ),
        source="",
        examples=(
            Example(
                "Only instances of `keras.Layer` can be added to a Sequential model.",
                subject="mixed Keras packages",
            ),
        ),
    ),
)

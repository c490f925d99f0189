"""Keras models that are read correctly but cannot be built."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.history import of_keras
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.rules.keras.config import SAME_KERAS, hand_over
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
        SAME_KERAS,
        name=name,
    )


def _wired(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Keras 3 says `Received 2 instead` while it builds, Keras 2 `it received` when called."""
    if "it received" in match.group() and symptom.stage != "load":
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
    rule(
        "without-get-config",
        r"must override `?get_config|override `?get_config`?|get_config[^\n]*(?:not implemented|"
        r"NotImplemented)|"
        r"[Oo]bject (?P<name>\w+) was created by passing|NotImplementedError[^\n]*get_config|"
        r"is missing a `from_config\(\)`|does not (?:have|implement) (?:a )?`?(?:get_config|"
        r"from_config)|"
        r"(?:__init__|from_config)\(\) missing \d+ required (?:positional|keyword-only) argument",
        answer(
            Cause.MISSING_CUSTOM_OBJECT,
            "{name}",
            "A custom class of the model author cannot be built from its config: get_config "
            "or from_config is missing or leaves out arguments.",
            advice("Write get_config (and from_config) for that class, and save the model again."),
        ),
    ),
    rule(
        "cannot-be-deserialized",
        r"<class '(?P<name>[\w.]+)'> could not be deserialized properly",
        _deserialized,
    ),
    rule(
        "class-cannot-be-deserialized",
        r"(?:Error when deserializing class|Cannot deserialize object of type|"
        r"Unable to reconstruct an instance of) ['\"`]?(?P<name>\w+)",
        _deserialized,
    ),
    rule(
        "lambda-without-shape",
        r"could not automatically infer the (?:output )?shape of the Lambda|"
        r"infer the (?:output )?shape of the Lambda",
        answer(
            _CONFIG,
            "Lambda",
            "{keras} needs the output shape of a Lambda layer, but this file of an older Keras "
            "does not contain it.{saved}",
            SAME_KERAS,
        ),
    ),
    rule(
        "lambda-of-keras-2",
        r"(?s)(?:type Lambda|Lambda\.call|lambda_layer\.py).{0,800}A KerasTensor (?:cannot|"
        r"is symbolic)",
        answer(
            _CONFIG,
            "Lambda",
            "A Lambda layer calls TensorFlow functions on symbolic tensors, which {keras} does "
            "not allow.{saved}",
            SAME_KERAS,
        ),
    ),
    rule(
        "inputs-of-a-layer",
        r"Layer ['\"]?(?P<layer>[\w/.-]+)['\"]? expect(?:ed|"
        r"s) (?P<wanted>\d+) input\(?s?\)?[^\n]{0,40}?"
        r"[Rr]eceived (?P<got>\d+)",
        _wired,
        when=lambda s: s.stage != "run",
    ),
    rule(
        "wiring-of-a-model",
        r"Layer node index out of bounds|Graph disconnected|Missing layer: (?P<layer>\w+)|"
        r"InputLayer should be passed either|Kernel shape must have the same length as input|"
        r"first layer in a Sequential model must get an|"
        r"Error converting shape to a TensorShape|Dimension value must be integer|"
        r"The (?:following previous layers|name) [^\n]*(?:used \d+ times|all layer names)|"
        r"names should be unique|should be called on a list of(?: at least)? \d+ input|"
        r"`?inputs`? (?:argument )?(?:should|must) be (?:the output|a list)[^\n]*Input|"
        r"cannot contain character `?/|is not a valid (?:root )?scope name|"
        r"[Ii]nbound_nodes|Cannot (?:clone|reconstruct) |"
        r"(?:has never been called|not connected)[^\n]*(?:no defined (?:input|output)|inbound)|"
        r"'NoneType' object has no attribute '_keras_shape'|"
        r"Layer \w+ (?:was|is) not connected|tuple index out of range",
        answer(
            _CONFIG,
            "wiring of the layers",
            "{keras} cannot connect the layers as the config describes: another version of "
            "Keras wrote it, or this version has a bug.{saved}",
            SAME_KERAS,
        ),
    ),
    rule(
        "improper-config",
        r"Improper config format|Unknown entries in \w+ dictionary|not a KerasSaveable|"
        r"Unknown dtype policy|could not be deserialized|"
        r"Unknown `?config`? as a `?dict|"
        r"must (?:contain|have) (?:the )?keys?[^\n]*class_name|"
        r"Invalid [Rr]eduction [Kk]ey:? ?(?P<key>\S+)|"
        r"(?:string indices must be integers|'(?:list|str|NoneType|dict|bool|int)' object has no "
        r"attribute '(?:items|pop|get|lower|startswith|upper|keys|copy|rank|as_list|values)')|"
        r"KeyError:? ['\"]+(?P<config>class_name|config|module|registered_name|layers|name|"
        r"input_layers|build_config|batch_shape|batch_input_shape|shared_object_id)|"
        r"model_from_json returned a (?P<what>\w+)|"
        r"Cannot (?:interpret|convert) '?(?P<dtype>[\w<>{}' :,]+)'? (?:as|"
        r"to) a (?:TensorFlow )?d(?:ata ?)?type|"
        r"\b(?P<argument>\w{1,60})`? is deprecated in the new Keras optimizer|"
        r"KeyError:? ['\"](?P<training>sample_weight_mode|loss_weights|weighted_metrics|"
        r"optimizer_config|"
        r"metrics|loss|optimizer|learning_rate|lr|keras_version|backend|training_config)['\"]|"
        r"losses\.deserialize, loss_config|compile_args_from_training_config|"
        r"deserialize_keras_object|"
        r"Expected (?:object|config)[^\n]*(?:dict|config)[^\n]*[Rr]eceived",
        answer(
            _CONFIG,
            "config {key}{config}{argument}{training}",
            "The config in the file has a form that {keras} cannot read: a different version of "
            "Keras wrote it.{saved}",
            SAME_KERAS,
        ),
        when=lambda s: s.stage != "run" and "JSONDecodeError" not in s.text,
    ),
    rule(
        "backend-function-gone",
        r"module '(?:tensorflow\.python\.)?keras[\w.]*backend' has no attribute '(?P<name>\w+)'",
        answer(
            _CONFIG,
            "backend.{name}",
            "Code inside the model calls `backend.{name}`, which {keras} does not have.{saved}",
            SAME_KERAS,
        ),
        when=lambda s: s.stage == "load",
    ),
    rule(
        "not-a-layer-of-this-keras",
        r"Only instances of `?keras\.Layer`? can be added|"
        r"The added layer must be an instance of class Layer|"
        r"Unexpected object from deserialization, expected a layer or operation, got an? <class|"
        r"(?:expected|must be)[^\n]*instance of (?:class )?`?(?:keras\.)?(?:Layer|Optimizer|"
        r"Model)\b",
        answer(
            _CONFIG,
            "mixed Keras packages",
            "Objects of different Keras packages (keras, tf.keras, tf_keras) are mixed.",
            advice(
                "Use one package for all of them, or install tf-keras and set "
                "TF_USE_LEGACY_KERAS=1."
            ),
        ),
    ),
)

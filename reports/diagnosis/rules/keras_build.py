"""Keras models that are read correctly but cannot be built."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.file_kind import kind_of
from reports.diagnosis.history import of_keras
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.rules.keras_config import SAME_KERAS, hand_over
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_FORMAT = Cause.KERAS3_FORMAT_UNSUPPORTED

_AS_LAYER = advice(
    "Use TFSMLayer for inference, or load it with tf.saved_model.load.",
    "keras.layers.TFSMLayer(path, call_endpoint='serving_default')",
    loader="tfsm_layer",
)


def _not_supported(symptom: Symptom, found: Match) -> Diagnosis:
    path = (found.groupdict().get("path") or "").strip(" .`'\"") or symptom.path
    if symptom.at.exists is False or found.groupdict().get("path") in ("", " ", "."):
        return diagnosis(
            symptom,
            found,
            Cause.MISSING_FILE,
            "{at}",
            "`{at}` does not exist. Keras 3 reports an unsupported format before it checks "
            "whether the file exists.",
            advice("Give the path of an existing file."),
            at=path,
        )
    return diagnosis(
        symptom,
        found,
        _FORMAT,
        "{at}",
        "Keras 3 reads only .keras and .h5 files, and `{at}` is {seen}.{saved}",
        _AS_LAYER,
        SAME_KERAS,
        at=path or "the path",
        seen=_other_format(symptom),
    )


def _other_format(symptom: Symptom) -> str:
    """What lies at a path that Keras 3 does not read, as far as it is known."""
    if symptom.format.startswith("saved_model") or "saved_model.pb" in symptom.at.names:
        return "a SavedModel folder"
    if symptom.at.is_folder:
        return "a folder"
    return kind_of(symptom.at.head) or "neither (it may be a SavedModel folder)"


def _revived(symptom: Symptom, found: Match) -> Diagnosis:
    if symptom.keras_3 is False and symptom.loader == "saved_model":
        return diagnosis(
            symptom,
            found,
            _CONFIG,
            "{attribute}",
            "The SavedModel contains Keras objects (such as its optimizer) that only Keras can "
            "restore, and {here} imports Keras only when it is first used (missing method: "
            "`{attribute}`).{saved}",
            advice(
                "Access tf.keras before you load the model.",
                "tf.keras.models.load_model\ntf.saved_model.load(path)",
                loader="saved_model",
            ),
            here=symptom.here,
        )
    return diagnosis(
        symptom,
        found,
        _CONFIG,
        "{attribute}",
        "The SavedModel contains Keras objects (such as its optimizer) that only Keras 2 can "
        "restore (missing method: `{attribute}`).{saved}",
        advice(
            "Load it with tf.compat.v1.saved_model.load in a session, or install and import "
            "tf-keras first.",
            "tf.compat.v1.saved_model.load(session, tags, path)",
            loader="session",
        ),
        advice(
            "Save the model again without the optimizer.",
            "model.save(path, include_optimizer=False)",
        ),
    )


def _deserialized(symptom: Symptom, found: Match) -> Diagnosis:
    name = found["name"].rpartition(".")[2]
    if name in symptom.custom_objects or not of_keras(name):
        return diagnosis(
            symptom,
            found,
            Cause.MISSING_CUSTOM_OBJECT,
            "{name}",
            "`{name}` is a custom class of the model author and cannot be built from its config.",
            hand_over(name),
            name=name,
        )
    return diagnosis(
        symptom,
        found,
        _CONFIG,
        "{name}",
        "{keras} cannot build `{name}` from the config in the file: a different version of "
        "Keras wrote it.{saved}",
        SAME_KERAS,
        name=name,
    )


def _wired(symptom: Symptom, found: Match) -> Diagnosis | None:
    """Keras 3 says `Received 2 instead` while it builds, Keras 2 `it received` when called."""
    if "it received" in found.group() and symptom.stage != "load":
        return None
    return diagnosis(
        symptom,
        found,
        _CONFIG,
        "layer {layer}",
        "While the model was rebuilt, layer `{layer}` got {got} inputs instead of {wanted}. "
        "Some versions of Keras connect nested models incorrectly.{saved}",
        advice(
            "Load it with the Keras version that saved it, or build the model in code and load "
            "the weights."
        ),
    )


FORMATS = (
    rule(
        "keras-3-format",
        r"File format not supported:?\s*filepath=(?P<path>[^\n]*?)\.?\s*Keras 3 only supports|"
        r"Keras 3 only supports V3|legacy SavedModel format is not\s+supported by|"
        r"(?i:keras 3 (?:does not|no longer) supports?[^\n]*(?:savedmodel|tf format|"
        r"save_format))",
        _not_supported,
    ),
    rule(
        "keras-3-extension",
        r"`?save_format`? argument is deprecated in Keras 3|"
        r"Invalid filepath extension for saving|"
        r"filename must end in `?\.weights\.h5|must end in `?\.keras|"
        r"Please add either a `?\.keras`? extension|save_format=['\"]?tf|"
        r"following argument\(s\) are not supported with the native Keras format",
        answer(
            _FORMAT,
            "file name or save_format",
            "Keras 3 writes and reads only .keras, .h5 and .weights.h5 files. The file "
            "extension decides the format.",
            advice("Save as .keras, or use model.export for a SavedModel.", "model.export(path)"),
        ),
    ),
)

REVIVED = (
    rule(
        "optimizer-revived",
        r"'(?:_UserObject|_RestoredOptimizer|RestoredOptimizer|AutoTrackable|"
        r"\w*Trackable\w*)' object "
        r"has no attribute '(?P<attribute>add_slot|_create_or_restore_slot_variable|"
        r"call_and_return_\w+|call_and_return_conditional_losses|keras_api|"
        r"_\w*(?:slot|hyper|restore)\w*|layers|variables|trainable_\w+)'|"
        r"(?P<slots>_create_or_restore_slot_variable)",
        _revived,
    ),
    rule(
        "revived-with-a-tensor",
        r"save_fn\(checkpoint_key\)|(?P<attribute>_gather_saveables_for_checkpoint)[^\n]*",
        _revived,
    ),
)

BUILD = (
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

"""Files and objects of SavedModels that this version of Keras does not read."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.direction import same_keras
from reports.diagnosis.file_kind import kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_FORMAT = Cause.KERAS3_FORMAT_UNSUPPORTED

_AS_LAYER = advice(
    "Use TFSMLayer for inference, or load it with tf.saved_model.load.",
    "keras.layers.TFSMLayer(path, call_endpoint='serving_default')",
    loader="tfsm_layer",
)


def _not_supported(symptom: Symptom, match: Match) -> Diagnosis:
    path = match["path"].strip(" .`'\"") or symptom.path
    if symptom.at.exists is False or match["path"] in ("", " ", "."):
        return diagnosis(
            symptom,
            match,
            Cause.MISSING_FILE,
            "{at}",
            "`{at}` does not exist. Keras 3 reports an unsupported format before it checks "
            "whether the file exists.",
            advice("Give the path of an existing file."),
            at=path,
        )
    return diagnosis(
        symptom,
        match,
        _FORMAT,
        "{at}",
        "Keras 3 reads only .keras and .h5 files, and `{at}` is {seen}.{saved}",
        _AS_LAYER,
        same_keras,
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


def _revived(symptom: Symptom, match: Match) -> Diagnosis:
    if symptom.keras_3 is False and symptom.loader == "saved_model":
        return diagnosis(
            symptom,
            match,
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
        match,
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


FORMATS = (
    Rule(
        name="keras-3-format",
        said=(
            (
                r"File format not supported:?\s*filepath=(?P<path>[^\n]*?)\.?\s*Keras 3 "
                r"only supports"
            ),
            r"Keras 3 only supports V3",
            r"legacy SavedModel format is not\s+supported by",
            (
                r"(?i:keras 3 (?:does not|no longer) supports?[^\n]*(?:savedmodel|tf format|"
                r"save_format))"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS3_FORMAT_UNSUPPORTED,
        explain=_not_supported,
        source="",
        examples=(
            Example(
                ("File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files"),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="keras-3-extension",
        said=(
            r"`?save_format`? argument is deprecated in Keras 3",
            r"Invalid filepath extension for saving",
            r"filename must end in `?\.weights\.h5",
            r"must end in `?\.keras",
            r"Please add either a `?\.keras`? extension",
            r"save_format=['\"]?tf",
            r"following argument\(s\) are not supported with the native Keras format",
        ),
        certainty=CERTAIN,
        cause=_FORMAT,
        subject="file name or save_format",
        explanation=(
            "Keras 3 writes and reads only .keras, .h5 and .weights.h5 files. The file "
            "extension decides the format."
        ),
        remedies=(
            advice("Save as .keras, or use model.export for a SavedModel.", "model.export(path)"),
        ),
        source="",
        examples=(
            Example(
                "The `save_format` argument is deprecated in Keras 3.",
                subject="file name or save_format",
            ),
        ),
    ),
)

REVIVED = (
    Rule(
        name="optimizer-revived",
        said=(
            (
                r"'(?:_UserObject|_RestoredOptimizer|RestoredOptimizer|AutoTrackable|"
                r"\w*Trackable\w*)' object has no attribute '(?P<attribute>add_slot|"
                r"_create_or_restore_slot_variable|call_and_return_\w+|"
                r"call_and_return_conditional_losses|keras_api|_\w*(?:slot|hyper|"
                r"restore)\w*|layers|variables|trainable_\w+)'"
            ),
            r"(?P<slots>_create_or_restore_slot_variable)",
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_revived,
        source="",
        examples=(
            Example(
                "AttributeError: '_UserObject' object has no attribute 'add_slot'",
                subject="add_slot",
            ),
        ),
    ),
    Rule(
        name="revived-with-a-tensor",
        said=(
            r"save_fn\(checkpoint_key\)",
            r"(?P<attribute>_gather_saveables_for_checkpoint)[^\n]*",
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_revived,
        source="",
        examples=(
            Example(
                "ValueError: save_fn(checkpoint_key) expected a Tensor",
                subject="save_fn(checkpoint_key)",
            ),
        ),
    ),
)

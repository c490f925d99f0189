"""Keras objects in a SavedModel that cannot be brought back."""

from __future__ import annotations

from matrix.plan.loaders.saved_model import KERAS_FIRST
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.rules.keras.custom import bare_name, is_users, missing_custom_object
from reports.diagnosis.rules.keras.formats import AS_A_GRAPH
from reports.diagnosis.rules.keras.names import name_of_keras
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
_RESTORE = (
    r"Unable to restore (?:an? )?(?:custom )?(?:layer|object|metric|class|model)s? of "
    r"(?:class|type) (?:<class )?['\"]?(?P<name>\w[\w>.]*\w)",
    r"(?:Cannot|Could not) (?:revive|restore) (?:custom )?(?:layer|object|class|metric) "
    r"['\"]?(?P<name>\w+)",
)
_NAMELESS = r"Unable to restore custom (?P<what>layer|object|metric|class|model)s?\b(?! of)"
_REVIVED_OBJECT = (
    r"'(?:_UserObject|_?RestoredOptimizer|AutoTrackable|\w*Trackable\w*)' object has no attribute "
    r"'(?P<attribute>add_slot|call_and_return_\w+|keras_api|_\w*(?:slot|hyper|restore)\w*|layers|"
    r"variables|trainable_\w+)'",
    r"(?P<attribute>_create_or_restore_slot_variable)",
    r"save_fn\(checkpoint_key\)",
    r"(?P<attribute>_gather_saveables_for_checkpoint)",
)
_KERAS_COMES_LATE = Fact(
    "tf.saved_model.load ran in a TensorFlow that imports its Keras 2 when it is first used",
    lambda s: s.keras_3 is False and s.loader == "saved_model",
)


def _of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    name = bare_name(match["name"])
    # The type that TensorFlow gives an object of a class that it does not know.
    kind = name if name.startswith("_tf_keras") else ""
    part = kind.removeprefix("_tf_keras_") or match["what"] or "object"
    if kind:
        name, part = "", f"{part} ({kind})"
    elif name and not is_users(symptom, name):
        return None
    said = (
        "The SavedModel contains an object of the class `{custom}`, which was not passed to the "
        "loader."
        if name
        else "The SavedModel contains an object of a custom class, which the loader was not given."
    )
    return missing_custom_object(symptom, match, name or f"custom {part}", AS_A_GRAPH, said=said)


REVIVED = (
    Rule(
        name="revived-under-a-keras-name",
        said=(
            r"Unable to restore (?:a layer|object) of class ['\"]?(?P<name>[\w>.]+)['\"]?\s+likely "
            r"due to name conflict with built-in Keras class",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{name}",
        explanation=(
            "`{name}` in the SavedModel is not the class that {keras} has under this name, "
            "and Keras does not choose between them."
        ),
        remedies=(same_keras, AS_A_GRAPH),
        source="keras/saving/legacy/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "Unable to restore object of class 'MultiHeadAttention' likely due to "
                "name conflict with built-in Keras class '<class "
                "'keras.layers.attention'>'.",
                subject="MultiHeadAttention",
            ),
        ),
    ),
    Rule(
        name="revived-class-of-the-author",
        said=(*_RESTORE, _NAMELESS),
        unless=(r"name conflict with built-in", r"not all expected tensors"),
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=_of_the_author,
        source="keras/saving/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                'Unable to restore custom object of class "MyMetric" (type _tf_keras_metric)',
                subject="MyMetric",
            ),
            Example(
                "ValueError: Unable to restore custom object of type _tf_keras_metric currently. "
                "Please make sure that the layer implements `get_config`and `from_config` when "
                "saving.",
                subject="custom metric (_tf_keras_metric)",
            ),
            Example(
                "Unable to restore custom metric. Please ensure that the layer implements "
                "`get_config` and `from_config` when saving.",
                subject="custom metric",
            ),
            Example(
                "RuntimeError: Unable to restore a layer of class TextVectorizer. Layers of class "
                "TextVectorizer require that the class be provided to the model loading code",
                subject="TextVectorizer",
            ),
        ),
    ),
    Rule(
        name="revived-class-of-keras",
        said=_RESTORE,
        unless=(
            r"name conflict with built-in",
            r"not all expected tensors",
            r"of (?:class|type) ['\"]?_tf_keras",
        ),
        certainty=LIKELY,
        cause=_CONFIG,
        explain=name_of_keras,
        source="keras/saving/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "RuntimeError: Unable to restore a layer of class TFOpLambda. Layers of class "
                "TFOpLambda require that the class be provided",
                subject="TFOpLambda",
            ),
        ),
    ),
    Rule(
        name="call-not-in-the-saved-model",
        said=(
            r"Cannot call (?:custom layer )?(?P<layer>[\w/.-]+) (?:of type "
            r"[^\n]{0,200}?|\([^\n]*?\))"
            r", because the call function was not serialized",
        ),
        certainty=CERTAIN,
        cause=_CUSTOM,
        subject="layer {layer}",
        explanation=(
            "Layer `{layer}` is of a custom class that was not passed to the loader, and its call "
            "was not saved with the model."
        ),
        remedies=(
            advice(
                "Give the class a get_config, and pass it as custom_objects when you load the "
                "model."
            ),
        ),
        source="keras/saving/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Cannot call custom layer attention of type <class "
                "'keras.saving.saved_model.load.Attention'>, because the call function was not "
                "serialized to the SavedModel.",
                subject="layer attention",
            ),
        ),
    ),
    Rule(
        name="models-not-initialized",
        said=(
            r"following model(?:s|\(s\)) could not be initialized: (?P<name>[^\n]{1,120})",
            r"Error when loading (?P<name>\S{1,120}): could not find attribute",
            r"No common (?P<name>supertype) of ",
            r"Cannot find a common (?P<name>shape) when LHS",
        ),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="{name}",
        explanation=(
            "{keras} cannot rebuild a model from the layers that the SavedModel lists. Most often "
            "a different version of Keras wrote it."
        ),
        remedies=(same_keras, AS_A_GRAPH),
        source="keras/saving/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Error when loading from SavedModel -- the following models could not "
                "be initialized: encoder",
                subject="encoder",
            ),
        ),
    ),
    Rule(
        name="optimizer-revived",
        said=_REVIVED_OBJECT,
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{attribute}",
        explanation=(
            "The SavedModel contains Keras objects (such as its optimizer) that only Keras 2 can "
            "restore (missing method: `{attribute}`)."
        ),
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or install and import "
                "tf-keras first.",
                "model = tf.compat.v1.saved_model.load(session, tags, path)",
                loader="session",
            ),
            advice(
                "Save the model again without the optimizer.",
                "model.save(path, include_optimizer=False)",
            ),
        ),
        source="tensorflow/python/saved_model/load.py",
        examples=(
            Example(
                "AttributeError: '_UserObject' object has no attribute 'add_slot'",
                subject="add_slot",
            ),
            Example(
                "ValueError: save_fn(checkpoint_key) expected a Tensor",
                subject="save_fn(checkpoint_key)",
            ),
        ),
        counter_examples=(
            Example("AttributeError: '_UserObject' object has no attribute 'predict'"),
        ),
    ),
    Rule(
        name="optimizer-revived-before-keras",
        said=_REVIVED_OBJECT,
        facts=(_KERAS_COMES_LATE,),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{attribute}",
        explanation=(
            "The SavedModel contains Keras objects (such as its optimizer) that only Keras can "
            "restore, and {here} imports Keras only when it is first used (missing method: "
            "`{attribute}`)."
        ),
        remedies=(
            Advice(
                text="Access tf.keras before you load the model.",
                snippet="tf.keras.models.load_model\nmodel = tf.saved_model.load(path)",
                workaround=KERAS_FIRST,
            ),
        ),
        source="tensorflow/python/saved_model/load.py (TensorFlow 2.6 to 2.15)",
        examples=(
            Example(
                Symptom(
                    kind="AttributeError",
                    message="'_UserObject' object has no attribute 'add_slot'",
                    loader="saved_model",
                    tf_loaded="2.6.5",
                ),
                subject="add_slot",
            ),
        ),
    ),
)

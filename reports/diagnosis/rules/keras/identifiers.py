"""Optimizers, losses, metrics and other parts that a config names in a form of another Keras."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.facts.frames import BY_LOADER
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.custom import (
    NO_COMPILE,
    is_users,
    kind_in,
    missing_custom_object,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
_IDENTIFIER = (
    r"(?:Could not|Cannot) interpret (?P<kind>(?!`?dtype)[\w ]{1,30}?)(?: function)?"
    r"(?: identifier| name)?: ?['\"]?(?P<what>[^\n]{1,200})",
)
_OBJECT = re.compile(
    r"(?:[\w>]*[.>])?(\w+) object at|<class '(?:\w+\.)*(\w+)|class_name['\"]: ['\"]([\w>]+)"
)
_OF_PYTHON = re.compile(r"[,\s]{0,3}<(?:class '|(?:tensorflow|keras|tf_keras)[\w.]* object at)")
_OR_CODE = Alternative(
    cause=Cause.API_REMOVED,
    explanation="The code gives this Keras an object of another Keras package.",
    decides="The last frames of the traceback: does compile fail in the code, or in load_model?",
)
_PLAIN = re.compile(r"^['\"<]?(?:function )?([\w>]+)")


def _bare(what: str) -> str:
    found = _OBJECT.search(what) or _PLAIN.search(what)
    return next(filter(None, found.groups()), "") if found else ""


def _unknown(symptom: Symptom, match: Match) -> bool:
    """Whether it is a name (no object) that Keras never had for such a part."""
    kind = kind_in(match["kind"])
    bare = _bare(match["what"])
    return (
        bool(kind and bare) and " object at" not in match["what"] and is_users(symptom, bare, kind)
    )


def _of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    if not _unknown(symptom, match):
        return None
    return missing_custom_object(symptom, match, _bare(match["what"]))


def _made_by_code(symptom: Symptom, match: Match) -> bool:
    """Whether it is an object or a class, and no loader shows: a file has texts alone."""
    return bool(_OF_PYTHON.match(match["what"])) and not BY_LOADER.holds(symptom)


def _is_class(symptom: Symptom, match: Match) -> bool:
    return "<class '" in match["what"] and _made_by_code(symptom, match)


def _of_another_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    if not _is_class(symptom, match):
        return None
    return diagnosis(
        symptom,
        match,
        Cause.API_REMOVED,
        "{part} {bare}",
        "The code gives {keras} an object of another Keras package, or of another version, as "
        "{part}. The model itself is not the problem.",
        advice("Import everything from one Keras: from `keras` alone, or from `tf.keras` alone."),
        bare=_bare(match["what"]),
        part=kind_in(match["kind"]) or match["kind"],
    )


def _of_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    if _unknown(symptom, match) or _is_class(symptom, match):
        return None
    answer = diagnosis(
        symptom,
        match,
        _CONFIG,
        "{part} {bare}",
        "{keras} cannot read the {part} in this form: a different version of Keras, or another "
        "Keras package, made it.",
        NO_COMPILE,
        same_keras,
        bare=_bare(match["what"]),
        part=kind_in(match["kind"]) or match["kind"],
    )
    if not _made_by_code(symptom, match):
        return answer
    return replace(answer, certainty=ONE_OF, alternatives=(_OR_CODE,))


IDENTIFIERS = (
    Rule(
        name="identifier-of-keras",
        said=_IDENTIFIER,
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=_of_keras,
        source="keras/optimizers/__init__.py, keras/src/losses/__init__.py and their neighbours",
        examples=(
            Example(
                Symptom(
                    message="ValueError: Could not interpret optimizer identifier: <keras.Adam "
                    "object at 0x1>",
                    stage="load",
                ),
                subject="optimizer Adam",
            ),
            Example(
                "ValueError: Could not interpret initializer identifier: {'class_name': "
                "'GlorotUniform', 'config': {}}",
                subject="initializer GlorotUniform",
            ),
        ),
    ),
    Rule(
        name="identifier-of-another-keras",
        said=_IDENTIFIER,
        certainty=ONE_OF,
        cause=Cause.API_REMOVED,
        explain=_of_another_keras,
        alternatives=(
            Alternative(
                cause=_CONFIG,
                explanation="The loader built it from the config in the file, with another Keras.",
                decides="The last frames of the traceback: does compile fail in the code, or in "
                "load_model?",
            ),
        ),
        source="keras/optimizers/__init__.py, public report",
        examples=(
            Example(
                "ValueError: ('Could not interpret optimizer identifier:', <class "
                "'keras.optimizers.SGD'>)",
                subject="optimizer SGD",
            ),
        ),
    ),
    Rule(
        name="identifier-of-the-author",
        said=_IDENTIFIER,
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=_of_the_author,
        source="keras/optimizers/__init__.py, keras/src/losses/__init__.py and their neighbours",
        examples=(
            Example(
                "ValueError: Could not interpret activation function identifier: mish2",
                subject="mish2",
            ),
        ),
    ),
    Rule(
        name="reduction-of-another-keras",
        said=(
            r"Invalid value for argument `?reduction`?[^\n]{0,200}?[Rr]eceived:?(?: reduction=)? ?"
            r"['\"]?(?P<key>\w+)",
            r"Invalid [Rr]eduction [Kk]ey:? ?['\"]?(?P<key>\w+)",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="reduction {key}",
        explanation=(
            "The config of a loss or metric has the reduction `{key}`, which {keras} does not "
            "know: "
            "Keras 2 and Keras 3 name them differently."
        ),
        remedies=(NO_COMPILE, same_keras),
        source="keras/src/losses/loss.py (Keras 3), keras/utils/losses_utils.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Invalid value for argument `reduction`. Expected one of {'sum', "
                "'sum_over_batch_size', None}. Received: reduction=auto",
                subject="reduction auto",
            ),
            Example("ValueError: Invalid Reduction Key: mean.", subject="reduction mean"),
        ),
    ),
    Rule(
        name="dtype-of-another-keras",
        said=(
            r"Cannot interpret `dtype` argument[^\n]*[Rr]eceived: dtype=(?P<dtype>[^\n]{1,100})",
            r"Cannot (?:interpret|convert) ['\"]?(?P<dtype>[\w<>{}' :,.]{1,100}?)['\"]? "
            r"(?:as a|to a|as) (?:mixed precision \w+|(?:TensorFlow )?d(?:ata ?)?type)",
            r"Unknown dtype policy:? ?(?P<dtype>\S{1,60})?",
            r"ValueError: Invalid dtype: (?P<dtype>[^\n]{1,60})",
        ),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="dtype {dtype}",
        explanation=(
            "The config describes the data type of a layer in a form that {keras} does not know: a "
            "different version of Keras wrote it."
        ),
        remedies=(same_keras,),
        source="keras/src/dtype_policies/__init__.py (Keras 3), "
        "tensorflow/python/framework/dtypes.py",
        examples=(
            Example(
                "ValueError: Cannot interpret `dtype` argument. Expected a string or an instance "
                "of DTypePolicy. Received: dtype=Policy",
                subject="dtype Policy",
            ),
        ),
    ),
    Rule(
        name="optimizer-of-an-older-checkpoint",
        said=(
            r"restore a checkpoint from a legacy Keras (?P<part>optimizer) into a v2\.11",
            r"Serialized (?P<part>LossScaleOptimizer)s with a LossScale",
            r"Cannot deserialize (?P<part>LossScaleOptimizer) with",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{part}",
        explanation=(
            "The file has the state of an optimizer of an older Keras, which {keras} cannot "
            "continue."
        ),
        remedies=(
            advice(
                "Build the model with an optimizer of tf.keras.optimizers.legacy (TensorFlow 2.11 "
                "to 2.15), or restore the model without its optimizer."
            ),
        ),
        source="keras/optimizers/optimizer.py (TensorFlow 2.11 to 2.15)",
        examples=(
            Example(
                "ValueError: You are trying to restore a checkpoint from a legacy Keras optimizer "
                "into a v2.11+ Optimizer, which can cause errors.",
                subject="optimizer",
            ),
        ),
    ),
    Rule(
        name="training-config",
        said=(
            r"losses\.deserialize, loss_config",
            r"compile_args_from_training_config",
            r"KeyError:? ['\"](?P<key>sample_weight_mode|loss_weights|weighted_metrics|"
            r"optimizer_config|training_config)['\"]",
        ),
        unless=(r"NameError",),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="training config {key}",
        explanation=(
            "The training config in the file (optimizer, losses, metrics) has a form that {keras} "
            "cannot read: a different version of Keras wrote it."
        ),
        remedies=(NO_COMPILE, same_keras),
        source="keras/saving/saving_utils.py (Keras 2), keras/src/legacy/saving (Keras 3)",
        examples=(
            Example("KeyError: 'sample_weight_mode'", subject="training config sample_weight_mode"),
        ),
    ),
    Rule(
        name="mixed-packages",
        said=(
            r"Only instances of `?keras\.Layer`? can be added[^\n]{0,80}?(?:Received: "
            r"<(?:\w+\.)*(?P<name>\w+))?",
            r"The added layer must be an instance of class Layer[^\n]{0,40}?(?:(?:Found|Received: "
            r"layer)[:=] ?<(?:\w+\.)*(?P<name>\w+))?",
            r"'(?P<name>Node)' object has no attribute 'output_masks'",
            r"'(?P<name>tuple)' object has no attribute 'layer'",
            r"'(?P<name>InputLayer)' object is not iterable",
            r"Unexpected object from deserialization, expected a layer or operation, got an? "
            r"<class",
            r"(?:expected|must be)[^\n]{0,80}instance of (?:class "
            r")?`?(?:keras\.)?(?:Layer|Optimizer|"
            r"Model)\b",
        ),
        named=(
            r"[Rr]eceived:? (?:layer=)?<(?:\w+\.)+(?P<name>\w+)",
            r"Found: <(?:\w+\.)+(?P<name>\w+)",
        ),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="{name}",
        explanation="Objects of different Keras packages (keras, tf.keras, tf_keras) are mixed.",
        remedies=(
            advice(
                "Use one package for all of them, or install tf-keras and set "
                "TF_USE_LEGACY_KERAS=1."
            ),
        ),
        source="keras/src/models/sequential.py (Keras 3), keras/engine/sequential.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Only instances of `keras.Layer` can be added to a Sequential model. "
                "Received: <tensorflow_hub.keras_layer.KerasLayer object at 0x2> (of type <class "
                "'tensorflow_hub.keras_layer.KerasLayer'>)",
                subject="KerasLayer",
            ),
            Example(
                "AttributeError: 'Node' object has no attribute 'output_masks'", subject="Node"
            ),
            Example("AttributeError: 'tuple' object has no attribute 'layer'", subject="tuple"),
        ),
    ),
)

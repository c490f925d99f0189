"""Losses and metrics of Keras itself that a newer Keras does not find as a file names them."""

from __future__ import annotations

from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.advising.history import of_keras
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.custom import NO_COMPILE
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_OF_TRAINING = r"(?:tf_)?keras(?:\.src)?\.(?:metrics|losses)(?:\.\w+)?"
# Functions that are named without their module may be the author's: Keras writes `builtins` then.
_FUNCTION = (
    r"Could not locate function '(?P<name>\w+)'[^\n]{0,200}"
    rf"'module': '(?P<module>{_OF_TRAINING}|builtins)'"
)


def _of_training(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A loss or metric of Keras; `None` for one of the model author."""
    name = match["name"]
    if not of_keras(name, "metric") or name in symptom.custom_objects:
        return None
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{name}",
        "The model was compiled with `{name}`, a loss or metric of Keras itself, and {keras} does "
        "not find it under the name in the file. Only training needs it.",
        NO_COMPILE,
        same_keras,
    )


COMPILED = (
    Rule(
        name="compiled-with-a-name-of-keras",
        said=(
            rf"Could not deserialize '(?P<module>{_OF_TRAINING})\.(?P<name>\w+)' because it is "
            r"not a KerasSaveable",
            _FUNCTION,
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=_of_training,
        source="keras/src/saving/serialization_lib.py (Keras 3)",
        examples=(
            Example(
                "ValueError: Could not deserialize 'keras.metrics.mse' because it is not a "
                "KerasSaveable subclass",
                subject="mse",
            ),
            Example(
                "TypeError: Could not locate function 'mse'. Make sure custom classes are "
                "decorated with `@keras.saving.register_keras_serializable()`. Full object "
                "config: {'module': 'keras.metrics', 'class_name': 'function', 'config': 'mse', "
                "'registered_name': 'mse'}",
                subject="mse",
            ),
        ),
        counter_examples=(
            Example(
                "TypeError: Could not locate function 'dice_coef'. Make sure custom classes are "
                "decorated with `@keras.saving.register_keras_serializable()`. Full object "
                "config: {'module': 'builtins', 'class_name': 'function', 'config': 'dice_coef', "
                "'registered_name': 'function'}"
            ),
            Example(
                "ValueError: Could not deserialize 'my_model.metrics.mse' because it is not a "
                "KerasSaveable subclass"
            ),
        ),
    ),
)

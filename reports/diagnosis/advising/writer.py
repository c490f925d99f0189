"""Who wrote a model: Keras 1, 2 or 3, and with which TensorFlow, by its file or by its words."""

from __future__ import annotations

import re

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from matrix.versions import version_in
from reports.diagnosis.symptom import Symptom

# How the configs of each Keras name their modules, classes and arguments. A module counts where a
# config names it: in a traceback and in the name of a class it tells of the reader.
_NAMED = r"(?:['\"]module['\"]: ?['\"]|parent module )"
_WORDS_OF_KERAS_3 = re.compile(
    rf"{_NAMED}(?:keras\.src\.(?:models|ops|dtype_policies|layers\.layer|backend)\b|keras_core\b)|"
    r"['\"]class_name['\"]: ?['\"](?:DTypePolicy|__keras_tensor__)['\"]|"
    r"['\"](?:batch_shape|quantization_config)['\"]"
)
_WORDS_OF_KERAS_2 = re.compile(
    rf"{_NAMED}(?:keras\.(?:src\.)?(?:engine|mixed_precision|saving\.legacy)|tf_keras|"
    r"tensorflow(?:_core)?\.python\.keras)\b|"
    r"['\"]class_name['\"]: ?['\"](?:Policy|TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)['\"]|"
    r"['\"](?:batch_input_shape|time_major)['\"]"
)
_WORDS_OF_KERAS_1 = re.compile(
    r"['\"](?:[Wb]_(?:regularizer|constraint)|nb_(?:filter|row|col)|border_mode|subsample|"
    r"inner_init|input_dtype)['\"]"
)


def written_by_keras_3(symptom: Symptom) -> bool | None:
    """Whether Keras 3 wrote the config, by the file or by how its words name things."""
    if symptom.saved_by_keras_3 is not None:
        return symptom.saved_by_keras_3
    if written_by_keras_1(symptom):
        return False
    new, old = (
        bool(words.search(symptom.config_text)) for words in (_WORDS_OF_KERAS_3, _WORDS_OF_KERAS_2)
    )
    return new if new != old else None


def written_by_keras_1(symptom: Symptom) -> bool:
    """Whether Keras 1 wrote the config, by the file or by how its words name things."""
    keras = version_in(symptom.keras_saved)
    if keras is not None or symptom.tf_saved:
        return keras is not None and keras.major == 1
    return bool(_WORDS_OF_KERAS_1.search(symptom.config_text))


def release_of_writer(symptom: Symptom) -> str:
    """The minor release of TensorFlow that wrote the model; empty where nothing tells."""
    return minor_text(symptom.tf_saved) or _release_with_keras(symptom.keras_saved)


def older_than(symptom: Symptom, release: str) -> bool | None:
    """Whether the TensorFlow that reads is older than a minor release; `None` if unknown."""
    if symptom.tf is None:
        return None
    return symptom.tf.release[:2] < Version(release).release[:2]


def minor_text(version: str) -> str:
    """`2.16` of `2.16.2`; empty where it is no version."""
    known = version_in(version)
    return ".".join(map(str, known.release[:2])) if known else ""


def _release_with_keras(keras: str) -> str:
    """The first TensorFlow that has a Keras 2 of that minor version; empty where none is known."""
    wanted, history = minor_text(keras), api_history()
    if wanted in ("2.13", "2.14", "2.15"):
        # These do not say which Keras they have: it is the one of their own number.
        return wanted
    pairs = zip(history.releases, history.keras["keras"], strict=True)
    return next((minor_text(tf) for tf, has in pairs if wanted and minor_text(has) == wanted), "")

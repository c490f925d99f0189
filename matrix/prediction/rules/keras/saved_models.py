"""SavedModels with objects of Keras: where Keras wrote what they are."""

from __future__ import annotations

from matrix.plan.loader import SAVED_MODELS
from matrix.prediction.rule import Case, Judgement, Rule, fails
from matrix.prediction.rules.keras.edition import LOADERS, edition_of

# The last release that looks for it in the graph, also where `keras_metadata.pb` is there.
_LAST_IN_GRAPH = (2, 5)


def _metadata(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or not keras.has_metadata_file or keras.has_own_metadata:
        return None
    edition = edition_of(case)
    if edition.space == "keras" and edition.minor <= _LAST_IN_GRAPH:
        return fails(
            "Keras up to TensorFlow 2.5 looks for its metadata in saved_model.pb, and this one has "
            "it in keras_metadata.pb"
        )
    return None


def _no_metadata(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or keras.has_metadata_file or keras.has_own_metadata:
        return None
    return fails("it was saved with tf.saved_model.save, without the metadata of Keras")


RULES = (
    Rule(
        name="keras-metadata-file",
        judge=_metadata,
        loaders=LOADERS,
        formats=SAVED_MODELS,
        source="`load` in keras/saving/saved_model/load.py of TensorFlow 2.4 to 2.6",
    ),
    Rule(
        name="keras-no-metadata",
        judge=_no_metadata,
        loaders=LOADERS,
        formats=SAVED_MODELS,
        source="`_read_legacy_metadata` in keras/saving/saved_model/load.py of TensorFlow 2.6",
    ),
)

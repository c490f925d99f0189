"""SavedModels with objects of Keras: where Keras wrote what they are."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.model.contents.keras import KerasObject
from matrix.plan.loader import SAVED_MODELS
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown
from matrix.prediction.rules.keras.edition import LOADERS, edition_of
from matrix.versions import version_of

# The last release that looks for it in the graph, also where `keras_metadata.pb` is there.
_LAST_IN_GRAPH = (2, 5)
# The first that insists on making lookup layers anew, and those with other tables.
_RESTORES = (2, 3)
_TABLES_RENEWED, _TABLES_MAY_DIFFER, _TABLES_CHANGED = (2, 5), (2, 6), (2, 7)
_LOOKUPS = frozenset({"StringLookup", "IntegerLookup"})
_COUNTS_FROM, _COUNTS_LONGER = (2, 1), (2, 3)


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


def _tables(case: Case) -> Judgement | None:
    """Lookup layers up to 2.6 save a table that later ones do not have."""
    written, edition = _writer(case), edition_of(case)
    if written is None or not _RESTORES <= written < _TABLES_CHANGED:
        return None
    changed = _TABLES_CHANGED if written >= _TABLES_RENEWED else _TABLES_RENEWED
    if edition.minor == _TABLES_RENEWED and any(
        one.name == "TextVectorization" for one in _restored(case)
    ):
        # It fills the table inside it by itself there.
        return None
    for one in _restored(case):
        if one.name in _LOOKUPS and edition.minor >= changed:
            said = f"TensorFlow {_shown(written)} saved the table of {one.name} in another form"
            return fails(said) if written < _TABLES_MAY_DIFFER else unknown(said)
    return None


def _counts(case: Case) -> Judgement | None:
    """The `count` of a Normalization: a variable of another type cannot be restored."""
    written, edition = _writer(case), edition_of(case)
    if written is None or not any(one.name == "Normalization" for one in _restored(case)):
        return None
    if edition.minor < _COUNTS_FROM:
        return None
    if (written < _COUNTS_LONGER) == (edition.minor < _COUNTS_LONGER):
        return None
    return fails("Normalization counts in int64 from TensorFlow 2.3 on, and in int32 before")


def _network(case: Case) -> Judgement | None:
    """A functional model, as releases from 2.2 on save it."""
    keras, edition = case.contents.keras, edition_of(case)
    if keras is None or edition.remakes or keras.root != "_tf_keras_network":
        return None
    return fails("Keras up to TensorFlow 2.1 makes a network of it, which is no Keras model")


def _restored(case: Case) -> Iterator[KerasObject]:
    keras = case.contents.keras
    return iter(keras.objects if keras else ())


def _writer(case: Case) -> tuple[int, int] | None:
    version = version_of(case.model.tensorflow)
    return None if version is None else (version.major, version.minor)


def _shown(minor: tuple[int, int]) -> str:
    return ".".join(map(str, minor))


RULES = (
    Rule(
        name="keras-network",
        judge=_network,
        loaders=LOADERS,
        formats=SAVED_MODELS,
        source="`_recreate_base_user_object` in keras/saving/saved_model/load.py of 2.0 and 2.1",
    ),
    Rule(
        name="keras-lookup-tables",
        judge=_tables,
        loaders=LOADERS,
        formats=SAVED_MODELS,
        source="`IndexLookup` in keras/layers/preprocessing/index_lookup.py of TensorFlow 2.7",
    ),
    Rule(
        name="keras-normalization-count",
        judge=_counts,
        loaders=LOADERS,
        formats=SAVED_MODELS,
        source="`Normalization` in keras/layers/preprocessing/normalization.py of 2.2 and 2.3",
    ),
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

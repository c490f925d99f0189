"""Files that Keras 3 does not read, and names of files that it does not accept."""

from __future__ import annotations

import re

from matrix.plan.workarounds.keras_workarounds import RENAMED
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.direction import as_new_as_writer, same_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.file_kind import kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_FORMAT = Cause.KERAS3_FORMAT_UNSUPPORTED
_PATH = r"(?P<path>[^\n]*?)"
_NOT_SUPPORTED = (
    rf"File format not supported:?\s*filepath={_PATH}\.?\s*(?:Keras \d|Keras Core) only\s+supports",
    r"(?:Keras 3|Keras Core) only\s+supports V3",
    rf"File format not supported:?\s*filepath={_PATH}(?:\.?\s*$|\. )",
    r"legacy SavedModel format is not\s+supported\s+by",
    r"(?i:keras 3 (?:does not|no longer) supports?[^\n]*(?:savedmodel|tf format|save_format))",
)
_TFSM = r"keras\.layers\.TFSMLayer\((?P<path>[^,\n]+),"
_AS_LAYER = advice(
    "Use TFSMLayer for inference, or load it with tf.saved_model.load.",
    "import keras\nlayer = keras.layers.TFSMLayer(path, call_endpoint='serving_default')",
    loader="tfsm_layer",
)
# By which names Keras 3 knows the formats that it reads.
_NAMED_BY = {"keras_v3": (".keras",), "keras_h5": (".h5", ".hdf5")}
_BY_ITS_CONTENT = advice(
    "If it is an HDF5 file or a .keras file, rename it to .h5 or .keras. If it is a pickle, load "
    "it with the library that wrote it."
)
_NAME_IT = advice("Give the path of an existing file.")


def _path(symptom: Symptom, match: Match) -> str:
    return match["path"].lstrip(" `'\"").rstrip(" .`'\"") or symptom.path


def _not_supported(symptom: Symptom, match: Match) -> Diagnosis | None:
    path = _path(symptom, match)
    if symptom.format in _NAMED_BY and not path.endswith(_NAMED_BY[symptom.format]):
        return _under_another_name(symptom, match, path)
    return diagnosis(
        symptom,
        match,
        _FORMAT,
        "{at}",
        "Keras 3 reads only .keras and .h5 files, and `{at}` is {seen}.",
        *((_BY_ITS_CONTENT,) if _is_otherwise_named(symptom, path) else ()),
        _AS_LAYER,
        lambda s, _: same_keras(s, keras_3=False),
        at=path or ("SavedModel" if symptom.format.startswith("saved_model") else "the path"),
        seen=_other_format(symptom, path),
    )


def _under_another_name(symptom: Symptom, match: Match, path: str) -> Diagnosis:
    """Keras 3 reads what is in the file, and goes by its name alone."""
    return diagnosis(
        symptom,
        match,
        Cause.WRONG_FORMAT_OR_PATH,
        "{at}",
        "`{at}` contains {seen}, but Keras 3 reads that only if its name ends in {ending}.",
        Advice(
            text="Rename the file so that its extension matches its content.", workaround=RENAMED
        ),
        at=path,
        seen=kind_of(symptom.at.head) or "a Keras model",
        ending=" or ".join(_NAMED_BY[symptom.format]),
    )


def _without_a_path(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Keras printed an empty path: the caller gave none, or a missing file was resolved to it."""
    if symptom.path or not re.search(r"filepath=\s*\.?\s*(?:Keras|$)", symptom.text):
        return None
    return diagnosis(
        symptom,
        match,
        Cause.MISSING_FILE,
        "empty path",
        "The loader was given an empty path. Keras 3 reports an unsupported format before it "
        "checks whether a file exists.",
        _NAME_IT,
    )


def _is_otherwise_named(symptom: Symptom, path: str) -> bool:
    """Whether all that is known is a name with an ending that Keras 3 does not know: `m.pkl`."""
    known = symptom.format or symptom.at.head or symptom.at.is_folder or symptom.at.names
    return not known and bool(re.search(r"\w\.(?!pb\b)[A-Za-z]\w{0,7}$", path))


def _other_format(symptom: Symptom, path: str) -> str:
    """What lies at a path that Keras 3 does not read, as far as it is known."""
    if symptom.format.startswith("saved_model") or "saved_model.pb" in symptom.at.names:
        return "a SavedModel folder"
    if symptom.at.is_folder:
        return "a folder"
    if _is_otherwise_named(symptom, path):
        return "neither by its name, whatever it contains"
    return kind_of(symptom.at.head) or "neither (it may be a SavedModel folder)"


_IN_METADATA = re.compile(
    r"saved_model[\\/]json_utils\.py|= json_utils\.decode\(|saving[\\/]saved_model[\\/]load\.py"
)
_READS_METADATA = Fact(
    "Keras was reading the metadata of a SavedModel",
    lambda s: (
        (s.by_keras and s.format.startswith("saved_model")) or bool(_IN_METADATA.search(s.text))
    ),
)
AS_A_GRAPH = advice(
    "Load it with tf.saved_model.load.", "model = tf.saved_model.load(path)", loader="saved_model"
)


FORMATS = (
    Rule(
        name="keras-3-format",
        said=_NOT_SUPPORTED,
        named=(_TFSM,),
        certainty=CERTAIN,
        cause=_FORMAT,
        explain=_not_supported,
        source="keras/src/saving/saving_api.py (Keras 3), keras_core",
        examples=(
            Example(
                "File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files",
                subject="m",
            ),
            Example(
                r"File format not supported: filepath=..\m.pkl. Keras 3 only supports V3 `.keras`",
                subject=r"..\m.pkl",
            ),
            Example(
                "ValueError: File format not supported: filepath=model_tf. Keras Core only "
                "supports "
                "V3 `.keras` files and legacy H5 format files",
                subject="model_tf",
            ),
            Example(
                "Note that the legacy SavedModel format is not supported by `load_model()` in "
                "Keras "
                "3. In order to reload a TensorFlow SavedModel as an inference-only layer in Keras "
                "3, use `keras.layers.TFSMLayer(export/1, call_endpoint='serving_default')`",
                subject="export/1",
            ),
        ),
    ),
    Rule(
        name="keras-3-format-of-nothing",
        said=_NOT_SUPPORTED,
        facts=(Fact("the words name no path", lambda s: not s.path, 1),),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=_without_a_path,
        source="keras/src/saving/saving_api.py (Keras 3), public report",
        examples=(
            Example(
                "ValueError: File format not supported: filepath=. Keras 3 only supports V3 "
                "`.keras` files",
                subject="empty path",
            ),
        ),
    ),
    Rule(
        name="keras-3-extension",
        said=(
            r"`?save_format`? argument is deprecated in Keras 3",
            r"Invalid `?file ?(?:path|name)`?(?: argument)?: expected",
            r"following argument\(s\) are not supported(?: with the native (?:TF-)?Keras format)?: "
            r"\[['\"]?(?P<argument>\w+)",
        ),
        named=(
            r"[Rr]eceived: filepath=(?:\.{3,})?(?P<path>[^\s'\"]+\w)",
            r"(?P<argument>save_format)=\w",
        ),
        certainty=CERTAIN,
        cause=_FORMAT,
        subject="{path}{argument}",
        explanation=(
            "Keras 3 writes and reads only .keras, .h5 and .weights.h5 files. The file "
            "extension decides the format."
        ),
        remedies=(
            advice("Save as .keras, or use model.export for a SavedModel.", "model.export(path)"),
        ),
        source="keras/src/saving/saving_api.py (Keras 3)",
        examples=(
            Example(
                "The `save_format` argument is deprecated in Keras 3. Please remove this argument. "
                "Received: save_format=tf",
                subject="save_format",
            ),
        ),
    ),
    Rule(
        name="refused-by-keras-3",
        said=(
            r"refusing to (?:load|extract) a potential (?:decompression|shape|"
            r"decompression/shape) bomb",
            r"Not allowed: H5 (?:file|dataset)(?: with)? (?P<name>[^\n':]{0,60})",
            r"Invalid H5 file, expected (?P<name>Dataset|Group)",
            r"Invalid (?:asset path|path in H5 file): '?(?P<name>[^'\n]{1,120})",
            r"HDF5 (?P<name>dataset) too large to load safely",
        ),
        named=(r"(?:weight|member|dataset|archive member|path in H5 file:?) '(?P<name>[^'\n]+)'",),
        certainty=LIKELY,
        cause=_FORMAT,
        subject="{name}",
        explanation=(
            "Newer Keras 3 versions refuse files that are packed in a way that could be an attack "
            "(extreme compression, links to other files)."
        ),
        remedies=(
            advice(
                "If you trust the source of the file, load it with an older Keras 3 version, and "
                "save it again there without compression and links."
            ),
        ),
        source="keras/src/saving/saving_lib.py (Keras 3.13 and newer)",
        examples=(
            Example(
                "ValueError: Not allowed: ZIP member 'model.weights.h5' declares 4.0 GB but only "
                "2.0 MB are stored on disk; refusing to load a potential decompression bomb.",
                subject="model.weights.h5",
            ),
        ),
    ),
)

METADATA = (
    Rule(
        name="keras-metadata-damaged",
        said=(r"Cannot parse keras metadata (?:at path )?(?P<path>[^\s:]+)",),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        subject="{path}",
        explanation="`{path}` is damaged or incomplete: its content is not what was saved.",
        remedies=(
            advice("Copy the whole SavedModel again, and compare sizes and checksums."),
            AS_A_GRAPH,
        ),
        source="keras/saving/legacy/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "OSError: Cannot parse keras metadata at path m/keras_metadata.pb: Received error: "
                "Error parsing message",
                subject="m/keras_metadata.pb",
            ),
        ),
    ),
    Rule(
        name="keras-metadata-in-another-form",
        said=(r"JSONDecodeError", r"Expecting value: ", r"return json\.loads\("),
        facts=(_READS_METADATA,),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="Keras metadata",
        explanation=(
            "Since TensorFlow 2.5, Keras stores the information about its layers in "
            "keras_metadata.pb, and older releases look for it in saved_model.pb."
        ),
        remedies=(as_new_as_writer, AS_A_GRAPH),
        source="tensorflow/python/keras/saving/saved_model/json_utils.py (TensorFlow 2.0 to 2.4)",
        examples=(
            Example(
                'File "/a/keras/saving/saved_model/load.py", line 397, in _load_layer\n'
                "    metadata = json_utils.decode(metadata)\n"
                "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
                subject="Keras metadata",
            ),
        ),
    ),
)

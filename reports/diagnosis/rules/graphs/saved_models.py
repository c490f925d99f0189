"""SavedModels: the folder, its parts, tags and signatures."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.file_kind import kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.path_facts import IS_FILE, NO_SAVED_MODEL_IN_IT
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import NAME_IT, OR_DAMAGED, OR_MISSING, path_in
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE

_FOLDER = advice(
    "Give the path of the folder that contains saved_model.pb, not a file in it and not its "
    "parent folder."
)
_OR_LEVEL = Alternative(
    cause=_WRONG,
    explanation="The path is a file, or a folder above or below the SavedModel.",
    decides="whether PATH is a folder that contains saved_model.pb",
)
_WITHOUT_KERAS = advice(
    "Use tf.saved_model.load.", "tf.saved_model.load(path)", loader="saved_model"
)
_LIST = advice("List the tags in the file.", "saved_model_cli show --dir PATH")
_LIST_ALL = advice("List the signatures of the model.", "saved_model_cli show --dir PATH --all")
_ABSENT = (
    r"SavedModel file does not exist at: *(?P<path>[^\n{%`]*?)[/\\]?(?=\{|\n|%|`|$)",
    r"Could not find SavedModel \.pb or \.(?:pbtxt|cpb) at (?:the )?supplied export directory "
    r"path(?: with prefix)?: *(?P<path>[^\n]*?)(?=\. Check|\n|$)",
)
_OF_ANOTHER_FORMAT = Fact(
    "the model is known to be of another format, which does not name its file .h5",
    lambda s: s.format in ("keras_v3", "frozen_graph", "tflite", "checkpoint"),
)
# A name with an extension is that of a file; where an .h5 file exists, HDF5 is what opens it.
_FILE_NAME = re.compile(r"[^./\\]\.(?!h5$|hdf5$)[a-zA-Z]\w{1,9}$")


def _absent(symptom: Symptom, match: Match) -> Diagnosis:
    """No saved_model.pb at a path of which only the name is known."""
    path = path_in(match, symptom).rstrip("/\\ ")
    if _FILE_NAME.search(path):
        return replace(_no_folder(symptom, match), alternatives=(OR_MISSING,))
    return diagnosis(
        symptom,
        match,
        _MISSING,
        "{at}",
        "There is no saved_model.pb in `{at}`: the path is wrong or the download is incomplete.",
        NAME_IT,
        at=path or "the path",
    )


def _no_folder(symptom: Symptom, match: Match) -> Diagnosis:
    at = symptom.at
    seen = "a folder without saved_model.pb" if at.is_folder else kind_of(at.head) or "a file"
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "A SavedModel is a folder that contains saved_model.pb, but `{at}` is {seen}.",
        _FOLDER,
        at=path_in(match, symptom).rstrip("/\\ ") or "the path",
        seen=seen,
    )


SAVED_MODELS = (
    Rule(
        name="saved-model-absent",
        said=_ABSENT,
        certainty=ONE_OF,
        cause=_MISSING,
        explain=_absent,
        alternatives=(_OR_LEVEL,),
        source="tensorflow/python/saved_model/loader_impl.py; tensorflow/cc/saved_model/reader.cc",
        examples=(
            Example(
                "SavedModel file does not exist at: m/{saved_model.pbtxt|saved_model.pb}",
                subject="m",
            ),
            Example(
                "Could not find SavedModel .pb or .pbtxt at supplied export directory path: /m/1. "
                "Check that the directory exists and that you have the right permissions for "
                "accessing it.",
                subject="/m/1",
            ),
        ),
    ),
    Rule(
        name="saved-model-is-no-folder",
        said=_ABSENT,
        facts=(IS_FILE,),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_no_folder,
        source="tensorflow/python/saved_model/loader_impl.py",
        examples=(
            Example(
                Symptom(
                    message="SavedModel file does not exist at: m.h5/{saved_model.pb}",
                    at=PathFacts(exists=True, is_folder=False, head=b"\x89HDF\r\n\x1a\n"),
                ),
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="saved-model-of-another-format",
        said=_ABSENT,
        facts=(_OF_ANOTHER_FORMAT,),
        certainty=LIKELY,
        cause=_WRONG,
        explain=_no_folder,
        alternatives=(OR_MISSING,),
        source="tensorflow/python/saved_model/loader_impl.py; public report",
        examples=(
            Example(
                Symptom(
                    message="SavedModel file does not exist at: m/{saved_model.pb}",
                    format="frozen_graph",
                ),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="saved-model-not-in-folder",
        said=_ABSENT,
        facts=(NO_SAVED_MODEL_IN_IT,),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_no_folder,
        source="tensorflow/python/saved_model/loader_impl.py",
        examples=(
            Example(
                Symptom(
                    message="SavedModel file does not exist at: m/{saved_model.pb}",
                    at=PathFacts(exists=True, is_folder=True, names=("1", "labels.txt")),
                ),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="hub-cache",
        said=(
            r"(?<![^\s'\"])(?P<path>[^\s'\"{]{0,300}tfhub_modules[^\s'\"{]*?)[/\\]?(?=[\s'\"{])"
            r"[^\n]{0,200}(?:does not exist|not found|No such|contains neither)",
            r"SavedModel file does not exist at: *(?P<path>[^\n{]*tfhub_modules[^\n{]*?)"
            r"[/\\]?(?=\{|\n|$)",
            r"Missing implementation that supports: loader\(\*\('(?P<path>[^']+)'",
        ),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation="The cache of TensorFlow Hub is incomplete: `{path}` has no model.",
        remedies=(
            advice("Delete that folder of the cache, and load the model from its address again."),
        ),
        source="tensorflow_hub/resolver.py; tensorflow_hub/registry.py",
        examples=(
            Example(
                "Missing implementation that supports: loader(*('/home/u/tfhub_modules/1a',))",
                subject="/home/u/tfhub_modules/1a",
            ),
            Example(
                "SavedModel file does not exist at: /m/tfhub_modules/1a/{saved_model.pb}",
                subject="/m/tfhub_modules/1a",
            ),
        ),
    ),
    Rule(
        name="variables-absent",
        said=(r"SavedModel has no variables; no checkpoints were restored",),
        certainty=LIKELY,
        cause=_MISSING,
        subject="variables",
        explanation=(
            "The SavedModel has no `variables` folder next to saved_model.pb, so it loads "
            "without weights."
        ),
        remedies=(advice("Copy the whole folder, including variables and assets."),),
        source="tensorflow/cc/saved_model/loader.cc",
        examples=(
            Example(
                "The specified SavedModel has no variables; no checkpoints were restored.",
                subject="variables",
            ),
        ),
    ),
    Rule(
        name="base-path-absent",
        said=(r"Could not find base path (?P<path>\S+)",),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation="The folder `{path}` does not exist where TensorFlow Serving runs.",
        remedies=(
            advice("Give the path that the folder has inside of the container, and mount it."),
        ),
        source="tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc",
        examples=(
            Example(
                "FileSystemStoragePathSource encountered a filesystem access error: Could not "
                "find base path /models/m for servable m",
                subject="/models/m",
            ),
        ),
    ),
    Rule(
        name="servable-versions",
        said=(
            r"(?i:no versions? of\s+servable)\s+(?P<name>\S+)\s+(?i:found\s+under\s+base\s+path)"
            r":?\s+(?P<path>\S+)",
            r"(?i:no\s+servable\s+versions?\s+(?:found\s+)?under\s+base\s+path):?\s+(?P<path>\S+)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "TensorFlow Serving looks for numbered folders, such as `1`, in `{path}`, but there "
            "are none."
        ),
        remedies=(advice("Move the SavedModel into a folder whose name is a number."),),
        source="tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc",
        examples=(
            Example(
                "No versions of servable m found under base path /models/m", subject="/models/m"
            ),
            Example(
                "W file_system_storage_path_source.cc:268] No versions of servable m found under "
                "base\npath /models/m",
                subject="/models/m",
            ),
        ),
    ),
)

GRAPHS_OF_IT = (
    Rule(
        name="no-metagraph",
        said=(r"there are 0 MetaGraphs in the SavedModel", r"available_tags: \[\]"),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="tags []",
        explanation="The file has no graphs: it is a frozen graph, which has the same extension.",
        remedies=(advice("Import a frozen graph with tf.import_graph_def."),),
        alternatives=(OR_DAMAGED,),
        source="tensorflow/python/saved_model/load_v1_in_v2.py",
        examples=(
            Example(
                "but there are 0 MetaGraphs in the SavedModel with tag sets: []. Pass a tag.",
                subject="tags []",
            ),
        ),
    ),
    Rule(
        name="several-metagraphs",
        said=(
            r"there are (?P<count>[1-9]\d*) MetaGraphs in the SavedModel with tag sets:? "
            r"(?P<tags>\[[^\n]*?\])(?=\.|$)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="tags {tags}",
        explanation="The file has {count} graphs with the tags {tags}: you must choose one.",
        remedies=(
            advice(
                "Pass the tags of one graph.",
                "tf.saved_model.load(path, tags=['serve'])",
                loader="saved_model",
            ),
        ),
        source="tensorflow/python/saved_model/load_v1_in_v2.py",
        examples=(
            Example(
                "Got `tags=None`, but there are 2 MetaGraphs in the SavedModel with tag sets: "
                "[['serve'], ['serve', 'tpu']]. Pass a `tags=` argument to load this SavedModel.",
                subject="tags [['serve'], ['serve', 'tpu']]",
            ),
        ),
    ),
    Rule(
        name="tags",
        said=(
            r"MetaGraphDef associated with tags (?P<tags>[^\n]{1,80}?) could not be found",
            r"Could not find meta graph def matching supplied tags: ?(?P<tags>\{[^}\n]*\})",
            r"Got an incompatible argument to `?tags`?: (?P<tags>[^\n]{1,80}?)\. The SavedModel",
            r"got an incompatible argument tags=(?P<tags>[^\n]{1,80}?) to tf\.saved_model",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="tags {tags}",
        explanation="The file has no graph with the tags {tags}: it was saved with other tags.",
        remedies=(_LIST,),
        alternatives=(
            Alternative(
                cause=_WRONG,
                explanation="The file is a frozen graph, which has no tags.",
                decides="saved_model_cli show --dir PATH: it lists no tags",
            ),
        ),
        source="tensorflow/python/saved_model/loader_impl.py; tensorflow/cc/saved_model/reader.cc",
        examples=(
            Example(
                "MetaGraphDef associated with tags {'serve'} could not be found in SavedModel.",
                subject="tags {'serve'}",
            ),
            Example(
                "Could not find meta graph def matching supplied tags: { serve }. To inspect "
                "available tag-sets in the SavedModel, please use the SavedModel CLI",
                subject="tags { serve }",
            ),
        ),
    ),
    Rule(
        name="signature-absent",
        said=(
            r"expected '(?P<name>\w+)' signature",
            r"KeyError: ['\"](?P<name>serving_default)['\"]",
            r"(?s)\.signatures\b.{0,600}KeyError: ['\"](?P<name>\w+)['\"]",
            r"[Ss]ignature (?:name: |with (?:key|name) )?\\?['\"](?P<name>\w+)\\?['\"] "
            r"(?:is )?(?:not found|missing|does not exist|could not be found)",
            r"no signature named ['\"]?(?P<name>\w+)",
            r"does not have a signature_def with key: ['\"]?(?P<name>\w+)",
            r"[Ss]erving signature (?:name|key) not found",
            r"SignatureDef[^\n]{0,60}(?:not found|could not be found)",
            r"Invalid signature_(?:key|def_name) provided(?:: \"(?P<name>\w+)\")?",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="signature {name}",
        explanation="The model has no signature `{name}`.",
        remedies=(_LIST_ALL,),
        source="tensorflow/python/saved_model/method_name_updater.py; public report",
        examples=(
            Example("KeyError: 'serving_default'", subject="signature serving_default"),
            Example(
                '"error": "Serving signature name: \\"serving_default\\" not found in signature '
                'def"',
                subject="signature serving_default",
            ),
        ),
        counter_examples=(Example("KeyError: 'predict'"),),
    ),
    Rule(
        name="not-a-keras-model",
        said=(
            r"lacks the Keras metadata file",
            r"load_model returned an? (?P<what>\w+), not a Keras model",
            r"NotAKerasModel",
            r"NotAModel",
            r"keras_metadata\.pb[^\n]{0,60}(?:not found|missing)",
            r"Unable to create a (?:TF-)?Keras model from (?:this )?SavedModel",
        ),
        unless=(r"returned a dict",),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="SavedModel without Keras",
        explanation="This SavedModel was not saved from a Keras model, so Keras cannot load it.",
        remedies=(_WITHOUT_KERAS,),
        source="keras/saving/legacy/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "NotAKerasModel: load_model returned a AutoTrackable, not a Keras model",
                subject="SavedModel without Keras",
            ),
        ),
    ),
    Rule(
        name="keras-loader-on-tf1",
        said=(r"IndexError: list index (?:\(\d+\) )?out of range",),
        facts=(
            Fact(
                "Keras was loading a SavedModel",
                lambda s: (
                    (s.by_keras and s.format.startswith("saved_model"))
                    or "saved_model/load.py" in s.text.replace("\\", "/")
                ),
            ),
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="SavedModel without Keras",
        explanation=(
            "This SavedModel was written by TensorFlow 1 or without Keras, so it has no "
            "object graph that Keras can load."
        ),
        remedies=(_WITHOUT_KERAS,),
        source="tensorflow/python/keras/saving/saved_model/load.py",
        examples=(
            Example(
                Symptom(
                    kind="IndexError",
                    message="list index (0) out of range",
                    loader="keras",
                    format="saved_model_v1",
                ),
                subject="SavedModel without Keras",
            ),
        ),
        counter_examples=(Example("IndexError: list index out of range"),),
    ),
)

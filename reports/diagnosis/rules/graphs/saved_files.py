"""Files of SavedModels, GraphDefs and checkpoints: wrong path, tag or part."""

from __future__ import annotations

import re

from reports.diagnosis.advice import advice
from reports.diagnosis.file_kind import kind_of
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.rules.files import NAME_IT, damaged, missing, other_kind, path_in
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE
_FOLDER = advice(
    "Give the path of the folder that contains saved_model.pb, not a file in it and not its "
    "parent folder."
)
_PREFIX = advice(
    "Give the prefix of the checkpoint: the path without .index or .data-00000-of-00001."
)


# Not .h5: where such a file exists, HDF5 is what every release opens it as.
_NAMES_A_FILE = re.compile(r"[^./\\]\.(?!h5$)[a-zA-Z]\w{1,9}$|^all$")


def _saved_model_absent(symptom: Symptom, match: Match) -> Diagnosis:
    """`SavedModel file does not exist at: X/{...}`: X is absent, a file, or the wrong level."""
    path = path_in(match, symptom).rstrip("/\\ ")
    at = symptom.at
    wrong = bool(at.exists is True and not _holds_saved_model(symptom)) or (
        at.exists is None
        and (_NAMES_A_FILE.search(path) or symptom.format in ("keras_v3", "frozen_graph"))
    )
    if wrong:
        seen = "a folder without saved_model.pb" if at.is_folder else kind_of(at.head) or "a file"
        return diagnosis(
            symptom,
            match,
            _WRONG,
            "{at}",
            "A SavedModel is a folder that contains saved_model.pb, but `{at}` is {seen}.",
            _FOLDER,
            at=path or "the path",
            seen=seen,
        )
    return diagnosis(
        symptom,
        match,
        _MISSING,
        "{at}",
        "There is no saved_model.pb in `{at}`: the path is wrong or the download is incomplete.",
        NAME_IT,
        at=path or "the path",
    )


def _holds_saved_model(symptom: Symptom) -> bool:
    return any(name.startswith("saved_model.pb") for name in symptom.at.names)


def _parse_error(symptom: Symptom, match: Match) -> Diagnosis:
    """A protobuf that does not parse: another kind of protobuf, or damage. Bytes decide."""
    kind = kind_of(symptom.at.head)
    if kind:
        return other_kind(symptom, match, "a protobuf of that kind")
    text = symptom.text
    if symptom.at.exists is None and (
        "graph_def.ParseFromString" in text
        or "GraphDef" in text
        or symptom.format == "frozen_graph"
    ):
        return other_kind(symptom, match, "a GraphDef (a SavedModel has the same extension)")
    return damaged(symptom, match)


def _sstable(symptom: Symptom, match: Match) -> Diagnosis:
    """`not an sstable` is what TensorFlow says of every wrong path to a checkpoint."""
    if "too short" in match.group():
        return damaged(symptom, match)
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` is not the index file of a checkpoint. TensorFlow takes the prefix of a "
        "checkpoint: its path without a file extension.",
        _PREFIX,
        at=match.groupdict().get("path") or symptom.path or "the path",
    )


SAVED_MODELS = (
    rule(
        "saved-model-absent",
        r"SavedModel file does not exist at: ?(?P<path>[^\n{]*)|"
        r"Could not find SavedModel \.pb or \.pbtxt at (?:the )?supplied export directory path: ?"
        r"(?P<path2>[^\n]*)",
        _saved_model_absent,
    ),
    rule(
        "metagraphs",
        r"there are (?P<count>\d+) MetaGraphs in the SavedModel with tag sets:? (?P<tags>\[[^\n"
        r"]*?\])\.",
        answer(
            _WRONG,
            "tags {tags}",
            "The file has {count} graphs with the tags {tags}. A file without graphs is not a "
            "SavedModel (a frozen graph has the same extension); with several graphs you must "
            "choose one.",
            advice(
                "Pass the tags of one graph, or import a frozen graph with tf.import_graph_def.",
                "tf.saved_model.load(path, tags=['serve'])",
                loader="saved_model",
            ),
        ),
    ),
    rule(
        "tags",
        r"MetaGraphDef associated with tags (?P<tags>[^\n]{1,80}?) could not be found|"
        r"Could not find meta graph def matching supplied tags: ?(?P<want>\{[^}\n]*\})|"
        r"(?:no|No) MetaGraph[^\n]*tags?",
        answer(
            _WRONG,
            "tags {tags}{want}",
            "The file has no graph with the tags {tags}{want}: it was saved with other tags, or "
            "it is a frozen graph.",
            advice("List the tags in the file.", "saved_model_cli show --dir PATH"),
        ),
    ),
    rule(
        "servable-versions",
        r"No versions of servable (?P<name>\S+) found under base path (?P<path>\S+)|"
        r"(?:version|model) directory[^\n]*(?:not found|missing|numbered)",
        answer(
            _WRONG,
            "{path}",
            "TensorFlow Serving looks for numbered folders, such as `1`, in `{path}`, but there "
            "are none.",
            advice("Move the SavedModel into a folder whose name is a number."),
        ),
    ),
    rule(
        "signature-absent",
        r"expected '(?P<name>\w+)' signature|KeyError: ['\"](?P<key>serving_default|default|"
        r"predict)|"
        r"[Ss]ignature ['\"]?(?P<other>\w+)['\"]? (?:is )?(?:not found|missing|does not exist)|"
        r"no signature named (?P<named>\w+)|(?:Invalid|Missing|No) signature[^\n]*(?:key|name|"
        r"found|def)|"
        r"[Ss]erving signature (?:name|key)[^\n]*not found|"
        r"SignatureDef[^\n]*(?:not found|could not be found)",
        answer(
            _WRONG,
            "signature {name}{key}{other}{named}",
            "The model has no signature `{name}{key}{other}{named}`.",
            advice("List the signatures of the model.", "saved_model_cli show --dir PATH --all"),
        ),
    ),
    rule(
        "not-a-keras-model",
        r"lacks the Keras metadata file|load_model returned an? (?P<what>\w+), not a Keras model|"
        r"NotAKerasModel|NotAModel|keras_metadata\.pb[^\n]*(?:not|missing)|"
        r"Unable to create a Keras model from SavedModel",
        answer(
            _WRONG,
            "SavedModel without Keras",
            "This SavedModel was not saved from a Keras model, so Keras cannot load it.",
            advice("Use tf.saved_model.load.", "tf.saved_model.load(path)", loader="saved_model"),
        ),
        when=lambda s: "returned a dict" not in s.text,
    ),
    rule(
        "keras-loader-on-tf1",
        r"IndexError: list index \(?\d*\)? ?out of range|IndexError: list index out of range",
        answer(
            _WRONG,
            "SavedModel without Keras",
            "This SavedModel was written by TensorFlow 1 or without Keras, so it has no "
            "object graph that Keras can load.",
            advice("Use tf.saved_model.load.", "tf.saved_model.load(path)", loader="saved_model"),
        ),
        when=lambda s: (
            (s.by_keras and s.format.startswith("saved_model"))
            or "saved_model/load.py" in s.text.replace("\\", "/")
        ),
    ),
    rule(
        "protobuf-parse",
        r"Cannot parse file b?['\"](?P<path>[^'\"\n]+)|\bDecodeError|Error parsing message|"
        r"Can't parse (?P<path2>\S+) as binary proto|Truncated message|Wrong wire type|"
        r"Protocol message [^\n]*(?:invalid|unparse)|ParseError|Message type [^\n]* has no field",
        _parse_error,
    ),
    rule(
        "hub-cache",
        r"(?<![^\s'\"])(?P<path>[^\s'\"]{0,300}tfhub_modules[^\s'\"]*)[^\n]*(?:does not exist|"
        r"not found|No such|"
        r"contains neither)|"
        r"Missing implementation that supports: loader\(\*\('(?P<path2>[^']+)'",
        missing,
    ),
)

CHECKPOINTS = (
    rule(
        "sstable",
        r"Unable to open table file (?P<path>[^\n]*?): ?[^\n]*|"
        r"not an sstable \(bad magic number\)|file is too short to be an sstable",
        lambda s, f: damaged(s, f) if "too short" in s.text else _sstable(s, f),
    ),
    rule(
        "checkpoint-damaged",
        r"(?:Checksum does not match|corrupted (?:record|compressed block)|"
        r"block checksum mismatch|"
        r"truncated (?:block|record)|DataLoss|DATA_LOSS|Data loss)[^\n]*?(?P<path>/[\w./-]+)?|"
        r"Read (?:less|fewer) bytes than requested|crc32c[^\n]*mismatch",
        damaged,
    ),
    rule(
        "checkpoint-absent",
        r"(?:Failed to (?:find any|get) matching files (?:for|on)|"
        r"Couldn't match files for checkpoint|"
        r"save_path is not a valid checkpoint:?|not a valid checkpoint:?|"
        r"[Cc]ould not find (?:any )?(?:trained model|checkpoint)[^\n]*?(?:in|at|:))"
        r" ?['\"]?(?P<path>[^\s'\"]*)",
        missing,
    ),
    rule(
        "variables-absent",
        r"SavedModel has no variables; no checkpoints were restored",
        answer(
            _MISSING,
            "variables",
            "The SavedModel has no `variables` folder next to saved_model.pb, so it loads "
            "without weights.",
            advice("Copy the whole folder, including variables and assets."),
        ),
    ),
    rule(
        "no-checkpoint-named",
        r"Can't load save_path when it is None|[Nn]o checkpoint (?:found|specified|file)[^\n]*|"
        r"'NoneType' object has no attribute 'model_checkpoint_path'",
        missing,
    ),
)

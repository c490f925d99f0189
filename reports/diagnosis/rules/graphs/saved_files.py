"""Files of SavedModels, GraphDefs and checkpoints: wrong path, tag or part."""

from __future__ import annotations

import re

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.file_kind import kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
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
    if "too short" in match.text:
        return damaged(symptom, match)
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` is not the index file of a checkpoint. TensorFlow takes the prefix of a "
        "checkpoint: its path without a file extension.",
        _PREFIX,
        at=match["path"] or symptom.path or "the path",
    )


SAVED_MODELS = (
    Rule(
        name="saved-model-absent",
        said=(
            r"SavedModel file does not exist at: ?(?P<path>[^\n{]*)",
            (
                r"Could not find SavedModel \.pb or \.pbtxt at (?:the )?supplied export "
                r"directory path: ?(?P<path2>[^\n]*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=_saved_model_absent,
        source="",
        examples=(
            Example(
                ("SavedModel file does not exist at: m/{saved_model.pbtxt|saved_model.pb}"),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="metagraphs",
        said=(
            (
                r"there are (?P<count>\d+) MetaGraphs in the SavedModel with tag sets:? "
                r"(?P<tags>\[[^\n]*?\])\."
            ),
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="tags {tags}",
        explanation=(
            "The file has {count} graphs with the tags {tags}. A file without graphs is not a "
            "SavedModel (a frozen graph has the same extension); with several graphs you must "
            "choose one."
        ),
        remedies=(
            advice(
                "Pass the tags of one graph, or import a frozen graph with tf.import_graph_def.",
                "tf.saved_model.load(path, tags=['serve'])",
                loader="saved_model",
            ),
        ),
        source="",
        examples=(
            Example(
                ("but there are 0 MetaGraphs in the SavedModel with tag sets: []. Pass a tag."),
                subject="tags []",
            ),
        ),
    ),
    Rule(
        name="tags",
        said=(
            (r"MetaGraphDef associated with tags (?P<tags>[^\n]{1,80}?) could not be found"),
            (r"Could not find meta graph def matching supplied tags: ?(?P<want>\{[^}\n]*\})"),
            r"(?:no|No) MetaGraph[^\n]*tags?",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="tags {tags}{want}",
        explanation=(
            "The file has no graph with the tags {tags}{want}: it was saved with other tags, or "
            "it is a frozen graph."
        ),
        remedies=(advice("List the tags in the file.", "saved_model_cli show --dir PATH"),),
        source="",
        examples=(
            Example(
                ("MetaGraphDef associated with tags {'serve'} could not be found in SavedModel."),
                subject="tags {'serve'}",
            ),
        ),
    ),
    Rule(
        name="servable-versions",
        said=(
            r"No versions of servable (?P<name>\S+) found under base path (?P<path>\S+)",
            r"(?:version|model) directory[^\n]*(?:not found|missing|numbered)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "TensorFlow Serving looks for numbered folders, such as `1`, in `{path}`, but there "
            "are none."
        ),
        remedies=(advice("Move the SavedModel into a folder whose name is a number."),),
        source="",
        examples=(
            Example(
                "No versions of servable m found under base path /models/m", subject="/models/m"
            ),
        ),
    ),
    Rule(
        name="signature-absent",
        said=(
            r"expected '(?P<name>\w+)' signature",
            r"KeyError: ['\"](?P<key>serving_default|default|predict)",
            (
                r"[Ss]ignature ['\"]?(?P<other>\w+)['\"]? (?:is )?(?:not found|missing|does "
                r"not exist)"
            ),
            r"no signature named (?P<named>\w+)",
            r"(?:Invalid|Missing|No) signature[^\n]*(?:key|name|found|def)",
            r"[Ss]erving signature (?:name|key)[^\n]*not found",
            r"SignatureDef[^\n]*(?:not found|could not be found)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="signature {name}{key}{other}{named}",
        explanation=("The model has no signature `{name}{key}{other}{named}`."),
        remedies=(
            advice("List the signatures of the model.", "saved_model_cli show --dir PATH --all"),
        ),
        source="",
        examples=(Example("KeyError: 'serving_default'", subject="signature serving_default"),),
    ),
    Rule(
        name="not-a-keras-model",
        said=(
            r"lacks the Keras metadata file",
            r"load_model returned an? (?P<what>\w+), not a Keras model",
            r"NotAKerasModel",
            r"NotAModel",
            r"keras_metadata\.pb[^\n]*(?:not|missing)",
            r"Unable to create a Keras model from SavedModel",
        ),
        facts=(Fact("TODO", lambda s: "returned a dict" not in s.text),),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="SavedModel without Keras",
        explanation=("This SavedModel was not saved from a Keras model, so Keras cannot load it."),
        remedies=(
            advice("Use tf.saved_model.load.", "tf.saved_model.load(path)", loader="saved_model"),
        ),
        source="",
        examples=(
            Example(
                "NotAKerasModel: load_model returned a AutoTrackable, not a Keras model",
                subject="SavedModel without Keras",
            ),
        ),
    ),
    Rule(
        name="keras-loader-on-tf1",
        said=(
            r"IndexError: list index \(?\d*\)? ?out of range",
            r"IndexError: list index out of range",
        ),
        facts=(
            Fact(
                "TODO",
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
        remedies=(
            advice("Use tf.saved_model.load.", "tf.saved_model.load(path)", loader="saved_model"),
        ),
        source="",
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
    ),
    Rule(
        name="protobuf-parse",
        said=(
            r"Cannot parse file b?['\"](?P<path>[^'\"\n]+)",
            r"\bDecodeError",
            r"Error parsing message",
            r"Can't parse (?P<path2>\S+) as binary proto",
            r"Truncated message",
            r"Wrong wire type",
            r"Protocol message [^\n]*(?:invalid|unparse)",
            r"ParseError",
            r"Message type [^\n]* has no field",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=_parse_error,
        source="",
        examples=(
            Example(
                "google.protobuf.message.DecodeError: Error parsing message", subject="the file"
            ),
        ),
    ),
    Rule(
        name="hub-cache",
        said=(
            (
                r"(?<![^\s'\"])(?P<path>[^\s'\"]{0,300}tfhub_modules[^\s'\"]*)[^\n]*(?:does "
                r"not exist|not found|No such|contains neither)"
            ),
            r"Missing implementation that supports: loader\(\*\('(?P<path2>[^']+)'",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=missing,
        source="",
        examples=(
            Example(
                ("Missing implementation that supports: loader(*('/home/u/tfhub_modules/1a',))"),
                subject="/home/u/tfhub_modules/1a",
            ),
        ),
    ),
)

CHECKPOINTS = (
    Rule(
        name="sstable",
        said=(
            r"Unable to open table file (?P<path>[^\n]*?): ?[^\n]*",
            r"not an sstable \(bad magic number\)",
            r"file is too short to be an sstable",
        ),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        explain=lambda s, f: damaged(s, f) if "too short" in s.text else _sstable(s, f),
        source="",
        examples=(
            Example(
                (
                    "DataLossError: Unable to open table file /m/model.ckpt: Data loss: "
                    "not an sstable"
                ),
                subject="/m/model.ckpt",
            ),
        ),
    ),
    Rule(
        name="checkpoint-damaged",
        said=(
            (
                r"(?:Checksum does not match|corrupted (?:record|compressed block)|block "
                r"checksum mismatch|truncated (?:block|record)|DataLoss|DATA_LOSS|Data "
                r"loss)[^\n]*?(?P<path>/[\w./-]+)?"
            ),
            r"Read (?:less|fewer) bytes than requested",
            r"crc32c[^\n]*mismatch",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=damaged,
        source="",
        examples=(
            Example(
                "DataLossError: Checksum does not match: stored 1 vs. calculated 2",
                subject="the file",
            ),
        ),
    ),
    Rule(
        name="checkpoint-absent",
        said=(
            (
                r"(?:Failed to (?:find any|get) matching files (?:for|on)|Couldn't match "
                r"files for checkpoint|save_path is not a valid checkpoint:?|not a valid "
                r"checkpoint:?|[Cc]ould not find (?:any )?(?:trained model|"
                r"checkpoint)[^\n]*?(?:in|at|:)) ?['\"]?(?P<path>[^\s'\"]*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=missing,
        source="",
        examples=(Example("Failed to find any matching files for ./model-0", subject="./model-0"),),
    ),
    Rule(
        name="variables-absent",
        said=(r"SavedModel has no variables; no checkpoints were restored",),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="variables",
        explanation=(
            "The SavedModel has no `variables` folder next to saved_model.pb, so it loads "
            "without weights."
        ),
        remedies=(advice("Copy the whole folder, including variables and assets."),),
        source="",
        examples=(
            Example(
                ("The specified SavedModel has no variables; no checkpoints were restored."),
                subject="variables",
            ),
        ),
    ),
    Rule(
        name="no-checkpoint-named",
        said=(
            r"Can't load save_path when it is None",
            r"[Nn]o checkpoint (?:found|specified|file)[^\n]*",
            r"'NoneType' object has no attribute 'model_checkpoint_path'",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=missing,
        source="",
        examples=(
            Example(
                "ValueError: Can't load save_path when it is None.",
                subject="Can't load save_path when it is None",
            ),
        ),
    ),
)

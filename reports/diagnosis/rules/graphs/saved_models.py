"""SavedModels: the folder, its parts, tags and signatures."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.file_kind import kind_of
from reports.diagnosis.facts.path_facts import IS_FILE, NO_SAVED_MODEL_IN_IT
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import NAME_IT, OR_MISSING, path_in
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE

_FOLDER = advice(
    "Give the path of the folder that contains saved_model.pb, not a file in it and not its "
    "parent folder."
)
_EMPTY_THE_CACHE = advice(
    "Delete that folder of the cache, and load the model from its address again."
)
_OR_LEVEL = Alternative(
    cause=_WRONG,
    explanation="The path is a file, or a folder above or below the SavedModel.",
    decides="whether PATH is a folder that contains saved_model.pb",
)
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
        name="hub-loader",
        said=(r"Missing implementation that supports: loader\(\*\('(?P<path>[^']+)'",),
        unless=(r"loader\(\*\('[^']*tfhub_modules",),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "`{path}` is no module of the format that hub.Module reads: that of TensorFlow 1."
        ),
        remedies=(advice("Load it with hub.load or hub.KerasLayer.", "hub.load(path)"),),
        alternatives=(OR_MISSING,),
        source="tensorflow_hub/registry.py; tensorflow_hub/native_module.py",
        examples=(
            Example(
                "RuntimeError: Missing implementation that supports: loader(*('./m',), **{})",
                subject="./m",
            ),
        ),
    ),
    Rule(
        name="hub-cache-of-a-module",
        said=(
            r"Missing implementation that supports: loader\(\*\('"
            r"(?P<path>[^']*tfhub_modules[^']*)'",
        ),
        certainty=ONE_OF,
        cause=_MISSING,
        subject="{path}",
        explanation="The cache of TensorFlow Hub is incomplete: `{path}` has no module.",
        remedies=(_EMPTY_THE_CACHE,),
        alternatives=(
            Alternative(
                cause=_WRONG,
                explanation="It is a SavedModel of TensorFlow 2, which hub.load reads and "
                "hub.Module does not.",
                decides="ls -la PATH: a module of TensorFlow 1 has tfhub_module.pb",
            ),
        ),
        source="tensorflow_hub/registry.py; tensorflow_hub/native_module.py",
        examples=(
            Example(
                "Missing implementation that supports: loader(*('/home/u/tfhub_modules/1a',))",
                subject="/home/u/tfhub_modules/1a",
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
        ),
        # A path of an asset was saved by whoever made the model in his own cache.
        unless=(r"tfhub_modules[/\\]\w+[/\\]assets[/\\]",),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation="The cache of TensorFlow Hub is incomplete: `{path}` has no model.",
        remedies=(_EMPTY_THE_CACHE,),
        source="tensorflow_hub/resolver.py; tensorflow_hub/registry.py",
        examples=(
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
)

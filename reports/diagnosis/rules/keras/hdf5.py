"""HDF5 files that h5py cannot open or read, or that lack what it looks for."""

from __future__ import annotations

import re

from reports.diagnosis.advice import advice
from reports.diagnosis.file_kind import kind_of, promised
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.rules.files import (
    RIGHT_LOADER,
    damaged,
    denied,
    missing,
    other_kind,
    path_in,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DENIED = Cause.PERMISSION_DENIED


def _hdf5_signature(symptom: Symptom, match: Match) -> Diagnosis:
    """No HDF5 signature: another kind of file where bytes or name say so, else damage."""
    kind = kind_of(symptom.at.head)
    other = kind not in ("", "an HDF5 file", "a git-lfs pointer", "a web page", "an empty file")
    path = path_in(match, symptom) or _any_path(symptom.text)
    named = promised(path)
    if other or symptom.format in ("keras_v3", "saved_model", "tflite", "frozen_graph"):
        return other_kind(symptom, match, "an HDF5 file")
    if kind == "" and named not in ("", "an HDF5 file"):
        return other_kind(symptom, match, "an HDF5 file")
    return damaged(symptom, match)


def _any_path(text: str) -> str:
    match = re.search(r"[\w./\\:-]*\.(?:h5|hdf5|keras|pb|tflite|ckpt)\b", text)
    return match.group() if match else ""


def _errno(symptom: Symptom, match: Match) -> Diagnosis:
    """What the system said to HDF5. On Windows, 13 is what it says of folders."""
    number, path = match["errno"], match["path"]
    if number == "2":
        return missing(symptom, match)
    if number == "21" or symptom.at.is_folder:
        return other_kind(symptom, match, "an HDF5 file")
    if number == "13" and symptom.at.is_folder is None and not promised(path):
        return diagnosis(
            symptom,
            match,
            _WRONG,
            "{path}",
            "`{path}` is most likely a folder, such as a SavedModel, that was opened as an HDF5 "
            'file. Windows reports this as "permission denied".',
            RIGHT_LOADER,
        )
    return denied(symptom, match)


HDF5 = (
    Rule(
        name="hdf5-errno",
        said=(
            (
                r"[Uu]nable to (?:synchronously )?(?:open|create) file \(unable to (?:open|"
                r"create) file: name = '(?P<path>[^']*)', errno = (?P<errno>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=_errno,
        source="",
        examples=(
            Example(
                (
                    "Unable to open file (unable to open file: name = 'm.h5', errno = 2, "
                    "error message"
                ),
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-signature",
        said=(
            r"(?i:unable to (?:synchronously )?open file) \(file signature not found\)",
            r"file signature not found",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=_hdf5_signature,
        source="",
        examples=(
            Example("OSError: Unable to open file (file signature not found)", subject="the file"),
        ),
    ),
    Rule(
        name="hdf5-damaged",
        said=(
            r"(?i:truncated file: eof)",
            r"addr overflow",
            r"wrong [\w-]+ signature",
            r"bad object header",
            r"(?:inflate|filter)[^\n]*(?:fail|returned failure)",
            r"Can't (?:synchronously )?read data",
            r"unable to (?:decode|read) (?:raw|object|super)",
            r"bad (?:heap|symbol|local heap|superblock)",
            (
                r"Unable to (?:synchronously )?open (?:file|object) \((?:bad|incorrect|"
                r"unable to (?:determine|read|load))[^\n]*"
            ),
            r"checksum verification failed",
            r"component not found",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=damaged,
        source="",
        examples=(
            Example(
                ("OSError: Unable to open file (truncated file: eof = 6, stored_eof = 22)"),
                subject="the file",
            ),
        ),
    ),
    Rule(
        name="hdf5-locked",
        said=(r"unable to lock file",),
        certainty=CERTAIN,
        cause=_DENIED,
        subject="{model}",
        explanation=(
            "Another process has locked the HDF5 file, or the filesystem does not support locks."
        ),
        remedies=(
            advice(
                "Close the file in the other process, or turn file locking off.",
                "HDF5_USE_FILE_LOCKING=FALSE",
            ),
        ),
        source="",
        examples=(
            Example("Unable to open file (unable to lock file, errno = 11)", subject="the model"),
        ),
    ),
    Rule(
        name="hdf5-weights-only",
        said=(
            (
                r"No model (?:config )?found in (?:the )?(?:config )?file(?: at "
                r"(?P<path>[^\n<]*?)\.?$)?"
            ),
            r"Cannot create group in read[- ]only mode",
            r"no write intent on file",
            r"model_config[^\n]*(?:KeyError|doesn't exist|not found)",
            r"KeyError: ['\"]?model_config",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "The HDF5 file contains weights only and no architecture, so no model can be built "
            "from it."
        ),
        remedies=(
            advice("Build the model in code, then call load_weights.", "model.load_weights(path)"),
        ),
        source="",
        examples=(
            Example(
                "ValueError: No model found in config file.",
                subject="No model found in config file",
            ),
        ),
    ),
)

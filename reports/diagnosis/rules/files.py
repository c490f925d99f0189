"""Files: missing, without permission, of another kind, or damaged; the path decides."""

from __future__ import annotations

from matrix.model.integrity.hdf5 import bytes_present
from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.file_kind import kind_of, promised
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_MISSING = Cause.MISSING_FILE
_DENIED = Cause.PERMISSION_DENIED
_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

NAME_IT = advice(
    "Give the path of an existing file or folder. Relative paths start in the folder in which "
    "Python was started."
)
AGAIN = advice("Download or copy the file again, and compare its size and checksum.")
RIGHT_LOADER = advice("Use the loader for this kind of file.")


def path_in(match: Match, symptom: Symptom) -> str:
    groups = match.names
    return next((text for key, text in groups.items() if text and key.startswith("path")), "") or (
        symptom.path
    )


def missing(symptom: Symptom, match: Match) -> Diagnosis:
    path = path_in(match, symptom)
    where = "at `{at}`" if path else "where it was looked for"
    return diagnosis(
        symptom, match, _MISSING, "{at}", f"There is nothing {where}.", NAME_IT, at=path
    )


def other_kind(symptom: Symptom, match: Match, wanted: str) -> Diagnosis:
    """A valid file, but not of the kind the loader reads."""
    path = path_in(match, symptom)
    seen = "a folder" if symptom.at.is_folder else kind_of(symptom.at.head) or promised(path)
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` is {seen}, not {wanted}." if seen else "`{at}` is not {wanted}.",
        RIGHT_LOADER,
        at=path or "the file",
        seen=seen,
        wanted=wanted,
    )


def damaged(symptom: Symptom, match: Match) -> Diagnosis:
    present = bytes_present(symptom.text)
    return diagnosis(
        symptom,
        match,
        _DAMAGED,
        "{at}",
        f"`{{at}}` is incomplete: it has {present}."
        if present
        else "`{at}` is damaged or incomplete: its content is not what was saved.",
        AGAIN,
        at=path_in(match, symptom) or "the file",
    )


def denied(symptom: Symptom, match: Match) -> Diagnosis:
    if symptom.at.is_folder and symptom.at.readable and "h5" in symptom.text:
        return other_kind(symptom, match, "an HDF5 file")
    return diagnosis(
        symptom,
        match,
        _DENIED,
        "{at}",
        "This process has no permission to read or write `{at}`.",
        advice(
            "Give this user access to the file and its folders, or run as a user who has access."
        ),
        at=path_in(match, symptom) or "the file",
    )


def _keras_zip(symptom: Symptom, match: Match) -> Diagnosis:
    """`Please ensure the file is an accessible .keras zip file`: absent, unreadable or no zip."""
    if symptom.at.exists is None:
        return missing(symptom, match)
    if symptom.at.readable is False:
        return denied(symptom, match)
    kind = kind_of(symptom.at.head)
    if symptom.at.is_folder or kind not in ("", "a zip file"):
        return other_kind(symptom, match, "a .keras zip file")
    return damaged(symptom, match)


def _not_a_zip(symptom: Symptom, match: Match) -> Diagnosis:
    kind = kind_of(symptom.at.head)
    if kind not in ("", "a zip file") or symptom.at.is_folder:
        return other_kind(symptom, match, "a .keras zip file")
    return damaged(symptom, match)


KERAS_FILES = (
    Rule(
        name="keras-zip",
        said=(
            (
                r"File not found: filepath=(?P<path>[^\n]*?)\. Please ensure the file is an "
                r"accessible"
            ),
            r"ensure the file is an accessible `?\.keras`? zip",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=_keras_zip,
        source="",
        examples=(
            Example(
                (
                    "File not found: filepath=m.keras. Please ensure the file is an "
                    "accessible `.keras` zip"
                ),
                subject="m.keras",
            ),
        ),
    ),
    Rule(
        name="zip-without-config",
        said=(
            r"There is no item named '?(?P<path>[^'\n]+)'? in the archive",
            r"(?:config|metadata)\.json[^\n]*not (?:found )?in (?:the )?archive",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=("The zip file is not a Keras model: `{path}` is missing in it."),
        remedies=(
            advice("Use the file that model.save() wrote. Do not unpack it and zip it again."),
        ),
        source="",
        examples=(
            Example(
                "KeyError: \"There is no item named 'config.json' in the archive\"",
                subject="config.json",
            ),
        ),
    ),
    Rule(
        name="not-a-zip",
        said=(
            r"BadZipFile: File is not a zip file",
            r"File is not a zip file",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=_not_a_zip,
        source="",
        examples=(Example("zipfile.BadZipFile: File is not a zip file", subject="the file"),),
    ),
    Rule(
        name="zip-damaged",
        said=(
            r"Bad CRC-32",
            r"Unterminated string",
            r"hash does not match",
            r"incomplete or outdated",
            r"BadZipFile",
            r"Bad magic number for",
            r"Truncated file",
            r"EOFError",
            r"unexpected end of (?:data|file)",
            r"Compressed file ended before",
            r"Error -\d+ while decompressing",
            r"zlib\.error",
            r"not a gzip file",
            r"ReadError",
            r"CRC check failed",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=damaged,
        source="",
        examples=(
            Example(
                "zipfile.BadZipFile: Bad CRC-32 for file 'model.weights.h5'", subject="the file"
            ),
        ),
    ),
    Rule(
        name="pickle-of-what",
        said=(
            r"invalid load key, '(?P<key>[^']{1,4})'",
            r"(?P<lfs>version https://git-lfs)",
            r"(?P<html><!DOCTYPE html)",
        ),
        certainty=CERTAIN,
        cause=_DAMAGED,
        subject="{model}",
        explanation=("The file is a git-lfs pointer or a web page, not the model."),
        remedies=(advice("Download the real file.", "git lfs pull"),),
        source="",
        examples=(Example("UnpicklingError: invalid load key, 'v'.", subject="the model"),),
    ),
    Rule(
        name="keras-metadata-elsewhere",
        said=(
            r"from_pt=True",
            r"from a PyTorch checkpoint",
            r"JSONDecodeError",
            r"Expecting value: line 1 column 1",
        ),
        facts=(Fact("TODO", lambda s: s.by_keras and s.format.startswith("saved_model")),),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="keras_metadata.pb",
        explanation=(
            "Since TensorFlow 2.5, Keras stores the information about its layers in "
            "keras_metadata.pb. {here} looks for it in saved_model.pb and does not find "
            "it.{saved}"
        ),
        remedies=(
            advice(
                "Load it with tf.saved_model.load.",
                "tf.saved_model.load(path)",
                loader="saved_model",
            ),
        ),
        source="",
        examples=(
            Example(
                Symptom(
                    kind="JSONDecodeError",
                    message="Expecting value: line 1 column 1 (char 0)",
                    loader="keras",
                    format="saved_model",
                    stage="load",
                ),
                subject="keras_metadata.pb",
            ),
        ),
    ),
    Rule(
        name="text-or-json",
        said=(
            r"from_pt=True",
            r"from a PyTorch checkpoint",
            r"JSONDecodeError",
            r"Expecting value: line 1 column 1",
            r"'utf-?8' codec can't decode",
            r"UnicodeDecodeError",
            r"Extra data: line",
            r"Failed to interpret file[^\n]*as a pickle",
            r"UnpicklingError",
        ),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        explain=lambda s, f: other_kind(s, f, "a text file that this loader reads"),
        source="",
        examples=(
            Example(
                "JSONDecodeError: Expecting value: line 1 column 1 (char 0)", subject="the file"
            ),
        ),
    ),
)

PATHS = (
    Rule(
        name="no-file",
        said=(
            r"No file or directory found at (?P<path>[^\n]+)",
            (
                r"(?:No such file or directory|cannot find the (?:path|file)(?: specified)?|"
                r"The system cannot find the (?:path|file) specified)[: "
                r"]*(?:b?['\"](?P<path2>[^'\"\n]+)['\"])?"
            ),
            (
                r"(?:NotFound\w*|FileNotFoundError|Not found):? "
                r"(?P<path3>/?[\w./\\:~-]+/[\w./\\:~-]+)"
            ),
            (
                r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) ['\"`]?(?P<path4>[\w./\\:~-]+)['\"`]? "
                r"(?:does not|doesn't) exist"
            ),
            r"(?<![\w./\\:~-])(?P<path5>[\w./\\:~-]{1,300});? No such file",
            r"\[Errno 2\]",
            r"HTTP Error 404",
            (r"Could not find (?:file|the file|model(?: file)?|any (?:files?|model))[^\n]*"),
        ),
        certainty=LIKELY,
        cause=Cause.MISSING_FILE,
        explain=missing,
        source="",
        examples=(Example("No file or directory found at m.h5", subject="m.h5"),),
    ),
    Rule(
        name="folder-for-file",
        said=(
            (
                r"(?:Is a directory|IsADirectoryError|\[Errno 21\])[: "
                r"]*['\"]?(?P<path>[^'\"\n]*)"
            ),
            (
                r"(?:Not a directory|NotADirectoryError|\[Errno 20\])[: "
                r"]*['\"]?(?P<path2>[^'\"\n]*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        explain=lambda s, f: other_kind(s, f, "what this loader opens (a file or a folder)"),
        source="",
        examples=(
            Example(
                "IsADirectoryError: [Errno 21] Is a directory: 'm'",
                subject="[Errno 21] Is a directory:",
            ),
        ),
    ),
    Rule(
        name="denied",
        said=(
            (
                r"(?:(?<![\w./-])(?P<path>/[\w./-]{1,300}); )?(?:Permission denied|"
                r"PermissionError|PERMISSION_DENIED|Operation not permitted|Read-only file "
                r"system|Access is denied|\[Errno (?:13|1|30)\])(?:[: "
                r"]+['\"]?(?P<path2>[\w./\\:~-]+))?"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.PERMISSION_DENIED,
        explain=denied,
        source="",
        examples=(
            Example(
                "PermissionError: [Errno 13] Permission denied: '/m/model.pb'", subject="the file"
            ),
        ),
    ),
    Rule(
        name="unknown-format",
        said=(
            (
                r"(?i:(?:unknown|unsupported|unrecogni[sz]ed|invalid|unexpected) (?:model |"
                r"file )?(?:format|file type|file extension|type))[^\n]*"
            ),
            r"Trying to load a model of incompatible/unknown type",
            (
                r"(?i:is not a (?:valid )?(?:saved ?model|keras model|model file|directory|"
                r"h5 file|hdf5))"
            ),
        ),
        certainty=LIKELY,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        explain=lambda s, f: (
            missing(s, f)
            if "tfhub_modules" in s.text
            else other_kind(s, f, "a model that this loader reads")
        ),
        source="",
        examples=(
            Example("ValueError: Unknown model format of the file given", subject="the file"),
        ),
    ),
)

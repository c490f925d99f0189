"""Files: missing, without permission, of another kind, or damaged; the path decides."""

from __future__ import annotations

from matrix.model.integrity.hdf5 import bytes_present
from reports.diagnosis.advice import advice
from reports.diagnosis.file_kind import kind_of, promised
from reports.diagnosis.rule import Match, answer, diagnosis, rule
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
    groups = match.groupdict()
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
    rule(
        "keras-zip",
        r"File not found: filepath=(?P<path>[^\n]*?)\. Please ensure the file is an accessible|"
        r"ensure the file is an accessible `?\.keras`? zip",
        _keras_zip,
    ),
    rule(
        "zip-without-config",
        r"There is no item named '?(?P<path>[^'\n]+)'? in the archive|"
        r"(?:config|metadata)\.json[^\n]*not (?:found )?in (?:the )?archive",
        answer(
            _WRONG,
            "{path}",
            "The zip file is not a Keras model: `{path}` is missing in it.",
            advice("Use the file that model.save() wrote. Do not unpack it and zip it again."),
        ),
    ),
    rule("not-a-zip", r"BadZipFile: File is not a zip file|File is not a zip file", _not_a_zip),
    rule(
        "zip-damaged",
        r"Bad CRC-32|Unterminated string|hash does not match|incomplete or outdated|BadZipFile|"
        r"Bad magic number for|Truncated file|EOFError|"
        r"unexpected end of (?:data|file)|Compressed file ended before|"
        r"Error -\d+ while decompressing|zlib\.error|not a gzip file|ReadError|CRC check failed",
        damaged,
    ),
    rule(
        "pickle-of-what",
        r"invalid load key, '(?P<key>[^']{1,4})'|(?P<lfs>version https://git-lfs)|"
        r"(?P<html><!DOCTYPE html)",
        answer(
            _DAMAGED,
            "{model}",
            "The file is a git-lfs pointer or a web page, not the model.",
            advice("Download the real file.", "git lfs pull"),
        ),
    ),
    rule(
        "keras-metadata-elsewhere",
        r"from_pt=True|from a PyTorch checkpoint|JSONDecodeError|"
        r"Expecting value: line 1 column 1",
        answer(
            Cause.KERAS_CONFIG_INCOMPATIBLE,
            "keras_metadata.pb",
            "Since TensorFlow 2.5, Keras stores the information about its layers in "
            "keras_metadata.pb. {here} looks for it in saved_model.pb and does not find "
            "it.{saved}",
            advice(
                "Load it with tf.saved_model.load.",
                "tf.saved_model.load(path)",
                loader="saved_model",
            ),
        ),
        when=lambda s: s.by_keras and s.format.startswith("saved_model"),
    ),
    rule(
        "text-or-json",
        r"from_pt=True|from a PyTorch checkpoint|"
        r"JSONDecodeError|Expecting value: line 1 column 1|'utf-?8' codec can't decode|"
        r"UnicodeDecodeError|Extra data: line|Object arrays cannot be loaded|"
        r"Failed to interpret file[^\n]*as a pickle|UnpicklingError",
        lambda s, f: other_kind(s, f, "a text file that this loader reads"),
    ),
)

PATHS = (
    rule(
        "no-file",
        r"No file or directory found at (?P<path>[^\n]+)|"
        r"(?:No such file or directory|cannot find the (?:path|file)(?: specified)?|"
        r"The system cannot find the (?:path|file) specified)[: ]*"
        r"(?:b?['\"](?P<path2>[^'\"\n]+)['\"])?|"
        r"(?:NotFound\w*|FileNotFoundError|Not found):? (?P<path3>/?[\w./\\:~-]+/[\w./\\:~-]+)|"
        r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) ['\"`]?(?P<path4>[\w./\\:~-]+)['\"`]? (?:does not|"
        r"doesn't) exist|"
        r"(?<![\w./\\:~-])(?P<path5>[\w./\\:~-]{1,300});? No such file|\[Errno 2\]|"
        r"HTTP Error 404|URL fetch failure|"
        r"Could not find (?:file|the file|model(?: file)?|any (?:files?|model))[^\n]*",
        missing,
    ),
    rule(
        "folder-for-file",
        r"(?:Is a directory|IsADirectoryError|\[Errno 21\])[: ]*['\"]?(?P<path>[^'\"\n]*)|"
        r"(?:Not a directory|NotADirectoryError|\[Errno 20\])[: ]*['\"]?(?P<path2>[^'\"\n]*)",
        lambda s, f: other_kind(s, f, "what this loader opens (a file or a folder)"),
    ),
    rule(
        "denied",
        r"(?:(?<![\w./-])(?P<path>/[\w./-]{1,300}); )?(?:Permission denied|PermissionError|"
        r"PERMISSION_DENIED|"
        r"Operation not permitted|Read-only file system|Access is denied|"
        r"\[Errno (?:13|1|30)\])(?:[: ]+['\"]?(?P<path2>[\w./\\:~-]+))?",
        denied,
    ),
    rule(
        "unknown-format",
        r"(?i:(?:unknown|unsupported|unrecogni[sz]ed|invalid|unexpected) (?:model |file )?"
        r"(?:format|file type|file extension|type))[^\n]*|"
        r"Trying to load a model of incompatible/unknown type|"
        r"(?i:is not a (?:valid )?(?:saved ?model|keras model|model file|directory|h5 file|"
        r"hdf5))",
        lambda s, f: (
            missing(s, f)
            if "tfhub_modules" in s.text
            else other_kind(s, f, "a model that this loader reads")
        ),
    ),
)

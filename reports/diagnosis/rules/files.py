"""Answers about files that several families give: missing, of another kind, damaged, denied."""

from __future__ import annotations

from dataclasses import replace

from matrix.model.integrity.hdf5 import bytes_present
from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.file_kind import file_in, kind_of, promised
from reports.diagnosis.match import Match
from reports.diagnosis.rule import LIKELY, ONE_OF, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

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
ACCESS = advice(
    "Give this user access to the file and its folders, or run as a user who has access."
)

# What else it may be, and what tells.
OR_MISSING = Alternative(
    cause=_MISSING, explanation="There is nothing at the path.", decides="ls -la PATH"
)
OR_DENIED = Alternative(
    cause=_DENIED,
    explanation="The file exists, but this user has no permission to read it.",
    decides="ls -la PATH: the permissions of the file and of its folders",
)
OR_DAMAGED = Alternative(
    cause=_DAMAGED,
    explanation="The file is damaged or incomplete.",
    decides="its size and checksum, compared with those of the original",
)
OR_OTHER_KIND = Alternative(
    cause=_WRONG,
    explanation="The file is whole, but of another kind.",
    decides="the first bytes of the file: head -c 16 PATH | xxd",
)
OR_FOLDER = Alternative(
    cause=_WRONG,
    explanation="The path is a folder that was opened as a file.",
    decides="whether PATH is a folder",
)


def path_in(match: Match, symptom: Symptom, otherwise: str = "") -> str:
    """The path that the words or the run name, else a file of a model in the text."""
    groups = match.names
    named = next((text for key, text in groups.items() if text and key.startswith("path")), "")
    # A sentence that goes on behind a path ends it with a point, a colon or a semicolon.
    named = named.rstrip(" .,:;)]}'\"`" if not named.endswith("..") else "")
    return named or symptom.path or file_in(symptom.text) or otherwise


def missing(symptom: Symptom, match: Match) -> Diagnosis:
    """Nothing at the path."""
    path = path_in(match, symptom)
    where = "at `{at}`" if path else "where it was looked for"
    return diagnosis(
        symptom, match, _MISSING, "{at}", f"There is nothing {where}.", NAME_IT, at=path
    )


def other_kind(symptom: Symptom, match: Match, wanted: str) -> Diagnosis:
    """A valid file, but not of the kind the loader reads."""
    path = path_in(match, symptom)
    seen = "a folder" if symptom.at.is_folder else kind_of(symptom.at.head) or promised(path)
    seen = "" if seen == wanted else seen
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


def damaged(symptom: Symptom, match: Match, kind: str = "the file") -> Diagnosis:
    """Bytes that are not what was saved; `kind` is what the file is called without a path."""
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
        at=path_in(match, symptom, kind),
    )


def denied(symptom: Symptom, match: Match) -> Diagnosis:
    """No permission; or a folder, which Windows and HDF5 deny in the same words."""
    if symptom.at.is_folder and symptom.at.readable and "h5" in symptom.text:
        return other_kind(symptom, match, "an HDF5 file")
    path = path_in(match, symptom)
    found = diagnosis(
        symptom,
        match,
        _DENIED,
        "{at}",
        "This process has no permission to read or write `{at}`.",
        ACCESS,
        at=path or "the file",
    )
    if symptom.at.is_folder is None and is_windows(symptom.text):
        return replace(found, certainty=ONE_OF, alternatives=(OR_FOLDER,))
    return replace(found, certainty=LIKELY)


def is_windows(text: str) -> bool:
    """Whether a text shows a path or an error of Windows."""
    return ":\\" in text or "WinError" in text or "NewRandomAccessFile" in text

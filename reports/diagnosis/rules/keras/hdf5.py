"""HDF5 files that h5py cannot open: missing, folders, denied or locked."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.file_kind import promised
from reports.diagnosis.facts.path_facts import IS_FILE, IS_FOLDER
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import (
    OR_FOLDER,
    OR_MISSING,
    RIGHT_LOADER,
    denied,
    missing,
    other_kind,
)
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DENIED = Cause.PERMISSION_DENIED
_HDF5 = "an HDF5 file"
_OPEN = (
    r"(?i:unable to (?:synchronously )?(?:open|create) file \(unable to (?:open|create) file): "
    r"name = "
    r"'(?P<path>[^\n]{0,300}?)', errno = "
)
_OR_DENIED = Alternative(
    cause=_DENIED,
    explanation="The path is a file that this user may not read.",
    decides="whether PATH is a folder, and its permissions: ls -la PATH",
)
_NAME = re.compile(r"unable to (?:open|create) file: name = '([^'\n]{0,300})'", re.IGNORECASE)


def _is_named_like_a_folder(symptom: Symptom) -> bool:
    found = _NAME.search(symptom.text)
    return symptom.at.exists is None and found is not None and not promised(found.group(1))


_NAMED_LIKE_A_FOLDER = Fact(
    "the name has no ending of a file, and nobody looked at the path", _is_named_like_a_folder
)


def _other_kind(symptom: Symptom, match: Match) -> Diagnosis:
    return other_kind(symptom, match, _HDF5)


def _folder_by_its_name(symptom: Symptom, match: Match) -> Diagnosis:
    """On Windows, 13 is what the system says of a folder; a name without an ending is one."""
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{path}",
        "`{path}` is most likely a folder, such as a SavedModel, that was opened as an HDF5 "
        'file. Windows reports this as "permission denied".',
        RIGHT_LOADER,
    )


def _certainly_denied(symptom: Symptom, match: Match) -> Diagnosis:
    return replace(denied(symptom, match), certainty=CERTAIN)


def _denied_or_folder(symptom: Symptom, match: Match) -> Diagnosis:
    return replace(denied(symptom, match), certainty=ONE_OF)


HDF5 = (
    Rule(
        name="hdf5-file-missing",
        said=(rf"{_OPEN}(?:2|3)\b", r"(?i:unable to open file \(unable to open file\))"),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=missing,
        source="h5py/h5f.pyx, HDF5 H5FDsec2.c",
        examples=(
            Example(
                "Unable to open file (unable to open file: name = 'm.h5', errno = 2, error message",
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-of-a-folder",
        said=(rf"{_OPEN}(?:13|21)\b",),
        facts=(IS_FOLDER,),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_other_kind,
        source="HDF5 H5FDsec2.c, public report",
        examples=(
            Example(
                Symptom(
                    message="Unable to open file (unable to open file: name = 'm', errno = 13",
                    at=PathFacts(exists=True, is_folder=True),
                ),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="hdf5-of-a-folder-by-its-words",
        said=(rf"{_OPEN}21\b",),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_other_kind,
        source="HDF5 H5FDsec2.c",
        examples=(
            Example(
                "Unable to open file (unable to open file: name = 'm.h5', errno = 21, error "
                "message "
                "= 'Is a directory'",
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-of-a-folder-by-its-name",
        said=(rf"{_OPEN}13\b",),
        facts=(_NAMED_LIKE_A_FOLDER,),
        certainty=LIKELY,
        cause=_WRONG,
        explain=_folder_by_its_name,
        alternatives=(_OR_DENIED,),
        source="HDF5 H5FDsec2.c, public report",
        examples=(
            Example(
                "OSError: Unable to open file (unable to open file: name = 'my_model', errno = 13, "
                "error message = 'Permission denied', flags = 0, o_flags = 0)",
                subject="my_model",
            ),
        ),
    ),
    Rule(
        name="hdf5-file-denied",
        said=(rf"{_OPEN}(?:13|1|30)\b",),
        facts=(IS_FILE,),
        certainty=CERTAIN,
        cause=_DENIED,
        explain=_certainly_denied,
        source="HDF5 H5FDsec2.c",
        examples=(
            Example(
                Symptom(
                    message="Unable to open file (unable to open file: name = 'm', errno = 13",
                    at=PathFacts(exists=True, is_folder=False),
                ),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="hdf5-denied-by-its-words",
        said=(rf"{_OPEN}(?:13|1|30)\b",),
        certainty=ONE_OF,
        cause=_DENIED,
        explain=_denied_or_folder,
        alternatives=(OR_FOLDER,),
        source="HDF5 H5FDsec2.c",
        examples=(
            Example(
                "Unable to create file (unable to open file: name = 'm.h5', errno = 13, error "
                "message = 'Permission denied'",
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-path-refused",
        said=(rf"{_OPEN}(?:20|22|36|40|63|123)\b",),
        certainty=LIKELY,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "The system does not accept `{path}` as the path of a file: look for special "
            "characters, backslashes that Python took for something else, and too long names."
        ),
        remedies=(advice("Give the path of the file itself, with / or as a raw string."),),
        alternatives=(OR_MISSING,),
        source="HDF5 H5FDsec2.c, public report",
        examples=(
            Example(
                "OSError: Unable to open file (unable to open file: name = 'C:\\m\\\\x0bgg.h5', "
                "errno = 22, error message = 'Invalid argument', flags = 0, o_flags = 0)",
                subject="C:\\m\\\\x0bgg.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-locked",
        said=(r"unable to lock file", r"unable to truncate a file which is already open"),
        named=(r"name = '(?P<path>[^'\n]+)'",),
        certainty=CERTAIN,
        cause=_DENIED,
        subject="{path}",
        explanation=(
            "Another process has locked the HDF5 file, or the filesystem does not support locks."
        ),
        remedies=(
            advice(
                "Close the file in the other process, or turn file locking off.",
                "HDF5_USE_FILE_LOCKING=FALSE",
            ),
        ),
        source="HDF5 H5FDsec2.c",
        examples=(
            Example(
                "BlockingIOError: Unable to open file (unable to lock file, errno = 11)",
                subject="unable to lock file",
            ),
            Example(
                "OSError: Unable to create file (unable to truncate a file which is already open)",
                subject="unable to truncate a file which is already open",
            ),
        ),
    ),
)

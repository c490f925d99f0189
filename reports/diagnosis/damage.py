"""Damage that was found before the run, as the cause of a failure: only where it can be one.

A release that does not know an op, a Keras that does not read SavedModel folders: a whole file of
this kind fails there with the same words, and damage does not explain that.
"""

from __future__ import annotations

import re

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import package_of
from matrix.model.integrity.finding import Finding, Kind
from matrix.plan.workarounds.keras_workarounds import RENAMED
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_DAMAGED = Cause.CORRUPT_OR_TRUNCATED
FETCH = advice("Download the file again and compare its size and checksum.")
PULL = advice("Download the real file.", "git lfs pull")
_DAMAGES = {
    Kind.MISSING: (Cause.MISSING_FILE, advice("Copy the model again, with all of its files.")),
    Kind.BROKEN_LINK: (
        Cause.MISSING_FILE,
        advice("Copy the file that the link points to, not the link."),
    ),
    Kind.LFS_POINTER: (_DAMAGED, PULL),
    Kind.UNREADABLE: (
        Cause.PERMISSION_DENIED,
        advice("Give this user read access to every file of the model."),
    ),
    Kind.WRONG_NAME: (
        Cause.WRONG_FORMAT_OR_PATH,
        Advice(
            text="Rename the file so that its extension matches its content.", workaround=RENAMED
        ),
    ),
}
# What a failure may be taken for that comes of bytes which are not what was saved.
_OF_ANY_DAMAGE = frozenset(
    {_DAMAGED, Cause.MISSING_FILE, Cause.PERMISSION_DENIED, Cause.UNCLASSIFIED}
    | {Cause.TIMEOUT_OR_CRASH}
    | {Cause.LOOKUP_TABLE_OR_RESOURCE_INIT, Cause.RESOURCE_EXHAUSTED}
)
_OF_OPS = frozenset({Cause.UNREGISTERED_OP, Cause.TFLITE_OP_UNSUPPORTED})
_OF_A_GRAPH = _OF_OPS | {Cause.OP_ATTR_OR_SHAPE_VERSION, Cause.EXPORT_DEFECT}
# What a sentence about a damaged graph calls by its name.
_NAMED = re.compile(r"(?:node|constant|input|op|tensor) '?([\w./>:-]{3,})")
# Whatever a loader was at, these words say that bytes did not read.
_UNREAD = re.compile(
    r"Bad CRC|[Cc]hecksum does not match|DataLoss|[Cc]an't (?:synchronously )?read|"
    r"[Uu]nable to (?:synchronously )?(?:open|read)|truncated file|filter returned failure|"
    r"Error -\d+ while decompressing|Error parsing message|not an sstable|"
    r"codec can't decode byte"
)
_FOLDERS = ("saved_model", "saved_model_v1")
# It has about 210 now, and a number that flipped may be any.
_MOST_LITE_OPS = 2**10
_PART_OF_CHECKPOINT = re.compile(r"\.(?:index|data-\d{5}-of-\d{5})$")
_NO_GRAPH = ("variables/", "assets/", "keras_metadata.pb")


def damage(symptom: Symptom, other: Diagnosis) -> Diagnosis | None:
    """The damage that was found, where it can be why this failed; `None` where it cannot.

    `other` is the diagnosis without it. What would keep the whole model from loading as well, such
    as an op that the release does not know, is not explained by damage.
    """
    if not symptom.at.damage or not loading(symptom) or symptom.at.exists is False:
        return None
    named = [finding for finding in symptom.at.damage if _names(symptom, finding)]
    if named or _UNREAD.search(symptom.text) or _explains(symptom, other):
        return _damage(symptom, other, named[0] if named else symptom.at.damage[0])
    return None


def loading(symptom: Symptom) -> bool:
    """Whether the failure is one to load: what fails or dies then may have read damaged bytes."""
    return symptom.ending in ("", "crashed") and symptom.stage in ("", "load")


def _names(symptom: Symptom, finding: Finding) -> bool:
    """Whether the failure names the damaged file of a folder; a checkpoint by its prefix too."""
    if "/" not in finding.file:
        return False
    name = _PART_OF_CHECKPOINT.sub("", finding.file)
    return re.search(rf"[/\\]{re.escape(name)}(?![\w-])", symptom.text) is not None


def _explains(symptom: Symptom, other: Diagnosis) -> bool:
    """Whether the cause that the words tell is one that damage can have."""
    if other.cause in _OF_A_GRAPH:
        of_graph = [one for one in symptom.at.damage if not one.file.startswith(_NO_GRAPH)]
        return any(_of_a_damaged_graph(symptom, other, finding) for finding in of_graph)
    # What cannot be opened is often called another kind of file.
    if other.cause is Cause.WRONG_FORMAT_OR_PATH:
        return symptom.format not in _FOLDERS and not symptom.ruled_out
    return other.cause in _OF_ANY_DAMAGE


def _of_a_damaged_graph(symptom: Symptom, other: Diagnosis, finding: Finding) -> bool:
    """Whether no whole graph fails in this way: by an op that nobody has, or a node that is odd."""
    if other.cause in _OF_OPS:
        return not _is_an_op(symptom, other.subject)
    return any(name in symptom.text for name in _NAMED.findall(finding.sentence))


def _is_an_op(symptom: Symptom, subject: str) -> bool:
    """Whether some release or package has the op, or the file itself names it."""
    name, _, rest = subject.partition(" ")
    if name == "op" and rest.isdecimal():
        # How TensorFlow Lite calls one that is newer than it.
        return int(rest) < _MOST_LITE_OPS
    known = api_history().op_releases(name) or package_of(name)
    return bool(known) or name in symptom.ops


def _damage(symptom: Symptom, other: Diagnosis, first: Finding) -> Diagnosis:
    more = len(symptom.at.damage) - 1
    cause, remedy = _DAMAGES.get(first.kind, (_DAMAGED, FETCH))
    line = re.match(r"[^\n]*", other.evidence)
    assert line
    return diagnosis(
        symptom,
        Match.of(line),
        cause,
        "{file}",
        "The model files are damaged or incomplete: {first}"
        + (
            f" There are {more} more {('finding' if more == 1 else 'findings')} like this."
            if more
            else ""
        ),
        remedy,
        file=first.file,
        first=first.sentence,
    )

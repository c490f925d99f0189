"""Facts about path and process are checked before messages, because messages mislead."""

from __future__ import annotations

import re

from matrix.model.integrity.finding import Kind
from reports.diagnosis.advice import advice
from reports.diagnosis.file_kind import NOT_A_MODEL, kind_of
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_DAMAGED = Cause.CORRUPT_OR_TRUNCATED
_CRASH = Cause.TIMEOUT_OR_CRASH
_FETCH = advice("Download the file again and compare its size and checksum.", "git lfs pull")


_DAMAGES = {
    Kind.MISSING: (Cause.MISSING_FILE, advice("Copy the model again, with all of its files.")),
    Kind.BROKEN_LINK: (
        Cause.MISSING_FILE,
        advice("Copy the file that the link points to, not the link."),
    ),
    Kind.UNREADABLE: (
        Cause.PERMISSION_DENIED,
        advice("Give this user read access to every file of the model."),
    ),
    Kind.WRONG_NAME: (
        Cause.WRONG_FORMAT_OR_PATH,
        advice("Rename the file so that its extension matches its content."),
    ),
}


def _loading(symptom: Symptom) -> bool:
    return symptom.ending in ("", "crashed") and symptom.stage in ("", "load")


# What a failure may be taken for that comes of bytes which are not what was saved.
_OF_ANY_DAMAGE = frozenset(
    {_DAMAGED, Cause.MISSING_FILE, Cause.PERMISSION_DENIED, Cause.UNCLASSIFIED, _CRASH}
    | {Cause.LOOKUP_TABLE_OR_RESOURCE_INIT, Cause.RESOURCE_EXHAUSTED}
)
_OF_A_GRAPH = frozenset(
    {Cause.UNREGISTERED_OP, Cause.OP_ATTR_OR_SHAPE_VERSION, Cause.EXPORT_DEFECT}
    | {Cause.TFLITE_OP_UNSUPPORTED}
)
# Whatever a loader was at, these words say that bytes did not read.
_UNREAD = re.compile(
    r"Bad CRC|[Cc]hecksum does not match|DataLoss|[Cc]an't (?:synchronously )?read|"
    r"[Uu]nable to (?:synchronously )?(?:open|read)|truncated file|filter returned failure|"
    r"Error -\d+ while decompressing|Error parsing message"
)
_FOLDERS = ("saved_model", "saved_model_v1")
_NO_GRAPH = ("variables/", "assets/", "keras_metadata.pb")


def damage(symptom: Symptom, other: Diagnosis) -> Diagnosis | None:
    """The damage that was found, where it can be why this failed; `None` where it cannot.

    `other` is the diagnosis without it. What would keep the whole model from loading as well, such
    as an op that the release does not know, is not explained by damage.
    """
    if not symptom.at.damage or not _loading(symptom) or symptom.at.exists is False:
        return None
    explained = other.cause in _explained(symptom) or _UNREAD.search(symptom.text)
    return _damage(symptom, other) if explained else None


def _explained(symptom: Symptom) -> frozenset[Cause]:
    causes = _OF_ANY_DAMAGE
    if symptom.format not in _FOLDERS:
        # What cannot be opened is often called another kind of file.
        causes |= {Cause.WRONG_FORMAT_OR_PATH}
    if any(not finding.file.startswith(_NO_GRAPH) for finding in symptom.at.damage):
        causes |= _OF_A_GRAPH
    return causes


def _damage(symptom: Symptom, other: Diagnosis) -> Diagnosis:
    first = symptom.at.damage[0]
    more = len(symptom.at.damage) - 1
    cause, remedy = _DAMAGES.get(first.kind, (_DAMAGED, _FETCH))
    line = re.match(r"[^\n]*", other.evidence)
    assert line
    return diagnosis(
        symptom,
        line,
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


def _pointer(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _DAMAGED,
        "{model}",
        "{model} is {what}, not a model.",
        _FETCH,
        what=kind_of(symptom.at.head),
    )


FACTS = (
    rule(
        "isolation",
        r"(?s).*",
        answer(
            Cause.BLOCKED_BY_ISOLATION,
            "isolation",
            "The sandbox blocked something that the model tried to do, so it is unknown whether "
            "the model loads here.",
            advice("Check what was blocked, and allow it if you trust the model."),
        ),
        when=lambda s: s.ending == "blocked",
    ),
    rule(
        "path-absent",
        r"(?s).*",
        answer(
            Cause.MISSING_FILE,
            "{model}",
            "{model} does not exist.",
            advice("Give the path of an existing file or folder."),
        ),
        when=lambda s: s.at.exists is False,
    ),
    rule(
        "path-unreadable",
        r"(?s).*",
        answer(
            Cause.PERMISSION_DENIED,
            "{model}",
            "{model} exists, but this user has no permission to read it.",
            advice("Give this user read access.", "chmod -R a+rX {model}"),
        ),
        when=lambda s: s.at.readable is False and _loading(s),
    ),
    rule(
        "no-model-at-all",
        r"(?s).*",
        _pointer,
        when=lambda s: kind_of(s.at.head) in (*NOT_A_MODEL, "an empty file") and _loading(s),
    ),
)

ENDINGS = (
    rule(
        "timed-out",
        r"(?s).*",
        answer(
            _CRASH,
            "time limit",
            "It did not finish within the time limit.",
            advice("Raise the time limit.", "--timeout 600"),
        ),
        when=lambda s: s.ending == "timed-out",
    ),
    rule(
        "memory-limit",
        r"(?s).*",
        answer(
            Cause.RESOURCE_EXHAUSTED,
            "memory limit",
            "It needed more memory than the memory limit allows.",
            advice("Raise the memory limit.", "--memory 8GB"),
        ),
        when=lambda s: s.ending == "out-of-memory",
    ),
)

CRASHES = (
    rule(
        "crash",
        r"(?P<how>CRASH\b|Segmentation fault|SIGSEGV|SIGABRT|SIGBUS|SIGFPE|Bus error|core dumped|"
        r"Fatal Python error|Floating point exception|Aborted|terminate called|Check failed|"
        r"exit(?:ed with)? code:? ?-?(?:139|134|136|132|1073741819|1073740791|9)\b|0xC000000\w|"
        r"(?i:kernel (?:has )?died|appears to have died|process (?:died|crashed))|"
        r"segfault|access violation|double free|corrupted size|free\(\): invalid)",
        answer(
            _CRASH,
            "{how}",
            "The process crashed in native code ({how}), so there is no Python error message.",
            advice("Try another TensorFlow release."),
        ),
    ),
    rule(
        "died",
        r"(?P<how>[^\n]*)",
        answer(
            _CRASH,
            "{how}",
            "The process crashed ({how}), so there is no Python error message.",
            advice("Try another TensorFlow release."),
        ),
        when=lambda s: s.ending == "crashed",
    ),
    rule(
        "hangs",
        r"(?i:\b(?:hangs?|hung|freezes|stuck|deadlock(?:s|ed)?|never returns|timed? ?out|"
        r"timeout)\b)",
        answer(
            _CRASH,
            "no end",
            "It does not finish.",
            advice("Try another TensorFlow release."),
        ),
    ),
)

NO_CELL = (
    rule(
        "no-environment",
        r"(?P<why>[^\n]*)",
        answer(
            Cause.ENV_IMPORT_FAILURE,
            "environment",
            "No environment could be built for this test: {why}",
        ),
        when=lambda s: s.ending == "unavailable",
    ),
    rule(
        "broken-environment",
        r"(?P<why>[^\n]*)",
        answer(
            Cause.ENV_IMPORT_FAILURE,
            "tensorflow",
            "TensorFlow itself cannot be imported in this environment: {why}",
        ),
        when=lambda s: s.ending == "broken",
    ),
)

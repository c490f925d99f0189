"""Facts about the path are checked before messages, because messages mislead."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from matrix.model.integrity.finding import Kind
from matrix.plan.keras_workarounds import RENAMED
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.facts.fact import DECIDES, Fact
from reports.diagnosis.facts.file_kind import NOT_A_MODEL, kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Cause, Diagnosis

_DAMAGED = Cause.CORRUPT_OR_TRUNCATED
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
        Advice(
            text="Rename the file so that its extension matches its content.", workaround=RENAMED
        ),
    ),
}


def _loading(symptom: Symptom) -> bool:
    return symptom.ending in ("", "crashed") and symptom.stage in ("", "load")


# What a failure may be taken for that comes of bytes which are not what was saved.
_OF_ANY_DAMAGE = frozenset(
    {_DAMAGED, Cause.MISSING_FILE, Cause.PERMISSION_DENIED, Cause.UNCLASSIFIED}
    | {Cause.TIMEOUT_OR_CRASH}
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


def _readable(symptom: Symptom, _match: Match) -> Iterator[Advice]:
    # Braces in a path are none of a template.
    path = shlex.quote(symptom.path or "MODEL").replace("{", "{{").replace("}", "}}")
    yield advice("Give this user read access.", f"chmod -R a+rX {path}")


FACTS = (
    Rule(
        name="isolation",
        said=(r"(?P<why>[^\n]*)",),
        facts=(Fact("the sandbox stopped the process", lambda s: s.ending == "blocked", DECIDES),),
        certainty=CERTAIN,
        cause=Cause.BLOCKED_BY_ISOLATION,
        subject="isolation",
        explanation=(
            "The isolation blocked something that the model tried to do, so it is unknown "
            "whether the model loads and runs here: {why}"
        ),
        remedies=(
            advice("Check what was blocked, and allow it with that option if you trust the model."),
        ),
        source="matrix/run/refusals.py of this project",
        examples=(Example(Symptom(ending="blocked", message="socket()"), subject="isolation"),),
    ),
    Rule(
        name="path-absent",
        facts=(Fact("the path does not exist", lambda s: s.at.exists is False, DECIDES),),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="{model}",
        explanation="{model} does not exist.",
        remedies=(advice("Give the path of an existing file or folder."),),
        source="a look at the path",
        examples=(
            Example(
                Symptom(message="Error parsing message", at=PathFacts(exists=False), path="m"),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="path-unreadable",
        facts=(
            Fact(
                "the path exists and may not be read",
                lambda s: s.at.readable is False and _loading(s),
                DECIDES,
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.PERMISSION_DENIED,
        subject="{model}",
        explanation="{model} exists, but this user has no permission to read it.",
        remedies=(_readable,),
        source="a look at the path",
        examples=(
            Example(
                Symptom(message="x", at=PathFacts(exists=True, readable=False), path="m"),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="no-model-at-all",
        facts=(
            Fact(
                "the first bytes are those of something that is no model",
                lambda s: kind_of(s.at.head) in (*NOT_A_MODEL, "an empty file") and _loading(s),
                DECIDES,
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        explain=_pointer,
        source="a look at the path",
        examples=(
            Example(
                Symptom(
                    message="x",
                    at=PathFacts(exists=True, head=b"version https://git-lfs.github.com/spec/v1"),
                    path="m",
                ),
                subject="m",
            ),
        ),
    ),
)

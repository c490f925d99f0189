"""Facts about the path are checked before messages, because messages mislead."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.damage import FETCH, loading
from reports.diagnosis.facts.fact import DECIDES, Fact
from reports.diagnosis.facts.file_kind import NOT_A_MODEL, kind_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Cause, Diagnosis

_DAMAGED = Cause.CORRUPT_OR_TRUNCATED


def _pointer(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _DAMAGED,
        "{model}",
        "{model} is {what}, not a model.",
        FETCH,
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
                lambda s: s.at.readable is False and loading(s),
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
                lambda s: kind_of(s.at.head) in (*NOT_A_MODEL, "an empty file") and loading(s),
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

"""Finds the diagnosis of a failure: of all rules that match, the most certain and specific."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reports.diagnosis.damage import damage
from reports.diagnosis.match import short
from reports.diagnosis.rules.all import RULES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

_NO_ERROR = Diagnosis(
    cause=Cause.UNCLASSIFIED,
    subject="text without an error",
    explanation="No error message was found in this text.",
    remedies=(
        Remedy(
            text="Give what the program printed when it failed: the traceback, or the lines with "
            "the error."
        ),
    ),
)
# Its own words, and frames and names of its modules.
_OF_PYTORCH = re.compile(
    r"Weights only load failed|\btorch\.(?:load|nn|cuda|jit)\b"
    r"|[\\/]site-packages[\\/]torch[\\/]|\bstate_dict\b|\bPyTorch\b"
)
_OF_TENSORFLOW = re.compile(r"(?i:tensorflow|keras)|\btf\.\w")
_PYTORCH = Diagnosis(
    cause=Cause.UNCLASSIFIED,
    subject="failure of PyTorch",
    explanation="This is an error of PyTorch. Loadmatrix knows only those of TensorFlow and Keras, "
    "and no release of TensorFlow changes it.",
    remedies=(
        Remedy(
            text="Look for it in the forum or the issues of PyTorch, or ask whoever made the file."
        ),
    ),
)


def diagnose(symptom: Symptom, tried: Sequence[Remedy] = ()) -> Diagnosis:
    """The diagnosis of the rule that knows the symptom best.

    `tried` are remedies that loaded the model in this very cell: they come first.
    """
    if symptom.has_error is False:
        return _NO_ERROR
    matching = filter(None, (rule.candidate(symptom) for rule in RULES))
    ranked = sorted(matching, key=lambda candidate: candidate.rank)
    answers = (candidate.diagnosis(symptom) for candidate in ranked)
    diagnosis = next(filter(None, answers), None) or _unknown(symptom)
    diagnosis = damage(symptom, diagnosis) or diagnosis
    return replace(diagnosis, remedies=(*tried, *diagnosis.remedies)) if tried else diagnosis


def _unknown(symptom: Symptom) -> Diagnosis:
    """No rule knows it: the exception speaks for itself, and nobody guesses."""
    if symptom.has_error is None:
        return _NO_ERROR
    lines = [line for line in symptom.words.splitlines() if line.strip()]
    # Of an exception the first line says most, of a text without one the last.
    quote = short(lines[0 if symptom.kind else -1] if lines else "", 200)
    if _OF_PYTORCH.search(symptom.text) and not _OF_TENSORFLOW.search(symptom.text):
        return replace(_PYTORCH, subject=symptom.kind or "failure", evidence=quote)
    return Diagnosis(
        cause=Cause.UNCLASSIFIED,
        subject=symptom.kind or "failure",
        explanation=f"Unknown error: {quote}" if quote else "Unknown error without a message.",
        evidence=quote,
    )

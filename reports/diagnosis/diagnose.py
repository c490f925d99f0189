"""Finds the diagnosis of a failure: the first of the ordered rules that matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.diagnosis.rule import short
from reports.diagnosis.rules.facts_first import damage
from reports.diagnosis.rules.order import RULES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy


def diagnose(symptom: Symptom, tried: Sequence[Remedy] = ()) -> Diagnosis:
    """The diagnosis of the first rule that knows the symptom.

    `tried` are remedies that loaded the model in this very cell: they come first.
    """
    diagnosis = next(filter(None, (rule.apply(symptom) for rule in RULES)), None)
    diagnosis = diagnosis or _unclassified(symptom)
    diagnosis = damage(symptom, diagnosis) or diagnosis
    return replace(diagnosis, remedies=(*tried, *diagnosis.remedies)) if tried else diagnosis


def _unclassified(symptom: Symptom) -> Diagnosis:
    """No rule knows it: the exception speaks for itself, and nobody guesses."""
    quote = short(next((line for line in symptom.words.splitlines() if line.strip()), ""), 200)
    return Diagnosis(
        cause=Cause.UNCLASSIFIED,
        subject=symptom.kind or "failure",
        explanation=f"Unknown error. Its first line: {quote}"
        if quote
        else "Unknown error without a message.",
        evidence=quote,
    )

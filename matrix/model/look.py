"""A static look at a model before anything runs: what it is, if it is whole, what it could do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.facts import ModelFacts
from matrix.model.findings import Finding
from matrix.model.inspect import inspect
from matrix.model.integrity import examine
from matrix.model.risk import Risk
from matrix.model.risks import risks

_MOST_SAID = 3


@dataclass(frozen=True, kw_only=True)
class Look:
    """One model as it lies there."""

    facts: ModelFacts
    findings: tuple[Finding, ...]
    risks: tuple[Risk, ...] = ()


def look(path: Path) -> Look:
    """What there is to know of a model without TensorFlow.

    A damaged model is looked at all the same where something of it can be tried: its releases then
    say what they think of it.

    Raises:
        UsageError: the path does not exist.
        NothingTestable: what is there is no model, or damaged beyond trying.
    """
    findings = examine(path)
    try:
        facts = inspect(path)
    except NothingTestable as error:
        if damage := damage_of(findings):
            raise NothingTestable(f"{path} cannot be tested. {damage}") from error
        raise
    return Look(facts=facts, findings=findings, risks=risks(facts))


def damage_of(findings: Sequence[Finding]) -> str:
    """The sentences about certain damage, the first few; empty where there is none."""
    sentences = [one.sentence for one in findings if one.damaged]
    more = len(sentences) - _MOST_SAID
    said = sentences[:_MOST_SAID] + ([f"There is more ({more})."] if more > 0 else [])
    return " ".join(said)

"""Each rule answers what it was written for, and every answer holds together."""

from __future__ import annotations

import re

import pytest
from symptoms import KNOWN, SAID

from reports.causes import Cause
from reports.diagnosis import Symptom, diagnose
from reports.diagnosis.rules import RULES

NAMES = [rule.name for rule in RULES]
EXAMPLES = {**KNOWN, **{name: Symptom(message=text) for name, text in SAID.items()}}


def test_every_rule_has_a_name_of_its_own_and_an_example() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert sorted(EXAMPLES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_rule_is_answered_by_that_rule(name: str) -> None:
    symptom = EXAMPLES[name]
    answers = (rule.name for rule in RULES if rule.apply(symptom))
    assert next(answers, None) == name


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_one_plain_sentence_or_two_with_subject(name: str) -> None:
    found = diagnose(EXAMPLES[name])
    assert found.cause is not Cause.UNCLASSIFIED
    assert found.subject
    assert (
        found.explanation.endswith((".", ". "))
        or EXAMPLES[name].ending
        or ":" in (found.explanation)
    )
    assert not re.search(r"\{\w*\}|``|  ", found.explanation), found.explanation
    assert all(remedy.text and not remedy.verified for remedy in found.remedies)

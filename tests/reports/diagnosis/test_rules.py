"""Each rule answers what it was written for, and every answer holds together."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.diagnosis.bounded import bounded
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.rule import Rule
from reports.diagnosis.rules.order import RULES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause
from tests.symptoms import KNOWN, SAID

# CPU seconds. What hangs takes minutes; a busy machine makes a second of some tenths.
HANGS = 15
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


_MUCH = 60_000
_PIECES = [
    "a",
    " ",
    '"',
    "'",
    "1",
    "/",
    "(",
    "[",
    "{",
    "\n",
    ".",
    ":",
    "_",
    "ab/",
    "Key: ",
    "1.",
    'File "/a/keras/src/x.py", line 3, in load\n    return f(x)\n',
]


@pytest.mark.parametrize("piece", _PIECES)
def test_no_long_text_makes_the_rules_hang(piece: str) -> None:
    symptom = Symptom(message=piece * (_MUCH // len(piece)))
    before = time.process_time()
    diagnose(symptom)
    assert time.process_time() - before < HANGS


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_no_rule_hangs_on_its_own_words_said_again_and_again(rule: Rule) -> None:
    words = re.findall(r"[A-Za-z][\w `'-]{3,}", re.sub(r"\\.|\?P<\w+>", "|", rule.pattern.pattern))
    before = time.process_time()
    for word in words[:12]:
        rule.apply(Symptom(message=f"{word} " * (_MUCH // len(word))))
        rule.apply(Symptom(message=word + "'" * _MUCH))
    assert time.process_time() - before < HANGS


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        (r"a*[^\n]*?b\w+", r"a{0,300}[^\n]{0,300}?b\w{1,120}"),
        (r"(?:x[^]\\]+)*\{\{\d{2,}", r"(?:x[^]\\]{1,300})*\{\{\d{2,}"),
        (r"(?P<a>[\w.]+)?\*\+", r"(?P<a>[\w.]{1,300})?\*\+"),
    ],
)
def test_repeats_of_a_pattern_have_an_end(written: str, compiled: str) -> None:
    assert bounded(written) == compiled


@given(text=st.text(max_size=300), kind=st.text(max_size=20), pick=st.sampled_from(sorted(SAID)))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str, kind: str, pick: str) -> None:
    for message in (text, f"{SAID[pick]}{text}", f"{text}{SAID[pick]}"):
        found = diagnose(Symptom(kind=kind, message=message, in_cell=bool(text)))
        assert found.explanation
        assert found.evidence.isprintable()

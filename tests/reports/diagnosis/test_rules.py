"""Each rule answers its examples and leaves its counter-examples to others."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.patterns.bounded import bounded
from reports.diagnosis.patterns.letters import literals, needed_words
from reports.diagnosis.rule import Example, Rule
from reports.diagnosis.rules.all import RULES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Certainty

# CPU seconds. What hangs takes minutes; a busy machine makes a second of some tenths.
HANGS = 15
NAMES = [rule.name for rule in RULES]
EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]
COUNTER_EXAMPLES = [(rule, example) for rule in RULES for example in rule.counter_examples]
TEXTS = [example.given for _, example in EXAMPLES if isinstance(example.given, str)]


def _name(value: object) -> str:
    return value.name if isinstance(value, Rule) else ""


def test_every_rule_has_a_name_of_its_own_and_an_example() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [rule.name for rule in RULES if not rule.examples] == []


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=_name)
def test_an_example_is_answered_by_its_rule_with_its_subject(rule: Rule, example: Example) -> None:
    found = diagnose(example.symptom)
    assert (found.rule, found.cause, found.subject) == (rule.name, rule.cause, example.subject)


@pytest.mark.parametrize(("rule", "example"), COUNTER_EXAMPLES, ids=_name)
def test_a_counter_example_is_not_answered_by_that_rule(rule: Rule, example: Example) -> None:
    assert diagnose(example.symptom).rule != rule.name


@pytest.mark.parametrize("example", [example for _, example in EXAMPLES])
def test_an_answer_is_one_plain_sentence_or_two(example: Example) -> None:
    found = diagnose(example.symptom)
    ends = found.explanation.endswith((".", ". ")) or example.symptom.ending
    assert ends or ":" in found.explanation
    assert not re.search(r"\{\w*\}|``|  ", found.explanation), found.explanation
    assert all(remedy.text and not remedy.verified for remedy in found.remedies)


def test_one_of_several_says_which_others_and_what_decides() -> None:
    open_ended = [rule for rule in RULES if rule.certainty is Certainty.ONE_OF]
    assert [rule.name for rule in open_ended if not rule.alternatives] == []
    told = [other for rule in RULES for other in rule.alternatives]
    assert all(other.explanation.endswith(".") and other.decides for other in told)


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
    patterns = "|".join(rule.said)
    words = re.findall(r"[A-Za-z][\w `'-]{3,}", re.sub(r"\\.|\?P<\w+>", "|", patterns))
    before = time.process_time()
    for word in words[:12]:
        rule.candidate(Symptom(message=f"{word} " * (_MUCH // len(word))))
        rule.candidate(Symptom(message=word + "'" * _MUCH))
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


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [(r"abc\d+", 3), (r"a(?:bc|d)(?P<x>\w+)f", 3), (r"(?:ab)?c{3}", 3), (r"[xy]\.[^\n]*", 1)],
)
def test_what_a_text_must_have_letter_for_letter_is_counted(pattern: str, letters: int) -> None:
    assert literals(pattern) == letters


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        (r"Unknown (?P<kind>layer|loss): ", "unknown"),
        (r"(?:ab)?c", "c"),
        (r"\bab{2,} c\d{12,}", "ab"),
        (r"(?s)colou?r(?=x)[^q]{0,9}\(of\)", "colo"),
        (r"a|b", ""),
        (r"(?i:Bad) [Mm]agic", "agic"),
        (r"x{3}yz?", "x"),
    ],
)
def test_a_pattern_is_looked_for_where_its_word_stands(pattern: str, word: str) -> None:
    assert max(needed_words(pattern), key=len, default="") == word


@pytest.mark.parametrize(
    "text",
    [
        "Unable to open file (file signature not found)",
        "unable to open file (File signature not found)",
        "Unable to open file\n(file signature  not found)",
    ],
)
def test_capitals_and_line_breaks_do_not_matter(text: str) -> None:
    assert diagnose(Symptom(message=text)).rule == "hdf5-signature"


def test_quotes_do_not_matter() -> None:
    for quote in ("'", '"', "`", "\u2018"):
        found = diagnose(Symptom(message=f"ValueError: Unknown layer: {quote}Odd{quote}"))
        assert found.subject == "Odd"


@given(text=st.text(max_size=300), kind=st.text(max_size=20), pick=st.sampled_from(sorted(TEXTS)))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str, kind: str, pick: str) -> None:
    for message in (text, f"{pick}{text}", f"{text}{pick}"):
        found = diagnose(Symptom(kind=kind, message=message, in_cell=bool(text)))
        assert found.explanation
        assert found.evidence.isprintable()
        assert (found.certainty is None) == (found.cause is Cause.UNCLASSIFIED)

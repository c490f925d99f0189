"""Sentences of all releases are found again, and real failures date from where they happened."""

from __future__ import annotations

import functools
import json
import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from matrix.catalogue.messages import Sentence, messages
from reports.diagnosis.sentences.dating import dated
from reports.diagnosis.sentences.raised import Raised, raised
from tests.conftest import SHARED

LOADS = SHARED / "facts" / "measured-loads.jsonl"
VALUES = (
    "'dense_1'",
    "(None, 10)",
    "<class 'keras.src.layers.Dense'>",
    "None",
    "[1, 2]",
    "float32",
)


@functools.cache
def _sample() -> tuple[tuple[Sentence, str], ...]:
    """Sentences of Python packages with some words, each with values in its holes."""
    lot = random.Random(11)
    long = [
        sentence
        for sentence in messages()
        if any(origin.kind for origin in sentence.origins)
        and len(re.findall(r"[A-Za-z]{2,}", sentence.template)) >= 8
    ]
    chosen = lot.sample(long, 200)
    return tuple(
        (one, re.sub(r"\{\}", lambda _: lot.choice(VALUES), one.template)) for one in chosen
    )


def _wrapped(text: str) -> str:
    return "\n".join(text[start : start + 61] for start in range(0, len(text), 61))


@pytest.mark.parametrize(
    ("shown", "least"),
    [
        pytest.param(lambda text: text, 0.97, id="whole"),
        pytest.param(_wrapped, 0.97, id="wrapped"),
        pytest.param(lambda text: f"I got this:\n{text}\nWhy?", 0.95, id="in-a-mail"),
        pytest.param(lambda text: text[: len(text) * 7 // 10], 0.8, id="cut"),
        pytest.param(lambda text: " ".join(text.split()[2:]), 0.7, id="without-its-begin"),
    ],
)
def test_sentences_are_found_again(shown: Callable[[str], str], least: float) -> None:
    """The best answer is the sentence, or one that the same releases have."""
    right = [_is_of(sentence, raised(shown(text))) for sentence, text in _sample()]
    assert sum(right) >= least * len(right)


def _is_of(sentence: Sentence, found: tuple[Raised, ...]) -> bool:
    having = frozenset[str]().union(*(origin.releases for origin in sentence.origins))
    same = [one for one in found if one.template == sentence.template]
    return bool(same) or any(having <= set(one.releases) for one in found[:1])


@pytest.mark.skipif(not LOADS.exists(), reason="the measured loads are not beside the project")
def test_measured_failures_were_raised_in_a_release_that_has_the_sentence() -> None:
    found, right, sure, right_dates = Counter[bool](), 0, 0, 0
    for kind, message, release in _failures():
        answers = _raised(f"{kind}: {message}")
        found[bool(answers)] += 1
        best = [one for one in answers if one.template == answers[0].template]
        right += any(release in one.releases for one in best)
        if date := dated(answers):
            sure += 1
            right_dates += release in date.releases or release in date.beside
    # The others are words of Python itself, such as those of an IndexError.
    assert found[True] >= 0.75 * found.total()
    assert right >= 0.98 * found[True]
    assert right_dates >= 0.98 * sure


_raised = functools.cache(raised)


def _failures() -> list[tuple[str, str, str]]:
    rows = map(json.loads, LOADS.read_text(encoding="utf-8").splitlines())
    # What the measuring says in the place of an exception is no sentence of a release.
    own = ("NotAKerasModel", "NotAModel", "CRASH")
    return [
        (row["type"], row["message"], row["tensorflow"])
        for row in rows
        if not row["ok"] and row["type"] not in own
    ]

"""A rule: what it matches, how certain that is, and the answer; one block each.

    Rule(
        name="undefined-symbol",
        said=(r"undefined symbol: (?P<symbol>\\S+)",),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{symbol}",
        explanation="...",
        remedies=(advice("..."),),
        source="tensorflow/python/framework/load_library.py",
        examples=(Example("NotFoundError: a.so: undefined symbol: _ZN3", subject="_ZN3"),),
    )

`rules/` holds the blocks in families. No rule has a position: the most certain answer wins, then
the most specific. docs/contributing/diagnosis.md is the how-to; tests and the pages of causes in
docs/reference/causes/ are made from the blocks.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from reports.diagnosis.advising.advice import Advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match, said_in, short
from reports.diagnosis.patterns.bounded import bounded
from reports.diagnosis.patterns.letters import literals, needed_words
from reports.diagnosis.patterns.tolerant import tolerant
from reports.diagnosis.raised_by import RaisedBy
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Certainty, Diagnosis, Remedy

CERTAIN, LIKELY, ONE_OF = Certainty.CERTAIN, Certainty.LIKELY, Certainty.ONE_OF

_MOST_EVIDENCE = 300
_MOST_SUBJECT = 120
_SHORT_SUBJECT = 60

# `None` says: not mine after all, ask the next rule.
Explain: TypeAlias = Callable[[Symptom, Match], Diagnosis | None]
# What to do, or what finds out what to do from who wrote, who reads and what was found.
Remedies: TypeAlias = Advice | Callable[[Symptom, Match], Iterable[Advice]]


@dataclass(frozen=True)
class Example:
    """A failure as people paste it, or as a symptom, and the subject it has."""

    given: str | Symptom
    subject: str = ""

    @property
    def symptom(self) -> Symptom:
        """The failure as the rules get it."""
        return Symptom(message=self.given) if isinstance(self.given, str) else self.given


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """One block. `said` are patterns of which one must be found, `facts` all must hold.

    None of `unless` may be found. `named` find names that the sentence itself does not have, such
    as that of the layer. `raised_by` are places in the source of a release: the failure is a
    sentence of one of them. Without `said` and `raised_by` the facts decide alone. `explain`
    computes what fixed texts cannot say. `source` is the file of a release or `public report`;
    `counter_examples` look alike and are answered by another rule.
    """

    name: str
    cause: Cause
    certainty: Certainty
    said: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    raised_by: tuple[RaisedBy, ...] = ()
    facts: tuple[Fact, ...] = ()
    subject: str = ""
    explanation: str = ""
    remedies: tuple[Remedies, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    explain: Explain | None = None
    source: str = ""
    examples: tuple[Example, ...] = ()
    counter_examples: tuple[Example, ...] = ()

    @functools.cached_property
    def patterns(self) -> tuple[str, ...]:
        """What `said` says, the most specific first."""
        return tuple(sorted(self.said, key=lambda pattern: -literals(pattern)))

    def answer(self, symptom: Symptom, match: Match) -> Diagnosis | None:
        """What the rule says of a failure, with the names filled in that were found."""
        if self.explain is not None:
            return self.explain(symptom, match)
        texts = (self.subject, self.explanation)
        return diagnosis(symptom, match, self.cause, *texts, *self.remedies)

    def candidate(self, symptom: Symptom) -> Candidate | None:
        """What of the symptom this rule matches, `None` where it does not apply."""
        if not all(fact.holds(symptom) for fact in self.facts):
            return None
        found = self._found(symptom)
        if not found or any(_compiled(pattern).search(symptom.text) for pattern in self.unless):
            return None
        (best, words), *others = found
        names = filter(None, (said_in(_compiled(name), symptom.text) for name in self.named))
        match = Match.of(best, *(other for other, _ in others), *names)
        weight = sum(fact.weight for fact in self.facts)
        return Candidate(rule=self, match=match, specific=(weight, words))

    def _found(self, symptom: Symptom) -> list[tuple[re.Match[str], int]]:
        """All that is found, the longest words first, and how long they are."""
        text = symptom.text
        if not self.said and not self.raised_by:
            first = _FIRST_LINE.search(text)
            return [(first, 0)] if first else []
        # A search costs a hundred times what a look for one of its words does.
        letters = symptom.small_letters
        likely = (said for said in self.said if all(w in letters for w in needed_words(said)))
        found = [(match, literals(p)) for p in likely if (match := said_in(_compiled(p), text))]
        found.sort(key=lambda pair: -pair[1])
        raised = ((place.search(symptom), place.letters) for place in self.raised_by)
        best = sorted(((match, n) for match, n in raised if match), key=lambda pair: -pair[1])
        return [*found, *best]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A rule that matches, and how specific: facts weigh more than words, long words than short."""

    rule: Rule
    match: Match
    specific: tuple[int, int]

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """The smallest is the best; the name makes it the same on every machine."""
        facts, words = self.specific
        # `one of` names the cause as surely as `likely`, and its alternatives besides.
        return self.rule.certainty is not CERTAIN, -facts, -words, self.rule.name

    def diagnosis(self, symptom: Symptom) -> Diagnosis | None:
        """The answer of the rule, `None` where it finds that the failure is not its own."""
        found = self.rule.answer(symptom, self.match)
        if found is None:
            return None
        return replace(
            found,
            rule=self.rule.name,
            certainty=found.certainty or self.rule.certainty,
            alternatives=found.alternatives or self.rule.alternatives,
        )


_FIRST_LINE = re.compile(r"[^\n]*")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(bounded(tolerant(pattern)))


def diagnosis(
    symptom: Symptom,
    match: Match,
    cause: Cause,
    subject: str,
    explanation: str,
    *remedies: Remedies,
    **words: str,
) -> Diagnosis:
    """A diagnosis whose texts have their `{words}` filled in from what a pattern found."""
    filled = _Words({**_words(symptom), **_groups(match), **words})
    return Diagnosis(
        cause=cause,
        subject=short(subject.format_map(filled), _MOST_SUBJECT) or _instead(symptom, match),
        explanation=_tidy(explanation.format_map(filled)),
        evidence=short(match.line(_MOST_EVIDENCE), _MOST_EVIDENCE),
        remedies=tuple(
            replace(
                remedy,
                text=remedy.text.format_map(filled),
                snippet=remedy.snippet.format_map(filled),
            )
            for remedy in _advice(symptom, match, remedies)
        ),
    )


def _advice(symptom: Symptom, match: Match, remedies: Iterable[Remedies]) -> Iterator[Remedy]:
    for remedy in remedies:
        if isinstance(remedy, Advice):
            yield remedy
        else:
            yield from remedy(symptom, match)


def _tidy(text: str) -> str:
    """Without quotes and brackets around words that were not found, or double spaces."""
    text = re.sub(r" ?\(``\)| ?``| ?\(\)", "", text)
    # What has no name is told in plain words.
    text = re.sub(r"`((?:the|this) [a-z ]+)`", r"\1", text)
    text = re.sub(r"  +", " ", text).strip()
    return text[:1].upper() + text[1:] if text.startswith(("this ", "the ")) else text


def _instead(symptom: Symptom, match: Match) -> str:
    """A subject where the words name none: the path, or what was found."""
    return short(symptom.path or match.text, _SHORT_SUBJECT)


def _groups(match: Match) -> dict[str, str]:
    return {name: short(text, _MOST_SUBJECT) for name, text in match.names.items()}


def _words(symptom: Symptom) -> dict[str, str]:
    saved = f" The model was {symptom.saved}." if symptom.saved else ""
    return {
        "here": symptom.here,
        "keras": symptom.keras_here,
        "saved": saved,
        "model": symptom.path or "the model",
    }


class _Words(dict[str, str]):
    """What was found; `{name|config}` is `config` where there is no name, and so is nothing.

    What was found is never read as a template.
    """

    def __missing__(self, key: str) -> str:
        name, _, otherwise = key.partition("|")
        return self.get(name, otherwise)

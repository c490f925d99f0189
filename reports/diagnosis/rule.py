"""A rule: a name, a pattern to search in a symptom, and the diagnosis if it matches.

    rule("undefined-symbol", r"undefined symbol: (?P<symbol>\\S+)", answer(...))

`rules/` holds the rules in families, `rules/order.py` their order, docs/diagnosis.md the how-to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from reports.diagnosis.bounded import bounded
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

_MOST_EVIDENCE = 300
_MOST_SUBJECT = 120
_SHORT_SUBJECT = 60

Match: TypeAlias = re.Match[str]
# `None` says: not mine after all, ask the next rule.
Explain: TypeAlias = Callable[[Symptom, Match], Diagnosis | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`pattern` is searched in all the words of a symptom; `when` is what must hold besides."""

    name: str
    pattern: re.Pattern[str]
    explain: Explain
    when: Callable[[Symptom], bool] | None = None

    def apply(self, symptom: Symptom) -> Diagnosis | None:
        """The diagnosis of this rule, `None` where it does not apply."""
        if self.when is not None and not self.when(symptom):
            return None
        match = self.pattern.search(symptom.text)
        return self.explain(symptom, match) if match else None


def rule(
    name: str, pattern: str, explain: Explain, *, when: Callable[[Symptom], bool] | None = None
) -> Rule:
    """A rule for a pattern."""
    return Rule(name=name, pattern=re.compile(bounded(pattern)), explain=explain, when=when)


def answer(cause: Cause, subject: str, explanation: str, *remedies: Remedy) -> Explain:
    """The same diagnosis each time, with what was found filled in: `{op}`, `{here}`, `{saved}`."""

    def explain(symptom: Symptom, match: Match) -> Diagnosis:
        return diagnosis(symptom, match, cause, subject, explanation, *remedies)

    return explain


def diagnosis(
    symptom: Symptom,
    match: Match,
    cause: Cause,
    subject: str,
    explanation: str,
    *remedies: Remedy,
    **words: str,
) -> Diagnosis:
    """A diagnosis whose texts have their `{words}` filled in from what a pattern found."""
    filled = _Words({**_words(symptom), **_groups(match), **words})
    return Diagnosis(
        cause=cause,
        subject=short(subject.format_map(filled), _MOST_SUBJECT) or _instead(symptom, match),
        explanation=_tidy(explanation.format_map(filled)),
        evidence=evidence(match),
        remedies=tuple(
            replace(
                remedy,
                text=remedy.text.format_map(filled),
                snippet=remedy.snippet.format_map(filled),
            )
            for remedy in remedies
        ),
    )


def _tidy(text: str) -> str:
    """Without quotes and brackets around words that were not found, or double spaces."""
    text = re.sub(r" ?\(``\)| ?``| ?\(\)", "", text)
    text = re.sub(r"  +", " ", text).strip()
    return text[:1].upper() + text[1:] if text.startswith("this ") else text


def _instead(symptom: Symptom, match: Match) -> str:
    """A subject where the words name none: the path, or what was found."""
    return short(symptom.path or match.group(), _SHORT_SUBJECT)


def _groups(match: Match) -> dict[str, str]:
    return {name: short(text, _MOST_SUBJECT) for name, text in match.groupdict().items() if text}


def _words(symptom: Symptom) -> dict[str, str]:
    saved = f" The model was {symptom.saved}." if symptom.saved else ""
    return {
        "here": symptom.here,
        "keras": symptom.keras_here,
        "saved": saved,
        "model": symptom.path or "the model",
        "same_keras": symptom.same_keras[0],
        "install_same_keras": symptom.same_keras[1],
    }


class _Words(dict[str, str]):
    """A word that was not found is left out; what was found is never read as a template."""

    def __missing__(self, key: str) -> str:
        return ""


def evidence(match: Match) -> str:
    """The line that a pattern was found in, around what was found where it is long."""
    text = match.string
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.start())
    line = text[start : end if end >= 0 else len(text)]
    if len(line) > _MOST_EVIDENCE:
        at = max(0, match.start() - start - _MOST_EVIDENCE // 3)
        line = line[at : at + _MOST_EVIDENCE]
    return short(line, _MOST_EVIDENCE)


def short(text: str, most: int) -> str:
    """One line without control characters, no longer than `most`."""
    line = " ".join(text.split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"

"""Texts of failures without what differs though the fact is the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_Part = str | Callable[[re.Match[str]], str]


_NAMED = re.compile(r"`[^`]+`")
_SPECIFIC = (
    (_NAMED, "NAME"),
    # Apostrophes within words are no quotes.
    (re.compile(r"\"[^\"]+\"|(?<!\w)'[^']+'(?!\w)"), "NAME"),
    (re.compile(r"\S*/\S*"), "NAME"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "N"),
)


def _sorted_set(match: re.Match[str]) -> str:
    return "{" + ", ".join(sorted(re.split(r",\s*", match.group(1)))) + "}"


# Each with what takes its place. The names of layers and ops stay: a failure is about them.
_DIFFERS: tuple[tuple[re.Pattern[str], _Part], ...] = (
    (re.compile('[`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"]'), "'"),
    # What Python and the C++ side say of their own memory, clocks and source lines.
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "0x"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+:? "), ""),
    (re.compile(r"(\.(?:cc|cpp|h|py)):\d+"), r"\1"),
    (re.compile(r"\b(id|thread|pid)[ =:]\s?\d+\b"), r"\1"),
    # Folders that exist for one process only.
    (re.compile(r"(?:/[\w.-]+)*/(?:tmp|T)/[\w./-]*?(?=[\w.-]*(?:['\s:,)]|$))"), ""),
    # A set has no order. What has colons is a dict, which keeps its own.
    (re.compile(r"\{([^{}:]*,[^{}:]*)\}"), _sorted_set),
    # From Python 3.10 on a function has the name of its class in front.
    (re.compile(r"\b(?:\w+\.)+(\w+\(\))"), r"\1"),
    (
        re.compile(r"takes (?:from \d+ to )?\d+ positional arguments? but \d+ (?:was|were) given"),
        "takes other arguments",
    ),
    (re.compile(r" ?\(most likely due to a circular import\)| Did you mean: '[^']*'\?"), ""),
    (re.compile(r"(cannot import name '[^']*' from '[^']*') \([^)]*\)"), r"\1"),
    (re.compile(r"\b[Cc]an(?:'t| ?not)\b"), "cannot"),
    (re.compile(r"\s+"), " "),
)


# TensorFlow goes over variables, nodes and signatures in no order, and names the first it minds.
_FIRST_MET = re.compile(
    r"(?:uninitialized value|Could not find variable|Error while reading resource variable) "
    r"(\S+?)[.,]?(?:\s|$)"
    r"|TF_Output (\S+) appears more than once"
    r"|Output \d+ of node '([^']+)' has a reference type"
)
_OP = re.compile(r"(\bnode |\bNode: |\bop |stack trace for )[^\s,)}\]]+")


def _whichever_was_first(text: str) -> str:
    """A failure that many parts of a model share, whichever of them TensorFlow met first."""
    names = {name for match in _FIRST_MET.finditer(text) for name in match.groups() if name}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "ONE", text)
    return _OP.sub(r"\1OP", text) if names else text


def alike(text: str) -> str:
    """The same for all wordings of one fact: sets in order, without addresses, clocks, quotes."""
    text = _whichever_was_first(text)
    for pattern, instead in _DIFFERS:
        text = pattern.sub(instead, text)
    return text.strip()


def template(sentence: str, subject: str) -> str:
    """A sentence without what it is about, so that the same said of two ops is the same."""
    said = _NAMED.sub("NAME", sentence)
    # A single letter occurs everywhere.
    return alike(said.replace(subject, "NAME") if len(subject) > 1 else said)


def kind_of(sentence: str) -> str:
    """A sentence without the names, paths and numbers in it: the same for all of one kind."""
    for pattern, instead in _SPECIFIC:
        sentence = pattern.sub(instead, sentence)
    return alike(sentence)


def names_in(sentence: str) -> list[str]:
    """The names that a sentence gives as code."""
    return [match[1:-1] for match in _NAMED.findall(sentence)]

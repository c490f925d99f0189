"""What a text must have letter for letter for a pattern: how specific it is, and a quick look."""

from __future__ import annotations

import functools

# The parser of `re` has no public name; its tree is the same in Python 3.11 to 3.14.
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


@functools.cache
def literals(pattern: str) -> int:
    """How many characters a text must have letter for letter: the measure of how specific it is."""
    return _literals(parser.parse(pattern))


def _literals(items: Any) -> int:
    return sum(_of_one(str(kind), what) for kind, what in items)


def _of_one(kind: str, what: Any) -> int:
    if kind == "LITERAL":
        return 1
    if kind == "BRANCH":
        return min(_literals(branch) for branch in what[1])
    if kind == "SUBPATTERN":
        return _literals(what[3])
    if kind.endswith("_REPEAT"):
        return int(what[0]) * _literals(what[2])
    return 0


@functools.cache
def needed_word(pattern: str) -> str:
    """The longest word, in small letters, without which no text has the pattern; else empty."""
    words = "".join(_on_the_way(parser.parse(pattern))).lower().split()
    return max(words, key=len, default="")


def _on_the_way(items: Any) -> list[str]:
    """The letters of a pattern that every match has; a space wherever something else may stand."""
    out = []
    for kind, what in items:
        if str(kind) == "LITERAL" and chr(what).isalnum():
            out.append(chr(what))
        elif str(kind) == "SUBPATTERN":
            out += [" ", *_on_the_way(what[3]), " "]
        else:
            out.append(" ")
    return out

"""What a text must have letter for letter for a pattern: how specific it is, and a quick look."""

from __future__ import annotations

import functools
import re

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


# Read without the parser of `re`: all patterns are looked at for each text, few are searched.
_TOKEN = re.compile(
    r"\{\d*,?\d*\}|(?P<word>[A-Za-z0-9]+)(?P<maybe>[?*]|\{0?,)?|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|"
    r"(?P<open>\((?:\?P?<[=!]?(?:\w+>)?|\?[aiLmsux]*[:)=!])?)|(?P<close>\))|(?P<either>\|)|.",
    re.DOTALL,
)


@functools.cache
def needed_words(pattern: str) -> tuple[str, ...]:
    """The words, in small letters, without which no text has the pattern; the longest first.

    Words in groups do not count: what is in them may be one of several, or repeated never.
    """
    words, depth = [], 0
    for token in _TOKEN.finditer(pattern):
        depth += _opened(token) - bool(token["close"])
        if token["either"] and not depth:
            return ()
        if token["word"] and not depth:
            words.append(token["word"][: -1 if token["maybe"] else None].lower())
    return tuple(sorted(dict.fromkeys(filter(None, words)), key=len, reverse=True))


def _opened(token: re.Match[str]) -> int:
    """One for a group that goes on; flags such as `(?s)` are none."""
    return bool(token["open"]) - bool(token["open"] and token["open"].endswith(")"))

"""Makes patterns tolerant: releases differ in capitals, quotes and line breaks of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUOTES = "'\"`\u2018\u2019\u201c\u201d"
# Python prints a sentence in quotes with the quotes inside of it escaped.
_ANY_QUOTE = rf"(?:\\?[{_QUOTES}])"
# What begins a group is no word of a sentence: `(?P<op>`, `(?i:`, `(?<!`, `(?P=op)`.
# A look-behind stays whole: its width must not change.
_HEAD = re.compile(
    r"\(\?<[=!](?:\\.|\[(?:\\.|[^\]\\])*\]|[^)\\])*\)|"
    r"\(\?(?:P<\w+>|P=\w+\)|[aiLmsux-]*[:)]|[=!]|>)|\("
)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")


def tolerant(pattern: str) -> str:
    """The pattern for other capitals at the start of a word, other quotes and other white space.

    Classes have all quotes or none. Otherwise classes and escapes stay as they are written: there,
    a rule says what it means.
    """
    out, before = [], ""
    for piece in _pieces(pattern):
        out.append(_of_one(piece, before))
        before = piece
    return re.sub(r"\\s\{1\}(?=[*+?{])", r"\\s", "".join(out)).replace(r"\s{1}", r"\s+")


def _of_one(piece: str, before: str) -> str:
    if piece == " ":
        return r"\s{1}"
    if piece in _QUOTES:
        return _ANY_QUOTE
    if piece.startswith("[") and ("'" in piece or '"' in piece):
        return f"{piece[:-1]}{_QUOTES}]"
    starts_word = not (before.isalnum() or before == "_" or before in (r"\w", r"\d", "]"))
    if piece.isalpha() and piece.isascii() and starts_word:
        return f"[{piece.lower()}{piece.upper()}]"
    return piece


def _pieces(pattern: str) -> Iterator[str]:
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            end = place + 2
        elif char in "([" or (char == "{" and _REPEAT.match(pattern, place)):
            known = {"(": _HEAD, "[": _CLASS, "{": _REPEAT}[char]
            found = known.match(pattern, place)
            end = found.end() if found else place + 1
        else:
            end = place + 1
        yield pattern[place:end]
        place = end

"""The words that a message is found by: literal words, and groups of neighbours among them.

Case, quotes, punctuation, numbers and line breaks do not count, so that a sentence is found however
a terminal, a log or a forum shows it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

HOLE = "{}"
# A word has a letter: numbers change from one model to the next.
WORD = re.compile(r"[A-Za-z0-9_]*[A-Za-z][A-Za-z0-9_]*")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_LONG_GROUP = 3
_SHORT_GROUP = 2


def words(text: str) -> list[str]:
    """The words of a text in small letters."""
    return [word.lower() for word in WORD.findall(text)]


def literals(template: str) -> list[str]:
    """What stands between the holes of a template, empty texts included."""
    return template.split(HOLE)


def runs(template: str) -> Iterator[list[str]]:
    """The words that stand together: between holes, and in one sentence.

    A linker may keep a sentence of C++ only as the end of a longer text.
    """
    for literal in literals(template):
        yield from map(words, _SENTENCE_END.split(literal))


def groups(run: Sequence[str]) -> Iterator[int]:
    """A number for each three neighbours, or for the only two there are."""
    length = _LONG_GROUP if len(run) >= _LONG_GROUP else _SHORT_GROUP
    for start in range(len(run) - length + 1):
        yield number(run[start : start + length])


def number(group: Iterable[str]) -> int:
    """The number that a group of words is filed under."""
    return zlib.crc32(" ".join(group).encode())

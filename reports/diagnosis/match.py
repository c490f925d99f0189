"""What the patterns of a rule found in a failure: one place that decides, and all names."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from matrix.shown import on_one_line, without_environments


@dataclass(frozen=True)
class Match:
    """`best` is what was found of the most specific pattern, `names` the groups of all of them."""

    best: re.Match[str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, best: re.Match[str], *others: re.Match[str]) -> Match:
        """A match with the names that others found where the best one found none."""
        names: dict[str, str] = {}
        for match in (best, *others):
            for name, text in match.groupdict().items():
                if text and not names.get(name):
                    names[name] = text
        return cls(best, names)

    def __getitem__(self, name: str) -> str:
        """What was found under a name; empty where nothing was."""
        return self.names.get(name, "")

    @property
    def text(self) -> str:
        """The words that the most specific pattern found."""
        return self.best.group()

    def line(self, most: int) -> str:
        """The line they stand in, around them where it is longer than `most`."""
        text, found = self.best.string, self.best.start()
        start = text.rfind("\n", 0, found) + 1
        end = text.find("\n", found)
        line = text[start : end if end >= 0 else len(text)]
        if len(line) > most:
            at = max(0, found - start - most // 3)
            line = line[at : at + most]
        return line


# A line of a traceback that shows how the code makes its message: `raise E(f"No file at {path}")`.
_MAKES_IT = re.compile(
    r"[ \t]*(?:-+>)?[ \t]*\d*[ \t]*(?:raise \w[\w.]*\(|[fr]{0,2}['\"][^'\"\n]*\Z)"
)


# Many models fail with the same words: so many searches are those of some sixty texts.
@functools.lru_cache(maxsize=16_384)
def said_in(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where the text says it: the message itself rather than the code that makes it."""
    first = pattern.search(text)
    if first is None or not _is_code(first):
        return first
    later = pattern.finditer(text, first.end())
    return next((match for match in later if not _is_code(match)), first)


def _is_code(match: re.Match[str]) -> bool:
    begins = match.string.rfind("\n", 0, match.start()) + 1
    return bool(_MAKES_IT.match(match.string[begins : match.start()]))


def short(text: str, most: int) -> str:
    """A quote of a failure on one line, no longer than `most`.

    A path is shortened before the line is: half of one says nothing but where somebody tested.
    """
    return cut(without_environments(" ".join(text.split())), most)


def cut(text: str, most: int) -> str:
    """One line without control characters, no longer than `most`."""
    line = on_one_line(" ".join(text.split()))
    return line if len(line) <= most else line[: most - 1] + "…"

"""What the patterns of a rule found in a failure: one place that decides, and all names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


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


def short(text: str, most: int) -> str:
    """One line without control characters, no longer than `most`."""
    line = " ".join(text.split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"

"""Sentences about models, alike ones together where there are many. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.shown import some_of

# Where all of them are, a line each.
ALL = "gate.txt"
# So many names stand for a group of models.
NAMES = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said of a model; of a whole report where `model` is empty."""

    model: str
    text: str

    def __str__(self) -> str:
        return f"{self.model}: {self.text}" if self.model else self.text


def together(sentences: Sequence[Sentence], most: int) -> Iterator[str]:
    """At most `most` lines: what is said of several models once, of most models first."""
    groups: dict[str, list[str]] = {}
    for one in sentences:
        groups.setdefault(one.text, []).append(one.model)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    for text, models in ordered[:most]:
        yield str(Sentence(named(models), text)) if any(models) else text
    if left := sum(len(models) for _, models in ordered[most:]):
        yield f"And {left:,} more like these: {ALL} has all."


def named(names: Sequence[str], most: int = NAMES) -> str:
    """A few names of models that share something, and how many more there are."""
    return some_of(names, most)

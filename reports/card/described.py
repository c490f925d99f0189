"""Which models a section of a card describes, and which of them another one would not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.report.model_report import OVER_FILES, ModelReport

# The last line of what a section says of a model.
_MODEL = re.compile(
    rf"^`([^`\n]*)`, [^\n]*\bSHA-256 (?:{OVER_FILES} )?`([0-9a-f]{{64}})`\.", re.MULTILINE
)


@dataclass(frozen=True, kw_only=True)
class Described:
    """A model as a section tells it from others; `path` leads to it, as far as that is known."""

    name: str
    sha256: str
    path: str = ""

    @classmethod
    def of(cls, model: ModelReport) -> Described:
        return cls(name=as_code(model.name), sha256=model.sha256, path=model.path)


def as_code(text: str) -> str:
    """Text between backticks: one line, without any that would end it."""
    return "".join(c if c.isprintable() and c != "`" else " " for c in text)


def described_in(section: str) -> tuple[Described, ...]:
    """Every model that a section speaks of, in its order."""
    text = section.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(Described(name=name, sha256=digest) for name, digest in _MODEL.findall(text))


def lost(old: Sequence[Described], new: Sequence[Described]) -> tuple[Described, ...]:
    """The models of a section that are not among those of another one.

    A model is the same with other bytes under its name, and with the same bytes under another
    name. Each of several that are called alike needs one of its own.
    """
    left, others = list(old), list(new)
    for key in _SAME:
        for model in tuple(left):
            if found := next((one for one in others if key(one) == key(model)), None):
                left.remove(model)
                others.remove(found)
    return tuple(left)


# What the same model has in common, the surest first.
_SAME: tuple[Callable[[Described], object], ...] = (
    lambda model: (model.name, model.sha256),
    lambda model: model.sha256,
    lambda model: model.name,
)

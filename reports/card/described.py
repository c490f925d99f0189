"""Which models a section of a card describes, and which of them another one would not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matrix.shown import some_of
from reports.card.home import NOWHERE, Home
from reports.report.model_report import OVER_FILES, ModelReport
from reports.report.report import Report

_MOST_NAMED = 5

# The last line of what a section says of a model.
_MODEL = re.compile(
    rf"^`([^`\n]*)`, [^\n]*\bSHA-256 (?:{OVER_FILES} )?`([0-9a-f]{{64}})`\.", re.MULTILINE
)


@dataclass(frozen=True, kw_only=True)
class Described:
    """A model as a section tells it from others, as far as that is known.

    `place` is where it lies below the card, `given` what a call named it.
    """

    name: str
    sha256: str
    place: str = ""
    given: str = ""

    @classmethod
    def of(cls, model: ModelReport, home: Home = NOWHERE) -> Described:
        place = str(home.place_of(model.path) or "")
        return cls(name=as_code(model.name), sha256=model.sha256, place=place, given=model.path)


def as_code(text: str) -> str:
    """Text between backticks: one line, without any that would end it."""
    return "".join(c if c.isprintable() and c != "`" else " " for c in text)


def described_in(section: str) -> tuple[Described, ...]:
    """Every model that a section speaks of, in its order."""
    text = section.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(Described(name=name, sha256=digest) for name, digest in _MODEL.findall(text))


def all_of(report: Report, home: Home) -> tuple[Described, ...]:
    """Every model of a report, with where it lies below a card."""
    return tuple(Described.of(model, home) for model in report.models)


def only_in_one(old: Sequence[Described], new: Sequence[Described]) -> str:
    """The models of a section and of a report that the other has not, behind a sentence."""
    parts = [
        f"{who} {some_of([model.name for model in models], _MOST_NAMED)}"
        for who, models in (
            ("it does not describe", lost(new, old)),
            ("the report has no", lost(old, new)),
        )
        if models and old
    ]
    return f": {', and '.join(parts)}" if parts else ""


def lost(old: Sequence[Described], new: Sequence[Described]) -> tuple[Described, ...]:
    """The models of a section that are not among those of another one.

    A model is the same with other bytes under its name, and with the same bytes under another
    name. Each of several that are called alike needs one of its own, and so does what lies at
    another place under the same name.
    """
    left, others = list(old), list(new)
    for is_same in _SAME:
        for model in tuple(left):
            if found := next((one for one in others if is_same(one, model)), None):
                left.remove(model)
                others.remove(found)
    return tuple(left)


def _alike(one: Described, other: Described) -> bool:
    apart = one.place and other.place and one.place != other.place
    return one.name == other.name and not apart


# By what a model is the same, the surest first.
_SAME: tuple[Callable[[Described, Described], bool], ...] = (
    lambda one, other: _alike(one, other) and one.sha256 == other.sha256,
    lambda one, other: one.sha256 == other.sha256,
    _alike,
)

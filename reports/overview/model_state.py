"""How a model fares as a whole: the classes that the page counts and an overview marks. Pure."""

from __future__ import annotations

import enum
from typing import Self

from matrix.catalogue.cell_id import CellId
from matrix.results.verdicts import Fails, Loads, Predicted, Runs, Unavailable, kind_of
from reports.overview.row import ObstacleKind, OverviewRow


class ModelState(enum.Enum):
    """What is known of a model over all releases with any call, the best first.

    `many` or `one` follow a number of models. `symbol` and `tone` stand beside what an overview
    says in words, as those of verdicts do.
    """

    many: str
    one: str
    symbol: str
    tone: str

    def __new__(
        cls, value: str, words: tuple[str, str] = ("", ""), symbol: str = "", tone: str = ""
    ) -> Self:
        """A member whose value is a stable word, as in addresses."""
        member = object.__new__(cls)
        member._value_ = value
        member.many, member.one = words
        member.symbol, member.tone = symbol, tone
        return member

    ALL = (
        "all",
        ("work in every release that answered", "works in every release that answered"),
        Runs.symbol,
        Runs.tone,
    )
    CALLS = (
        "calls",
        (
            "work in every release that answered, though not in all by the usual call",
            "works in every release that answered, though not in all by the usual call",
        ),
        f"{Runs.symbol}*",
        "warn",
    )
    SOME = (
        "some",
        ("run in some releases", "runs in some releases"),
        Runs.symbol + Fails.symbol,
        "warn",
    )
    LOADS = (
        "loads",
        ("load, but run in none", "loads, but runs in none"),
        Loads.symbol,
        Loads.tone,
    )
    NEEDS = (
        "needs",
        ("load only with other packages", "loads only with other packages"),
        "+",
        "wall",
    )
    NOWHERE = (
        "nowhere",
        ("load in no release", "loads in no release"),
        Fails.symbol,
        Fails.tone,
    )
    UNKNOWN = (
        "unknown",
        ("have no answer", "has no answer"),
        Unavailable.symbol,
        Unavailable.tone,
    )
    UNTESTED = (
        "untested",
        ("could not be tested", "could not be tested"),
        Unavailable.symbol,
        Unavailable.tone,
    )

    def of(self, count: int) -> str:
        """What follows a number of models."""
        return self.one if count == 1 else self.many


def state_of(row: OverviewRow) -> ModelState:
    """The class of a model, by its cells with TensorFlow alone; by all where none is plain.

    Cells without an answer, and those whose release cannot read the format at all, count for
    nothing: they say nothing about the model.
    """
    if row.untested:
        return ModelState.UNTESTED
    plain = [word for cell, word in row.verdicts if CellId.parse(cell).is_plain]
    words = plain or [word for _, word in row.verdicts]
    kinds = [kind_of(word) for word in words if word != Predicted.word]
    answers = [kind for kind in kinds if kind.applies and kind.answer is not None]
    if not answers:
        return ModelState.UNKNOWN
    if all(kind.agrees is True for kind in answers) or row.is_clear:
        return ModelState.CALLS if row.needs_calls else ModelState.ALL
    if any(kind.agrees is True for kind in answers):
        return ModelState.SOME
    kept = {obstacle.kind for obstacle in row.obstacles}
    if ObstacleKind.NEEDS in kept:
        return ModelState.NEEDS
    # A model that crashes when called has loaded before: its verdicts alone do not say so.
    return ModelState.NOWHERE if ObstacleKind.NOWHERE in kept else ModelState.LOADS

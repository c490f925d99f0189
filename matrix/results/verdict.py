"""The base class of verdicts, and the register of all of them.

A verdict is a class: its attributes answer every question that the rest of the program asks about
it, so that a new verdict is one new class, and one line in the rules that conclude it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar

from matrix.results.evidence import Evidence

_KINDS: dict[str, type[Verdict]] = {}
# More than any `order`.
_MOST = 10_000


class CaseOutcome(enum.Enum):
    """What a verdict is in a report of tests, such as JUnit; `FAILURE` is about the model."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The base of all verdicts; each class says of itself what it means.

    `word` names it everywhere, `order` is its place among all of them, the best first. `answer`
    is whether it says that the model loads, `None` where it says nothing about that. `is_answer`
    is whether it is about the model and not only about the attempt, `applies` is false where the
    loader could not exist. `agrees` is whether outputs agree with the reference, `None` where
    none were compared. `symbol`, `tone` (of a palette) and `meaning` are its place in legends.
    `outcome` is what it is in a report of tests. `reason_in_full` says that its reason is shown
    whole because no other field says it, `reason_has_word` that it needs no word before it.
    `has_cause` is false where nobody can know why.
    """

    word: ClassVar[str]
    order: ClassVar[int]
    symbol: ClassVar[str]
    tone: ClassVar[str]
    meaning: ClassVar[str]
    answer: ClassVar[bool | None] = None
    is_answer: ClassVar[bool] = False
    applies: ClassVar[bool] = True
    agrees: ClassVar[bool | None] = None
    outcome: ClassVar[CaseOutcome] = CaseOutcome.SKIPPED
    reason_in_full: ClassVar[bool] = False
    reason_has_word: ClassVar[bool] = False
    has_cause: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        """Register a verdict that has a word; classes without one are bases of others.

        Raises:
            TypeError: another verdict has that word.
        """
        if "word" not in vars(cls):
            return
        if cls.word in _KINDS:
            raise TypeError(f"two verdicts are called {cls.word!r}")
        _KINDS[cls.word] = cls

    @property
    def evidence(self) -> Evidence:
        """What it rests on."""
        return Evidence()

    @classmethod
    def rank_of(cls, *, loaded: bool) -> float:
        """0 for the best; `loaded` says that the model was in memory, whatever came then."""
        if loaded and not cls.answer:
            # Worse than any verdict of a model that loaded and lives.
            worst = max(kind.order for kind in kinds() if kind.answer)
            return worst + cls.order / _MOST
        return cls.order

    @property
    def rank(self) -> float:
        """0 for the best: the verdict of a cell is the best of its checks."""
        return self.rank_of(loaded=self.is_load)

    @property
    def loads(self) -> bool | None:
        """Whether the model loads in this release, `None` where there is no answer."""
        return self.answer

    @property
    def is_load(self) -> bool:
        """Whether the model was in memory in this release."""
        return self.loads is True

    @property
    def runs(self) -> bool | None:
        """Whether it runs there and answers as the reference, `None` where there is no answer."""
        return None if self.loads is None else self.agrees is True


def kinds() -> tuple[type[Verdict], ...]:
    """All verdicts, the best first."""
    return tuple(sorted(_KINDS.values(), key=lambda kind: kind.order))


def words() -> tuple[str, ...]:
    """The words of all verdicts, the best first."""
    return tuple(kind.word for kind in kinds())


def kind_of(word: str) -> type[Verdict]:
    """The verdict of a word.

    Raises:
        ValueError: no verdict is called that.
    """
    if word not in _KINDS:
        raise ValueError(f"unknown verdict {word!r}")
    return _KINDS[word]

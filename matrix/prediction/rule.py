"""The record of a rule of prediction, and the case that it judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from matrix.catalogue.cell import Cell
from matrix.model.contents.contents import Contents
from matrix.model.facts import Format, ModelFacts
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.plan.loader import Loader
from matrix.plan.prediction import FAILS, LOADS, UNKNOWN
from matrix.prediction.history import place_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A model as inspection left it: its facts, what is wrong with it, and its contents.

    `passed` is what the caller passes to Keras with `--custom-objects`, empty without it.
    """

    model: ModelFacts
    contents: Contents | None = None
    findings: tuple[Finding, ...] = ()
    place: Place = field(default_factory=Place)
    passed: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One loader, to be tried on one model in one cell.

    `contents` are never missing here: where they could not be read, only rules that do not read
    them are asked.
    """

    subject: Subject
    cell: Cell
    loader: Loader
    contents: Contents

    @property
    def model(self) -> ModelFacts:
        return self.subject.model

    @property
    def minor(self) -> tuple[int, int]:
        """The release of the cell, such as `(2, 15)`."""
        return self.cell.release.minor

    @property
    def at(self) -> int:
        """The place of the release in the history of ops and classes."""
        return place_of(self.minor)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule decides, and why, with the fact behind it as a sentence without a full stop."""

    verdict: str
    why: str


def fails(why: str) -> Judgement:
    """The loader cannot load the model there."""
    return Judgement(verdict=FAILS, why=why)


def loads(why: str) -> Judgement:
    """It loads whatever the rules that come later say."""
    return Judgement(verdict=LOADS, why=why)


def unknown(why: str) -> Judgement:
    """What decides cannot be read from the bytes."""
    return Judgement(verdict=UNKNOWN, why=why)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule: `judge` decides a case, or gives `None` where the rule has nothing to say.

    `loaders` and `formats` are those it is about, all where they are empty. `source` says where
    the fact behind it comes from. `reads_contents` is false where the facts and findings of the
    inspection decide alone.
    """

    name: str
    judge: Callable[[Case], Judgement | None]
    source: str
    loaders: frozenset[str] = frozenset()
    formats: frozenset[Format] = frozenset()
    reads_contents: bool = True

    def concerns(self, case: Case) -> bool:
        """Whether the rule is about the loader and the format."""
        loader = not self.loaders or case.loader.name in self.loaders
        return loader and (not self.formats or case.model.format in self.formats)

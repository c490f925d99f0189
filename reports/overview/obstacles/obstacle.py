"""One thing that keeps a model from running in all tested releases."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Self


class ObstacleKind(enum.Enum):
    """What an obstacle does to a model, the worst first.

    `brief` is its beginning in a line on one model, `{where}` the releases. `of_model` says
    whether it keeps the model itself from working, not only one of several loaders.
    """

    brief: str
    of_model: bool

    def __new__(cls, value: str, brief: str = "", of_model: bool = True) -> Self:
        """A member whose value is a stable word."""
        member = object.__new__(cls)
        member._value_ = value
        member.brief = brief
        member.of_model = of_model
        return member

    # It could not be inspected, or nothing reads its format.
    UNTESTED = ("untested", "not tested")
    # No tested release loads it.
    NOWHERE = ("nowhere", "loads in no tested release")
    # It loads nowhere with TensorFlow alone, and with other packages it does.
    NEEDS = ("needs", "loads only with {where}")
    # From a release on nothing loads it any more.
    STOPS = ("stops", "stops {where}")
    # It does not load in these, but before and after them.
    HOLE = ("hole", "does not load in {where}")
    # It loads in these, but no call succeeds.
    CANNOT_RUN = ("cannot-run", "loads but does not run in {where}")
    # It runs in these and gives other outputs than in the reference.
    DIFFERS = ("differs", "outputs differ in {where}")
    # Nothing is known of these: the environment, a limit, the end of the run.
    NO_ANSWER = ("no-answer", "no answer in {where}")
    # It loads from a release on and not before, though the loader was there.
    BEGINS = ("begins", "loads only {where}")
    # The loader that people use stops or begins, others go on.
    LOADER_STOPS = ("loader-stops", "{loader} stops {where}", False)

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(type(self)).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """An obstacle of one model.

    `where` are the releases in few words: `at 2.16`, `between 2.13 and 2.16`, `2.9, 2.12 to 2.14`,
    `from 2.12 on`;
    of `NEEDS` it is what the model needs, such as `tensorflow-text`.
    `loader` is the call that is meant, such as `tf.keras.models.load_model`, empty where all are.
    `cause` is the word of a `Cause`, or the verdict where there is no answer. `reason` is a
    sentence without the path of the model, `subject` the op, class, file or package it is about.
    `remedy` is the first remedy, empty where none is known, and `verified` says that this run
    loaded the model that way. `key` is the same for all models whose obstacle is the same.
    """

    kind: ObstacleKind
    where: str
    cause: str
    reason: str
    key: str
    loader: str = ""
    subject: str = ""
    remedy: str = ""
    verified: bool = False

    @property
    def head(self) -> str:
        """What it does, without the reason: `stops at 2.16`."""
        return self.kind.brief.format(where=self.where, loader=self.loader)

    @property
    def brief(self) -> str:
        """One line: `stops at 2.16: Keras 3 does not read SavedModel folders.`"""
        return f"{self.head}: {self.reason}" if self.reason else self.head

"""What is concluded from a check: one class per verdict, carrying what explains it.

`fails` is an answer about the model; the ones below `out-of-memory` say why there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Loaded and executed; `compared_with` is the reference cell its outputs agree with.

    `largest` and `relative` are the largest differences there, all of them within tolerance.
    `group` numbers the cells that answer alike, where nothing tells which of several groups is
    right. `note` tells of outputs that were not held against the reference.
    """

    word: ClassVar[str] = "runs"
    compared_with: str | None = None
    largest: float = 0.0
    relative: float = 0.0
    group: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Differs:
    """Loaded and executed; `output` is off from the reference cell by `largest` at most.

    `relative` is the same as a share of the larger value.
    """

    word: ClassVar[str] = "differs"
    compared_with: str
    output: str
    largest: float | None
    explanation: str
    relative: float | None = None


@dataclass(frozen=True, kw_only=True)
class Loads:
    """Loaded; nothing callable, no inputs for it, or the call failed: `error` says which."""

    word: ClassVar[str] = "loads"
    error: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fails:
    """This release cannot load this model this way."""

    word: ClassVar[str] = "fails"
    error: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Crashed:
    """The probe died: `detail` is the signal or the exit code, `log` the end of its output.

    `loaded` is true where the model had been loaded before: a death is then no failure to load.
    """

    word: ClassVar[str] = "crashed"
    detail: str
    log: str
    loaded: bool = False


@dataclass(frozen=True, kw_only=True)
class TimedOut:
    """The probe took longer than it was given: `detail` are the seconds."""

    word: ClassVar[str] = "timed-out"
    detail: str
    log: str
    loaded: bool = False


@dataclass(frozen=True, kw_only=True)
class OutOfMemory:
    """The probe took more memory than it was given: `detail` are the MB it had."""

    word: ClassVar[str] = "out-of-memory"
    detail: str
    log: str
    loaded: bool = False


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """The isolation refused something the model wanted."""

    word: ClassVar[str] = "blocked"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The environment was built, but its own `import tensorflow` fails: never the model's fault."""

    word: ClassVar[str] = "broken"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unavailable:
    """No interpreter, no wheel for this platform, no network, no disk: `reason` says which."""

    word: ClassVar[str] = "unavailable"
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotApplicable:
    """This loader cannot exist for this format in this release: neither a failure nor a gap."""

    word: ClassVar[str] = "not-applicable"
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotRun:
    """Planned, never started."""

    word: ClassVar[str] = "not-run"
    reason: str = "the run ended before this cell started"


Verdict: TypeAlias = (
    Runs
    | Differs
    | Loads
    | Fails
    | Crashed
    | TimedOut
    | OutOfMemory
    | Blocked
    | Broken
    | Unavailable
    | NotApplicable
    | NotRun
)

# Best first: the verdict of a cell is the best of its checks.
VERDICTS: tuple[type[Verdict], ...] = (
    Runs,
    Differs,
    Loads,
    Fails,
    Crashed,
    TimedOut,
    OutOfMemory,
    Blocked,
    Broken,
    Unavailable,
    NotApplicable,
    NotRun,
)

# The type of the error of `loads` where a model offers nothing to call: no failure of anything.
NOTHING_TO_CALL = "NothingToCall"

WORDS = tuple(verdict.word for verdict in VERDICTS)
LOADS_RANK = VERDICTS.index(Loads)
# Those that say something about the model, not only about the attempt.
ANSWERS = frozenset(WORDS[: VERDICTS.index(OutOfMemory) + 1])


def rank(verdict: Verdict) -> float:
    """0 for the best. What died after the load is worse than `loads` and better than `fails`."""
    place = VERDICTS.index(type(verdict))
    return LOADS_RANK + place / len(VERDICTS) if _died_loaded(verdict) else place


def is_load(verdict: Verdict) -> bool:
    """Whether the model was in memory in this release."""
    return isinstance(verdict, Runs | Differs | Loads) or _died_loaded(verdict)


def _died_loaded(verdict: Verdict) -> bool:
    return isinstance(verdict, Crashed | TimedOut | OutOfMemory) and verdict.loaded


def is_answer(verdict: Verdict) -> bool:
    """Whether the verdict says something about the model, not only about the attempt."""
    return verdict.word in ANSWERS

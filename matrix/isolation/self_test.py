"""What holds on this machine: the walls of a probe around a process that only tries them."""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.environments import command
from matrix.environments.command import Finished
from matrix.isolation.isolation import Isolation, MissingWalls, isolation
from matrix.isolation.launch import Launch
from matrix.isolation.means import complaint, of_mode
from matrix.isolation.out_of_bounds import out_of_bounds
from matrix.options.isolation import OFF, REQUIRE, IsolationOptions
from probe.walls import trial

_SECONDS = 60
# What an interpreter may need to start at all.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
WALLS = ("reads", "writes", "network", "programs", "processes")
# What each wall holds back, for a sentence.
_WORDS = {
    "reads": "reading other files",
    "writes": "writing elsewhere",
    "network": "the network",
    "programs": "starting programs",
    "processes": "other processes",
}


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """The walls that were seen to hold, and those that were wanted and did not.

    What the user allows is in neither. `problem` says why nothing could be tried.
    """

    means: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Whether a model is held back from all that was not allowed."""
        return bool(self.observed) and not self.missing


def holds(options: IsolationOptions) -> bool:
    """Whether models are held back here from all that `options` do not allow."""
    return self_test(options).holds


@functools.cache
def self_test(options: IsolationOptions) -> SelfTest:
    """Try the walls of a run once, in a process that starts as a probe does."""
    chosen = isolation(options)
    wanted = chosen.request()
    if wanted is None:
        return SelfTest(missing=_wanted(options))
    with out_of_bounds() as tried, tempfile.TemporaryDirectory(prefix="loadmatrix-") as scratch:
        own = {"readable": [], "writable": [str(Path(scratch).resolve())]}
        done = _tried(chosen, {**wanted, **own, **tried})
    try:
        seen = json.loads(done.stdout)
        observed, missing = _words(seen["observed"]), _words(seen["missing"])
    except (ValueError, KeyError, TypeError):
        means = tuple(wanted["means"])
        return SelfTest(means=means, missing=_wanted(options), problem=complaint(done))
    return SelfTest(means=tuple(wanted["means"]), observed=observed, missing=missing)


def required(options: IsolationOptions) -> Isolation:
    """What isolates the probes of a run; `require` is refused where a wall does not hold."""
    chosen = isolation(options)
    if options.mode == REQUIRE and not (seen := self_test(options)).holds:
        raise MissingWalls(
            f"--isolation require: models are not held back {_open(seen, options)}. "
            "Use a machine that has what is missing, --isolation container, or --isolation auto."
        )
    return chosen


def summary(options: IsolationOptions) -> str:
    """What holds models back in a run, or what does not, in a sentence."""
    seen = self_test(options)
    if seen.holds:
        return f"Models are isolated by {', '.join(seen.means)}."
    return f"Models are not held back {_open(seen, options)}."


def _open(seen: SelfTest, options: IsolationOptions) -> str:
    open_to = ", ".join(_WORDS[word] for word in seen.missing)
    if options.mode == OFF:
        return f"from {open_to} (--isolation off)"
    troubles = [means.trouble() for means in of_mode(options.mode)]
    reasons = "; ".join(text for text in (seen.problem, *troubles) if text)
    return f"here from {open_to}, because {reasons}" if reasons else f"here from {open_to}"


def _wanted(options: IsolationOptions) -> tuple[str, ...]:
    allowed = {"network": options.network, "programs": options.programs}
    return tuple(word for word in WALLS if not allowed.get(word))


def _words(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in WALLS if word in said)


def _tried(chosen: Isolation, walls: dict[str, Any]) -> Finished:
    program = Path(trial.__file__)
    scratch = Path(walls["writable"][0])
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    launch = chosen.around(
        Launch(
            command=(sys.executable, "-I", "-S", "-B", str(program)),
            environment={**kept, "TMPDIR": str(scratch)},
            folder=scratch,
            readable=(program.parent,),
            writable=(scratch,),
            network=walls["network"],
            programs=walls["programs"],
        )
    )
    try:
        return command.run(
            launch.command,
            text=json.dumps(walls),
            folder=launch.folder,
            timeout=_SECONDS,
            variables=launch.environment,
        )
    finally:
        if launch.afterwards:
            ended(launch)


def ended(launch: Launch) -> None:
    """End what is left of a launch whose process is gone."""
    command.run(launch.afterwards, timeout=_SECONDS, variables=launch.environment)

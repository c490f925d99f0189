"""From `--isolation` to what is done about each probe of a run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from matrix.errors import LoadmatrixError
from matrix.isolation.launch import Launch
from matrix.isolation.means import Means, of_mode
from matrix.options.isolation import AUTO, REQUIRE, IsolationOptions

# A program that was killed by a signal, in the codes of a shell.
_SIGNALS = 128


class MissingWalls(LoadmatrixError):
    """A wall that the user asked for cannot be had on this machine."""


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """The means that isolate every probe of a run; without any, nothing does."""

    means: tuple[Means, ...]
    options: IsolationOptions

    @property
    def forks(self) -> bool:
        """Whether a probe can be given descriptors for the checks that it forks."""
        return all(means.passes_descriptors for means in self.means)

    def request(self) -> dict[str, Any] | None:
        """What a probe is told of its walls; the rest depends on its checks."""
        names = [means.name for means in self.means if means.is_wall]
        if not names:
            return None
        return {
            "means": names,
            "network": self.options.network,
            "programs": self.options.programs,
            "require": self.options.mode == REQUIRE,
        }

    def code_of(self, code: int) -> int:
        """The return code of the probe itself, by that of what was put around it."""
        told = all(means.passes_signals for means in self.means)
        return code if told or not _SIGNALS < code < 2 * _SIGNALS else _SIGNALS - code

    def around(self, launch: Launch) -> Launch:
        """A launch with everything that is put around it from outside."""
        return functools.reduce(lambda inner, means: means.around(inner), self.means, launch)


def isolation(options: IsolationOptions) -> Isolation:
    """What this machine has for a value of `--isolation`.

    Raises `MissingWalls` where the user named a means that cannot be used; `auto` and `require` use
    what there is (`self_test.py` tells whether that is enough).
    """
    wanted = of_mode(options.mode)
    troubles = {means: means.trouble() for means in wanted}
    usable = tuple(means for means, trouble in troubles.items() if not trouble)
    if options.mode not in (AUTO, REQUIRE) and len(usable) < len(wanted):
        reasons = "; ".join(trouble for trouble in troubles.values() if trouble)
        raise MissingWalls(
            f"--isolation {options.mode} cannot be used here: {reasons}. "
            "Use --isolation auto for what this machine has."
        )
    return Isolation(means=usable, options=options)

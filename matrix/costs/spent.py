"""Time that something takes: on a clock, and of processors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Seconds on the clock, and CPU seconds of all processors together."""

    seconds: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(seconds=self.seconds + other.seconds, cpu=self.cpu + other.cpu)

    def times(self, factor: float) -> Spent:
        """So many times as much."""
        return Spent(seconds=self.seconds * factor, cpu=self.cpu * factor)


NOTHING = Spent()

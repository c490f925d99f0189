"""Two causes that look alike, and how to tell them apart."""

from __future__ import annotations

from dataclasses import dataclass

from reports.report.cause import Cause


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two causes that look alike: `alike` is what both show, `tell` what decides."""

    causes: tuple[Cause, Cause]
    alike: str
    tell: str

    def other(self, cause: Cause) -> Cause:
        """The neighbour of one of the two."""
        first, second = self.causes
        return second if cause is first else first


def pair(first: Cause, second: Cause, alike: str, tell: str) -> Pair:
    """A pair, in the order of its parts."""
    return Pair(causes=(first, second), alike=alike, tell=tell)

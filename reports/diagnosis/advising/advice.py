"""Advice: a remedy that was not tested, and how to tell whether a run has tested it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from packaging.version import Version

from matrix.plan.variant import Variant
from reports.report.cause import Diagnosis, Remedy


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice(Remedy):
    """`loader` and `variant` are what the snippet loads with, `requirement` what it installs.

    `releases` are those of TensorFlow that it sends a reader to, `workaround` is how the name of a
    script begins that a probe may have tried for it. What is empty or `None` is not
    what the advice is about. A run that tried what an advice says decides whether it stands.
    """

    loader: str = ""
    variant: Variant | None = None
    requirement: str = ""
    releases: Releases | None = None
    workaround: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Releases:
    """Minor releases of TensorFlow such as `2.16`, both ends included; an empty end is open."""

    first: str = ""
    last: str = ""

    def __contains__(self, version: Version) -> bool:
        minor = version.release[:2]
        after = not self.first or minor >= Version(self.first).release[:2]
        return after and (not self.last or minor <= Version(self.last).release[:2])

    def __str__(self) -> str:
        if not self.first and not self.last:
            return "another TensorFlow release"
        if self.first and self.first == self.last:
            return f"TensorFlow {self.first}"
        if self.first and self.last:
            return f"TensorFlow {self.first} to {self.last}"
        if self.first:
            return f"TensorFlow {self.first} or newer"
        return f"TensorFlow {self.last} or older"


def advice(
    text: str, snippet: str = "", *, loader: str = "", variant: Variant | None = None
) -> Advice:
    """A remedy that nobody tried in this run."""
    return Advice(text=text, snippet=snippet, loader=loader, variant=variant)


def as_reported(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis as reports have it: remedies say what to do, and whether that was tried."""
    remedies = (
        Remedy(
            text=remedy.text,
            snippet=remedy.snippet,
            verified=remedy.verified,
            cells=remedy.cells,
        )
        for remedy in diagnosis.remedies
    )
    return replace(diagnosis, remedies=tuple(remedies))

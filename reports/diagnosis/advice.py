"""Advice: a remedy that was not tested, and how to tell whether a run has tested it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matrix.plan.variant import Variant
from reports.report.cause import Diagnosis, Remedy


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice(Remedy):
    """`loader` and `variant` are what the snippet loads with, `requirement` what it installs.

    A name is empty where the advice is about something else; no `variant` means any.
    """

    loader: str = ""
    variant: Variant | None = None
    requirement: str = ""


def advice(
    text: str, snippet: str = "", *, loader: str = "", variant: Variant | None = None
) -> Advice:
    """A remedy that nobody tried in this run."""
    return Advice(text=text, snippet=snippet, loader=loader, variant=variant)


def as_reported(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis as reports have it: remedies say what to do, and whether that was tried."""
    remedies = (
        Remedy(text=remedy.text, snippet=remedy.snippet, verified=remedy.verified)
        for remedy in diagnosis.remedies
    )
    return replace(diagnosis, remedies=tuple(remedies))

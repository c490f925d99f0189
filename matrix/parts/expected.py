"""Where a model is predicted to load, in a few words that thousands of models share. Pure."""

from __future__ import annotations

from matrix.plan.plan import Plan
from matrix.plan.prediction import FAILS, LOADS

EVERYWHERE, NOWHERE, SOME, UNKNOWN = (
    "predicted to load in every release",
    "predicted to load in no release",
    "predicted to load in some releases",
    "not predicted",
)


def expected_of(plan: Plan, number: int) -> str:
    """In which of the planned releases some loader is predicted to load a model."""
    verdicts: dict[str, set[str]] = {}
    predictions = plan.predictions[number] if plan.predictions else ()
    for one in predictions:
        verdicts.setdefault(one.tensorflow, set()).add(one.verdict)
    releases = list(dict.fromkeys(str(planned.cell.release.version) for planned in plan.cells))
    loads = [LOADS in verdicts.get(release, ()) for release in releases if release in verdicts]
    named = [_minor(release) for release in releases if release in verdicts]
    if all(loads):
        return EVERYWHERE if loads else UNKNOWN
    if not any(loads):
        return NOWHERE if all(found == {FAILS} for found in verdicts.values()) else UNKNOWN
    first, last = loads.index(True), len(loads) - 1 - loads[::-1].index(True)
    if not all(loads[first : last + 1]):
        return SOME
    if first == 0:
        return f"predicted to load up to {named[last]}"
    return f"predicted to load from {named[first]} on" if last == len(loads) - 1 else SOME


def _minor(release: str) -> str:
    return ".".join(release.split(".")[:2])

"""Which models two runs do not have in common, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from matrix.results.merging.stored_run import StoredRun
from matrix.shown import some_of

_MOST_NAMED = 5


def difference(run: StoredRun, first: StoredRun) -> str:
    """What keeps two runs from being runs of the same models: other models, or other bytes."""
    ours, theirs = list(_without(run, first)), list(_without(first, run))
    changed = [name for name in dict.fromkeys(ours) if name in theirs]
    parts = [f"the SHA-256 checksums of {some_of(changed, _MOST_NAMED)} differ"] if changed else []
    for names, one, other in ((ours, run, first), (theirs, first, run)):
        if only := [name for name in names if name not in changed]:
            parts.append(f"{one.name} has {some_of(only, _MOST_NAMED)}, which {other.name} has not")
    return ", and ".join(parts)


def _without(run: StoredRun, other: StoredRun) -> Iterator[str]:
    """The names of the models of a run whose bytes another one has not, or has fewer times."""
    left = Counter(model.sha256 for model in other.plan.models)
    for model in run.plan.models:
        left[model.sha256] -= 1
        if left[model.sha256] < 0:
            yield model.name

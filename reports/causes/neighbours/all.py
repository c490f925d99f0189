"""All pairs. Each stands on the pages of both of its causes."""

from __future__ import annotations

from collections.abc import Iterator

from reports.causes.neighbours import environment, files, graphs, keras
from reports.causes.neighbours.pair import Pair
from reports.report.cause import Cause

PAIRS: tuple[Pair, ...] = (*files.PAIRS, *graphs.PAIRS, *keras.PAIRS, *environment.PAIRS)


def neighbours_of(cause: Cause) -> Iterator[tuple[Cause, tuple[Pair, ...]]]:
    """Each cause that is taken for this one, with the pairs that say how to tell."""
    mine = [pair for pair in PAIRS if cause in pair.causes]
    for other in dict.fromkeys(pair.other(cause) for pair in mine):
        yield other, tuple(pair for pair in mine if pair.other(cause) is other)

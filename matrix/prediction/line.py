"""One loader of one model along cells that differ in one thing alone, oldest first. Pure.

A fast run measures a line until what was measured fits what is predicted of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A cell, and whether the loader is predicted to load the model there; `None`: not known."""

    cell: str
    loads: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """The cells in which a loader is tried on a model, with what is predicted there."""

    expected: tuple[Expected, ...]

    def wanted(self, measured: Mapping[str, bool | None]) -> frozenset[str]:
        """The cells to measure as far as can be said now, those that were measured among them.

        `measured` says of cells whether the loader loaded the model, `None` where there was no
        answer: another cell then takes the place of that one.
        """
        some = [one for one in self.expected if measured.get(one.cell, True) is not None]
        if not some:
            return frozenset()
        predicted = [one.loads for one in some]
        known = [measured.get(one.cell) for one in some]
        places = {0, len(some) - 1}
        places.update(_boundaries(predicted, known))
        places.update(_beside_mistakes(predicted, known))
        # Nothing vouches for what nobody predicted: neither its neighbours nor its ends do.
        places.update(place for place, said in enumerate(predicted) if said is None)
        return frozenset(some[place].cell for place in places)


_Answers = Sequence[bool | None]


def _boundaries(predicted: _Answers, known: _Answers) -> Iterator[int]:
    """Both sides of each change from loading to failing or back, as far as is known now."""
    pairs = zip(predicted, known, strict=True)
    told = [said if seen is None else seen for said, seen in pairs]
    for place, (here, there) in enumerate(pairwise(told)):
        if here is not None and there is not None and here != there:
            yield from (place, place + 1)


def _beside_mistakes(predicted: _Answers, known: _Answers) -> Iterator[int]:
    """Beside cells that contradict their predictions as many again, until one agrees.

    So a line that is predicted wrong throughout is measured throughout in a few steps.
    """
    pairs = list(zip(predicted, known, strict=True))
    agrees = [seen is not None and said == seen for said, seen in pairs]
    for wrong, run in groupby(range(len(pairs)), key=lambda place: _is_wrong(*pairs[place])):
        places = list(run)
        if not wrong:
            continue
        for step in (-1, 1):
            at = places[0] if step < 0 else places[-1]
            for _ in places:
                at += step
                if not 0 <= at < len(pairs) or agrees[at]:
                    break
                yield at


def _is_wrong(said: bool | None, seen: bool | None) -> bool:
    return said is not None and seen is not None and said != seen

"""Groups of checks with the same outputs, if it is unknown which is correct. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from matrix.plan.variant import Variant
from matrix.results.evidence import Difference

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The cells of each group, oldest first, and what differs most between two of them.

    `loader` and `variant` (a tag set) say what computes. `between` are the numbers of the two
    groups, counted from 1.
    """

    loader: str
    variant: Variant
    cells: tuple[tuple[str, ...], ...]
    between: tuple[int, int]
    difference: Difference


@dataclass(frozen=True, kw_only=True)
class Group(Generic[T]):
    """What answers alike; `first` is what the others are compared with."""

    first: T
    members: tuple[T, ...]


def grouped(
    items: Sequence[T], answer: Callable[[T], Hashable], agree: Callable[[T, T], bool | None]
) -> list[Group[T]]:
    """The items by what they answer, each in one group.

    `answer` is the same where two are equal to the last bit, `agree` is `None` where they cannot be
    compared. Within a tolerance agreeing is not the same from every side: so the one that most
    others agree with speaks for them, and of several the first.
    """
    left, groups = list(items), []
    while left:
        first, members = _largest(left, answer, agree)
        groups.append(Group(first=first, members=tuple(members)))
        taken = {id(member) for member in members}
        left = [item for item in left if id(item) not in taken]
    return groups


def _largest(
    items: Sequence[T], answer: Callable[[T], Hashable], agree: Callable[[T, T], bool | None]
) -> tuple[T, list[T]]:
    def alike(item: T) -> list[T]:
        return [other for other in items if other is item or agree(item, other)]

    best = items[0], alike(items[0])
    if len(best[1]) == len(items):
        return best
    distinct = {answer(item): item for item in reversed(items)}
    others = ((item, alike(item)) for item in items if distinct[answer(item)] is item)
    return max(itertools.chain([best], others), key=lambda candidate: len(candidate[1]))

"""The groups of obstacles at the head of a page; on that of many models each is a filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.formats.html.many.index_data import group_key
from reports.overview.groups import ObstacleGroup, grouped
from reports.overview.row import OverviewRow
from reports.overview.sentences import group_details, group_sentence, models

# So many groups are in sight from the beginning.
_FIRST = 5


@dataclass(frozen=True, kw_only=True)
class Group:
    """What stands in the way of `count` models: the `rest` of that sentence, and the details."""

    key: str
    count: str
    rest: str
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The largest groups, and those that are folded away."""

    first: tuple[Group, ...]
    others: tuple[Group, ...]


def groups_of(rows: Sequence[OverviewRow], named: Mapping[int, str]) -> Groups:
    """What stands in the way of how many models, the largest group first.

    `named` are the names of models by place.
    """
    found = [_group(group, named) for group in grouped(rows)]
    return Groups(first=tuple(found[:_FIRST]), others=tuple(found[_FIRST:]))


def _group(group: ObstacleGroup, named: Mapping[int, str]) -> Group:
    count = models(group.size)
    return Group(
        key=group_key(group.obstacle.key),
        count=count,
        rest=group_sentence(group).removeprefix(count),
        details=tuple(group_details(group, named)),
    )

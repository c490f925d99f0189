"""The groups of obstacles at the head of a page; on that of many models each is a filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.formats.html.many.index_data import group_key
from reports.overview.obstacles.groups import ObstacleGroup, grouped
from reports.overview.row import OverviewRow
from reports.overview.sentences import group_details, group_sentence, models

# So many groups are in sight from the beginning.
_FIRST = 5


@dataclass(frozen=True, kw_only=True)
class Group:
    """What stands in the way of models: `whom`, the `rest` of that sentence, and the details.

    `whom` are so many models, or the name of the only one. `keys` are their addresses on the page.
    """

    key: str
    whom: str
    rest: str
    details: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The largest groups, and those that are folded away."""

    first: tuple[Group, ...]
    others: tuple[Group, ...]


def groups_of(
    rows: Sequence[OverviewRow], named: Mapping[int, str], keys: Sequence[str] = ()
) -> Groups:
    """What stands in the way of how many models, the largest group first.

    `named` are the names of models by place; `keys` their addresses, where they are on the page.
    """
    found = [_group(group, named, keys) for group in grouped(rows)]
    return Groups(first=tuple(found[:_FIRST]), others=tuple(found[_FIRST:]))


def _group(group: ObstacleGroup, named: Mapping[int, str], keys: Sequence[str]) -> Group:
    count = models(group.size)
    alone = group.size == 1
    details = group_details(group, named)
    return Group(
        key=group_key(group.obstacle.key),
        whom=named[group.places[0]] if alone else count,
        rest=group_sentence(group).removeprefix(count),
        # The last one has the names.
        details=tuple(details[:-1] if alone else details),
        keys=tuple(keys[place] for place in group.places) if keys else (),
    )

"""Which models an overview lists, in which order, with which words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matrix.shown import on_one_line
from reports.overview.names import labels
from reports.overview.obstacles.groups import ObstacleGroup, all_obstacles
from reports.overview.row import OverviewRow

# What a reader takes in at once; the report has all of them.
MOST_ROWS = 40
_NONE: Mapping[str, int] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A line of the table: what a model is called, where it works, what stands in the way."""

    row: OverviewRow
    label: str
    works_in: str
    obstacle: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The lines of a table, how many models it leaves out, and how many have an obstacle."""

    lines: tuple[Listed, ...]
    left_out: int
    obstructed: int = 0

    @property
    def title(self) -> str:
        """What the lines are, if they are not all."""
        if not self.left_out:
            return ""
        shown = len(self.lines)
        if self.obstructed > shown:
            return f"The {shown} models that need attention most:"
        return f"{shown} of {shown + self.left_out} models, those with an obstacle first:"


def listing(
    rows: Sequence[OverviewRow], most: int | None = None, groups: Sequence[ObstacleGroup] = ()
) -> Listing:
    """The models in their order; with `most`, so many of those that need attention most.

    `groups` are those told before, numbered from 1: their reasons are not told again, and their
    models need less attention than those that are in no group.
    """
    numbers = {group.obstacle.key: number for number, group in enumerate(groups, 1)}
    shown = list(rows)
    if most is not None and len(rows) > most:
        shown = sorted(rows, key=lambda row: (_turn(row, numbers), row.worst, row.place))[:most]
    named = labels(rows)
    lines = tuple(
        Listed(
            row=row,
            label=named[row.place],
            works_in=row.works_in,
            obstacle=in_the_way(row, numbers),
        )
        for row in shown
    )
    return Listing(
        lines=lines,
        left_out=len(rows) - len(lines),
        obstructed=sum(bool(all_obstacles(row)) for row in rows),
    )


def _turn(row: OverviewRow, numbers: Mapping[str, int]) -> int:
    """0 for what no group has told, 1 for models of groups, 2 for those with no obstacle."""
    obstacles = all_obstacles(row)
    if not obstacles:
        return 2
    return int(all(obstacle.key in numbers for obstacle in obstacles))


def in_the_way(row: OverviewRow, numbers: Mapping[str, int] = _NONE) -> str:
    """The worst obstacle of a model in a line, and how many more it has; empty if it is clear.

    `numbers` are those of groups by their keys.
    """
    obstacles = all_obstacles(row)
    if not obstacles:
        return ""
    first = obstacles[0]
    told = first.reason if row.untested else first.brief
    if number := numbers.get(first.key):
        told = f"{first.head} (reason {number})"
    more = f" (and {len(obstacles) - 1} more)" if len(obstacles) > 1 else ""
    return on_one_line(f"{told.rstrip('.')}{more}")

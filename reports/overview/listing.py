"""Which models an overview lists, in which order, with which words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matrix.shown import on_one_line
from reports.overview.groups import all_obstacles
from reports.overview.names import labels
from reports.overview.row import OverviewRow

# What a reader takes in at once; the report has all of them.
MOST_ROWS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A line of the table: what a model is called, where it works, what stands in the way."""

    row: OverviewRow
    label: str
    works_in: str
    obstacle: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The lines of a table, and how many models it leaves out."""

    lines: tuple[Listed, ...]
    left_out: int

    @property
    def title(self) -> str:
        """What the lines are, if they are not all."""
        return f"The {len(self.lines)} models that need attention most:" if self.left_out else ""


def listing(rows: Sequence[OverviewRow], most: int | None = None) -> Listing:
    """The models in their order; with `most`, so many of those that need attention most."""
    shown = list(rows)
    if most is not None and len(rows) > most:
        shown = sorted(rows, key=lambda row: (row.worst, row.place))[:most]
    named = labels(rows)
    lines = tuple(
        Listed(row=row, label=named[row.place], works_in=row.works_in, obstacle=in_the_way(row))
        for row in shown
    )
    return Listing(lines=lines, left_out=len(rows) - len(lines))


def in_the_way(row: OverviewRow) -> str:
    """The worst obstacle of a model in a line, and how many more it has; empty if it is clear."""
    obstacles = all_obstacles(row)
    if not obstacles:
        return ""
    first = obstacles[0].reason if row.untested else obstacles[0].brief
    more = f" (and {len(obstacles) - 1} more)" if len(obstacles) > 1 else ""
    return on_one_line(f"{first.rstrip('.')}{more}")

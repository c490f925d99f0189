"""The groups of obstacles at the head of the overview; each is a filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.formats.html.many.index_data import group_key
from reports.overview.row import Obstacle, OverviewRow
from reports.report.text import escape

# So many groups are in sight from the beginning.
_FIRST = 8


def render_groups(rows: Sequence[OverviewRow]) -> Iterator[str]:
    """What stands in the way of how many models, the largest group first."""
    found: dict[str, list[Obstacle]] = {}
    for row in rows:
        for key, obstacle in {one.key: one for one in row.obstacles}.items():
            found.setdefault(key, []).append(obstacle)
    groups = sorted(found.items(), key=lambda group: -len(group[1]))
    if not groups:
        return
    yield '<section class="overview groups" aria-labelledby="ui:groups">'
    yield '<h2 id="ui:groups">What stands in the way</h2>'
    yield from _list(groups[:_FIRST])
    if groups[_FIRST:]:
        yield f"<details><summary>{len(groups) - _FIRST:,} smaller groups</summary>"
        yield from _list(groups[_FIRST:])
        yield "</details>"
    yield "</section>"


def _list(groups: Sequence[tuple[str, list[Obstacle]]]) -> Iterator[str]:
    yield "<ul>"
    for key, obstacles in groups:
        first, count = obstacles[0], len(obstacles)
        models = "1 model" if count == 1 else f"{count:,} models"
        remedy = f"<p>{escape(first.remedy)}</p>" if first.remedy else ""
        yield (
            f'<li><button type="button" aria-pressed="false" data-filter="group" '
            f'data-value="{group_key(key)}"><b>{models}</b> '
            f"<span>{escape(first.brief)}</span></button>{remedy}</li>"
        )
    yield "</ul>"

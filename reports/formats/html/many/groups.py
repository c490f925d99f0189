"""The groups of obstacles at the head of the overview; each is a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reports.formats.html.many.index_data import group_key
from reports.overview.groups import ObstacleGroup, grouped
from reports.overview.row import OverviewRow
from reports.overview.sentences import group_details, group_sentence, models
from reports.report.text import escape

# So many groups are in sight from the beginning.
_FIRST = 5


def render_groups(rows: Sequence[OverviewRow], named: Mapping[int, str]) -> Iterator[str]:
    """What stands in the way of how many models, the largest group first; `named` by place."""
    groups = grouped(rows)
    if not groups:
        return
    yield '<section class="overview groups" aria-labelledby="ui:groups">'
    yield '<h2 id="ui:groups">What stands in the way</h2>'
    yield from _list(groups[:_FIRST], named)
    if others := groups[_FIRST:]:
        yield f"<details><summary>{_more(len(others))}</summary>"
        yield from _list(others, named)
        yield "</details>"
    yield "</section>"


def _more(count: int) -> str:
    return "1 smaller group" if count == 1 else f"{count:,} smaller groups"


def _list(groups: Sequence[ObstacleGroup], named: Mapping[int, str]) -> Iterator[str]:
    yield "<ul>"
    for group in groups:
        count = models(group.size)
        sentence = escape(group_sentence(group).removeprefix(count))
        details = "".join(f"<p>{escape(line)}</p>" for line in group_details(group, named))
        yield (
            f'<li><button type="button" aria-pressed="false" data-filter="group" '
            f'data-value="{group_key(group.obstacle.key)}"><b>{count}</b>'
            f"<span>{sentence}</span></button>{details}</li>"
        )
    yield "</ul>"

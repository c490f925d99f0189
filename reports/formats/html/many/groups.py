"""The groups of obstacles at the head of a page; on that of many models each is a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reports.formats.html.many.index_data import group_key
from reports.overview.groups import ObstacleGroup, grouped
from reports.overview.row import OverviewRow
from reports.overview.sentences import group_details, group_sentence, models
from reports.report.text import escape

# So many groups are in sight from the beginning.
_FIRST = 5


def render_groups(
    rows: Sequence[OverviewRow], named: Mapping[int, str], *, filters: bool
) -> Iterator[str]:
    """What stands in the way of how many models, the largest group first.

    `named` are the names of models by place; `filters` says that a group is a button of a filter.
    """
    groups = grouped(rows)
    if not groups:
        return
    yield '<section class="overview groups" aria-labelledby="ui:groups">'
    yield '<h2 id="ui:groups">What stands in the way</h2>'
    yield from _list(groups[:_FIRST], named, filters=filters)
    if others := groups[_FIRST:]:
        yield f"<details><summary>{_more(len(others))}</summary>"
        yield from _list(others, named, filters=filters)
        yield "</details>"
    yield "</section>"


def _more(count: int) -> str:
    return "1 more group" if count == 1 else f"{count:,} more groups"


def _list(
    groups: Sequence[ObstacleGroup], named: Mapping[int, str], *, filters: bool
) -> Iterator[str]:
    yield "<ul>"
    for group in groups:
        details = "".join(f"<p>{escape(line)}</p>" for line in group_details(group, named))
        yield f"<li>{_button(group) if filters else _line(group)}{details}</li>"
    yield "</ul>"


def _button(group: ObstacleGroup) -> str:
    key = group_key(group.obstacle.key)
    attributes = f'type="button" aria-pressed="false" data-filter="group" data-value="{key}"'
    return f"<button {attributes}>{_sentence(group)}</button>"


def _line(group: ObstacleGroup) -> str:
    return f'<div class="line">{_sentence(group)}</div>'


def _sentence(group: ObstacleGroup) -> str:
    """Its number of models, and what stands in their way."""
    count = models(group.size)
    rest = group_sentence(group).removeprefix(count)
    return f"<b>{count}</b><span>{escape(rest)}</span>"

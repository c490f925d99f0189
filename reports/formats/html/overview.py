"""What begins the page of some models: how many fare how, and a line for each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.formats.html.many.groups import Groups, groups_of
from reports.formats.html.section import Section
from reports.overview.listing import listing
from reports.overview.model_state import ModelState, state_of
from reports.overview.names import labels
from reports.overview.row import row_of
from reports.overview.sentences import headline


@dataclass(frozen=True, kw_only=True)
class Line:
    """A model: its address on the page, how it fares, where it works, what stands in its way."""

    key: str
    name: str
    state: ModelState
    works_in: str
    obstacle: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The `title` with the number of models, the `counts`, a line for each, and the groups."""

    title: str
    counts: str
    lines: tuple[Line, ...]
    groups: Groups


def overview(sections: Sequence[Section]) -> Overview:
    """What a terminal shows of several models, with what stands in the way of each below it."""
    rows = [row_of(section.model, place) for place, section in enumerate(sections)]
    title, _, counts = headline(rows).partition(": ")
    keys = [section.key for section in sections]
    return Overview(
        title=title,
        counts=counts,
        lines=tuple(
            Line(
                key=keys[line.row.place],
                name=line.label,
                state=state_of(line.row),
                works_in=line.works_in,
                obstacle=line.obstacle,
            )
            for line in listing(rows).lines
        ),
        groups=groups_of(rows, labels(rows), keys),
    )

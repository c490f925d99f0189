"""The overview of many models as Markdown, for report.md and for a summary on GitHub. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.formats.markdown import escape, render, with_code
from reports.overview.groups import grouped
from reports.overview.listing import Listed, listing
from reports.overview.names import labels
from reports.overview.row import OverviewRow, row_of
from reports.overview.sentences import group_details, group_sentence, headline
from reports.report.report import Report

Link = Callable[[OverviewRow], str]


def render_report(report: Report) -> str:
    """The whole report as Markdown, which begins with the overview if there are several models."""
    rows = [row_of(model, place) for place, model in enumerate(report.models)]
    return render(report, render_overview(rows) if len(rows) > 1 else "")


def render_overview(
    rows: Sequence[OverviewRow],
    most: int | None = None,
    link: Link | None = None,
    groups: int | None = None,
) -> str:
    """The sentence, what models share, and a table with a line a model.

    `most` is how many models are listed, and `groups` how many groups, `None` for all. `link` says
    where the rest of a model is.
    """
    lines = [escape(headline(rows)), "", *_groups(rows, groups)]
    if rows:
        lines += [*_table(rows, most, link), ""]
    return "\n".join(lines)


def _groups(rows: Sequence[OverviewRow], most: int | None) -> Iterator[str]:
    found = [group for group in grouped(rows) if group.size > 1]
    shown = found if most is None else found[:most]
    named = labels(rows)
    for group in shown:
        yield f"- **{with_code(group_sentence(group))}**"
        yield from (f"  - {with_code(line)}" for line in group_details(group, named))
    if left := len(found) - len(shown):
        yield f"- and {left:,} more groups of models"
    if found:
        yield ""


def _table(rows: Sequence[OverviewRow], most: int | None, link: Link | None) -> Iterator[str]:
    listed = listing(rows, most)
    if listed.title:
        yield from (escape(listed.title), "")
    yield "| Model | Format | Works in | What stands in the way |"
    yield "|---|---|---|---|"
    yield from (_line(line, link) for line in listed.lines)
    if listed.left_out:
        yield from ("", f"and {listed.left_out:,} more models.")


def _line(line: Listed, link: Link | None) -> str:
    name = escape(line.label)
    if link is not None:
        name = f"[{name}]({link(line.row)})"
    words = (name, escape(line.row.format), escape(line.works_in), escape(line.obstacle))
    return f"| {' | '.join(words)} |"

"""The overview of many models as Markdown, for report.md and for a summary on GitHub. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tabulate import tabulate

from reports.formats.markdown import escape, render, with_code
from reports.formats.tables.marks import marked
from reports.overview.beside import beside
from reports.overview.listing import Listed, Listing, listing
from reports.overview.model_state import state_of
from reports.overview.names import labels, shortened
from reports.overview.obstacles.groups import ObstacleGroup, shared
from reports.overview.row import OverviewRow, row_of
from reports.overview.sentences import group_details, group_sentence, headline
from reports.report.report import Report
from reports.report.text import first_line

# Names may be as long as a file system allows, and thousands of them are in one table.
_MOST_NAME = 120
_MOST = 600
Link = Callable[[OverviewRow], str]


def render_report(report: Report) -> str:
    """The whole report as Markdown, which begins with the overview if there are several models."""
    rows = [row_of(model, place) for place, model in enumerate(report.models)]
    if len(rows) == 1:
        return render(report)
    together = render_beside(rows)
    return render(report, render_overview(rows) + (f"\n{together}\n" if together else ""))


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
    told = shared(rows, groups)
    lines = [escape(headline(rows)), "", *_groups(rows, told)]
    if rows:
        lines += [*_table(listing(rows, most, told), link), ""]
    return "\n".join(lines)


def _groups(rows: Sequence[OverviewRow], shown: Sequence[ObstacleGroup]) -> Iterator[str]:
    named = labels(rows)
    for number, group in enumerate(shown, 1):
        yield f"{number}. **{with_code(group_sentence(group))}**"
        yield from (
            f"   - {with_code(first_line(line, _MOST))}" for line in group_details(group, named)
        )
    if left := len(shared(rows)) - len(shown):
        yield from ("", f"{left:,} more groups of models.")
    if shown:
        yield ""


def _table(listed: Listing, link: Link | None) -> Iterator[str]:
    if listed.title:
        yield from (escape(listed.title), "")
    yield "| | Model | Format | Works in | What stands in the way |"
    yield "|---|---|---|---|---|"
    yield from (_line(line, link) for line in listed.lines)
    if listed.left_out:
        yield from ("", f"and {listed.left_out:,} more models.")


def render_beside(rows: Sequence[OverviewRow]) -> str:
    """Few models side by side; nothing where these are too many."""
    together = beside(rows)
    if together is None:
        return ""
    table = [
        [escape(shortened(name, _MOST_NAME)), *(escape(marked(phrase)) for phrase in phrases)]
        for name, phrases in together.models
    ]
    heads = ("Model", *together.ranges)
    return tabulate(table, headers=heads, tablefmt="github", disable_numparse=True)


def _line(line: Listed, link: Link | None) -> str:
    name = escape(shortened(line.label, _MOST_NAME))
    if link is not None:
        name = f"[{name}]({link(line.row)})"
    words = (
        state_of(line.row).symbol,
        name,
        escape(line.row.format_in_words),
        escape(line.works_in),
        with_code(line.obstacle),
    )
    return f"| {' | '.join(words)} |"

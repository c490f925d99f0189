"""`report.html` of many models: numbers, groups of obstacles, a table that is filtered and sorted.

A model is loaded from its own file when it is opened (`model_script.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from reports.formats.html.frame import PANEL, chip, choices, data_element, frame, head, legend
from reports.formats.html.many.groups import render_groups
from reports.formats.html.many.index_data import causes_of, cells_of, index_data, words_of
from reports.formats.html.many.model_state import ModelState, state_of
from reports.overview.listing import in_the_way
from reports.overview.names import labels
from reports.overview.row import OverviewRow
from reports.overview.sentences import models
from reports.report.report import Report
from reports.report.text import escape

_SCRIPTS = (
    *("core.js", "grid.js", "panel.js"),
    *("many/rows.js", "many/wanted.js", "many/table.js", "many/opened.js", "many/start.js"),
)
_PLAIN_HEADS = ("Model", "Works", "What stands in the way")
_STYLES = ("page.css", "many/many.css")


def render_index(header: Report, rows: Sequence[OverviewRow]) -> str:
    """The page as text; `header` is the report without its models."""
    named = labels(rows)
    body = [
        *head(header),
        '<div id="ui:many">',
        "<main>",
        *_numbers(rows),
        *render_groups(rows, named, filters=True),
        *_filters(rows),
        *_table(rows, named),
        *legend(words_of(rows)),
        "</main></div>",
        '<div id="ui:opened" hidden></div>',
        PANEL,
        data_element("/index", index_data(rows, named)),
    ]
    return frame(models(len(rows)), body, scripts=_SCRIPTS, styles=_STYLES, loads_scripts=True)


def _numbers(rows: Sequence[OverviewRow]) -> Iterator[str]:
    """How many models there are, and how many fare how; each number is a filter."""
    counts = Counter(map(state_of, rows))
    yield '<section class="numbers" aria-labelledby="ui:numbers">'
    yield f'<h2 id="ui:numbers">{_heading(rows)}</h2><ul>'
    for state in ModelState:
        if counts[state]:
            yield (
                f'<li><button type="button" class="state {state.value}" aria-pressed="false" '
                f'data-filter="state" data-value="{state.value}"><b>{counts[state]:,}</b> '
                f"{escape(state.title)}</button></li>"
            )
    yield "</ul></section>"


def _heading(rows: Sequence[OverviewRow]) -> str:
    plain, others = cells_of(rows)
    cells = len(plain) + len(others)
    return f"{models(len(rows))} in {cells} {'cell' if cells == 1 else 'cells'}"


def _filters(rows: Sequence[OverviewRow]) -> Iterator[str]:
    if not rows:
        return
    yield '<form id="ui:filters" class="js" role="search" aria-label="Filter the models">'
    yield (
        '<p><label for="ui:model">Model</label> <input id="ui:model" name="q" type="search" '
        'autocomplete="off" spellcheck="false" placeholder="part of a name"></p>'
    )
    formats = Counter(row.format for row in rows if row.format)
    yield from _select(
        "Format", "format", "all", [(n, f"{n} ({c:,})") for n, c in formats.most_common()]
    )
    plain, others = cells_of(rows)
    yield from _select("Release", "in", "any", [(cell, cell) for cell in (*plain, *others)])
    yield from choices("Verdict", "verdict", [(word, chip(word)) for word in words_of(rows)])
    causes = [(word, f"{title} ({count:,})") for word, title, count in causes_of(rows)]
    yield from _select("Cause", "cause", "all", causes)
    if others:
        extra = '<span class="chip">with additional packages</span>'
        yield from choices("Releases", "extra", [("1", extra)])
    yield (
        '<p class="end"><output id="ui:count" aria-live="polite"></output> '
        '<button type="reset" hidden>Show everything</button></p></form>'
    )


def _select(title: str, name: str, none: str, options: Sequence[tuple[str, str]]) -> Iterator[str]:
    """One of several values, or none of them."""
    yield f'<p><label for="ui:{name}">{title}</label> <select id="ui:{name}" name="{name}">'
    yield f'<option value="">{none}</option>'
    for value, text in options:
        yield f'<option value="{escape(value)}">{escape(text)}</option>'
    yield "</select></p>"


def _table(rows: Sequence[OverviewRow], named: Mapping[int, str]) -> Iterator[str]:
    """The place of the table that the script fills; without scripts a plain one stands there."""
    if not rows:
        yield '<p class="note">Nothing was tested.</p>'
        return
    yield '<section class="overview" aria-labelledby="ui:table">'
    yield '<h2 id="ui:table">Models and releases</h2><div id="ui:rows"></div>'
    yield '<p class="js more"><button type="button" id="ui:more" hidden></button></p>'
    yield '<p id="ui:none" class="note" hidden>No model matches these filters.</p>'
    heads = "".join(f'<th scope="col">{name}</th>' for name in _PLAIN_HEADS)
    yield f'<noscript><table class="plain"><thead><tr>{heads}</tr></thead><tbody>'
    for row in rows:
        name, why = escape(named[row.place]), escape(in_the_way(row))
        yield f'<tr><th scope="row">{name}</th><td>{escape(row.works_in)}</td><td>{why}</td></tr>'
    yield "</tbody></table></noscript></section>"

"""`report.html` of many models: numbers, groups of obstacles, a table that is filtered and sorted.

A model is loaded from its own file when it is opened (`model_script.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports.formats.html.frame import page
from reports.formats.html.many.groups import groups_of
from reports.formats.html.many.index_data import causes_of, cells_of, index_data, words_of
from reports.overview.listing import in_the_way
from reports.overview.model_state import ModelState, state_of
from reports.overview.names import labels
from reports.overview.row import OverviewRow
from reports.overview.sentences import models
from reports.report.report import Report

_SCRIPTS = (
    *("core.js", "grid.js", "panel.js"),
    *("many/rows.js", "many/wanted.js", "many/table.js", "many/opened.js"),
    *("order.js", "many/start.js"),
)
_STYLES = ("page.css", "many/many.css")


def render_index(header: Report, rows: Sequence[OverviewRow]) -> str:
    """The page as text; `header` is the report without its models."""
    named = labels(rows)
    counts = Counter(map(state_of, rows))
    return page(
        "many.html",
        header,
        data={"/index": index_data(rows, named)},
        scripts=_SCRIPTS,
        styles=_STYLES,
        loads_scripts=True,
        title=models(len(rows)),
        states=[(state, counts[state]) for state in ModelState if counts[state]],
        obstacles=groups_of(rows, named),
        rows=[
            {"name": named[row.place], "works_in": row.works_in, "in_the_way": in_the_way(row)}
            for row in rows
        ],
        **_filters(rows),
    )


def _filters(rows: Sequence[OverviewRow]) -> dict[str, Any]:
    """What can be chosen: pairs of a value and how it is shown, or values that show themselves."""
    plain, others = cells_of(rows)
    cells = (*plain, *others)
    formats = Counter(row.format_in_words for row in rows if row.format)
    return {
        "heading": f"{models(len(rows))} in {len(cells)} {'cell' if len(cells) == 1 else 'cells'}",
        "formats": [(name, f"{name} ({count:,})") for name, count in formats.most_common()],
        "cells": [(cell, cell) for cell in cells],
        "verdicts": words_of(rows),
        "causes": [(word, f"{title} ({count:,})") for word, title, count in causes_of(rows)],
        "any_extra": bool(others),
    }

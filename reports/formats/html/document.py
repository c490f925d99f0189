"""The page as a whole: policy, styles, head, filters, models, legend, data, scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.results.verdicts import kind_of
from reports.formats import verdict_style
from reports.formats.grid import columns_of, loaders_of, present
from reports.formats.html.causes import render_causes
from reports.formats.html.data import Environments, Texts, index, model_data
from reports.formats.html.section import Place, chip, render_section
from reports.report.cell_report import CellReport
from reports.report.check_report import MARKS
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.text import escape

_HERE = Path(__file__).parent
_SCRIPTS = ("core.js", "grid.js", "panel.js", "filters.js", "start.js")
# So many models are elements from the beginning: to search in, to print, to scroll through.
_AT_ONCE = 20
# So many rows share their column heads.
_TOGETHER = 25


def render(report: Report) -> str:
    """The page as text."""
    places = _places(report.models)
    style = _read("page.css") + _colours()
    early, late = _read("theme.js"), _script()
    title = report.models[0].name if len(report.models) == 1 else f"{len(places)} models"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, early, late)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>TensorFlow compatibility of {escape(title)}</title>",
        f"<style>{style}</style>\n<script>{early}</script>\n</head>\n<body>",
        *_head(report),
        *_filters(report.models),
        "<main>",
        *_overview(places),
        *(render_section(place, later=n >= _AT_ONCE) for n, place in enumerate(places)),
        '<p id="ui:none" class="note" hidden>Nothing matches these filters.</p>',
        *_legend(report.models),
        *render_causes(report.models),
        "</main>",
        '<dialog id="ui:panel" aria-labelledby="ui:panel-title"></dialog>',
        *_data(places),
        f"<script>{late}</script>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _script() -> str:
    """The parts of the script as one, with names of its own."""
    parts = "\n".join(map(_read, _SCRIPTS))
    return f'(() => {{\n"use strict";\n{parts}}})();'


def _policy(style: str, *scripts: str) -> str:
    """Nothing is loaded from anywhere; the only script and style that run are our own."""

    def sources(*texts: str) -> str:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    return (
        f"default-src 'none'; style-src {sources(style)}; script-src {sources(*scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _colours() -> str:
    """The colours and symbols of the verdicts, which pictures share."""
    return "\n".join(verdict_style.rules()) + "\n"


def _places(models: Sequence[ModelReport]) -> list[Place]:
    """Each model with a name for addresses: letters, digits, dots and dashes of its own name."""
    places: list[Place] = []
    taken: set[str] = set()
    for model in models:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", model.name).strip("-")[:60] or "model"
        key, number = plain, 2
        while key in taken:
            key, number = f"{plain}-{number}", number + 1
        taken.add(key)
        places.append(Place(key=key, model=model))
    return places


def _head(report: Report) -> Iterator[str]:
    platform = str(report.host.get("platform", ""))
    when = report.started[:10]
    yield '<header class="top"><div><h1>TensorFlow compatibility</h1>'
    yield (
        f'<p>Tested on <time datetime="{escape(report.started)}">{escape(when)}</time> '
        f"with {escape(str(report.tool))}{f' on {escape(platform)}' if platform else ''}</p></div>"
    )
    yield '<button type="button" id="ui:theme" class="js">Theme: system</button></header>'
    if not report.complete:
        yield (
            '<p class="note" role="note"><b>This run was interrupted.</b> The cells that it '
            "did not reach are shown as not-run.</p>"
        )


def _filters(models: Sequence[ModelReport]) -> Iterator[str]:
    if not models:
        return
    yield '<form id="ui:filters" class="js" role="search" aria-label="Filter the results">'
    if len(models) > 1:
        yield (
            '<p><label for="ui:model">Model</label> <input id="ui:model" type="search" '
            'autocomplete="off" spellcheck="false" placeholder="part of a name"></p>'
        )
    yield from _choices("Verdict", "verdict", [(word, chip(word)) for word in present(models)])
    loaders = dict.fromkeys(loader for model in models for loader in loaders_of(model))
    plain = [(word, f'<span class="chip">{escape(word)}</span>') for word in loaders]
    yield from _choices("Loader", "loader", plain)
    if not all(cell.plain for model in models for cell in model.cells):
        text = '<span class="chip">TensorFlow alone</span>'
        yield from _choices("Cells", "plain", [("plain", text)])
    yield (
        '<p class="end"><output id="ui:count" aria-live="polite"></output> '
        '<button type="reset" hidden>Show everything</button></p></form>'
    )


def _choices(title: str, name: str, choices: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"<fieldset><legend>{title}</legend>"
    for value, text in choices:
        yield (
            f'<label class="choice"><input type="checkbox" name="{name}" value="{escape(value)}">'
            f"{text}</label>"
        )
    yield "</fieldset>"


def _overview(places: Sequence[Place]) -> Iterator[str]:
    """Several models side by side: a row each, and what is best in each cell."""
    if not places:
        yield '<p class="note">Nothing was tested.</p>'
    if len(places) < 2:  # noqa: PLR2004
        return
    columns = columns_of(place.model for place in places)
    yield '<section aria-labelledby="ui:overview" class="overview">'
    yield f'<h2 id="ui:overview">{len(places)} models side by side</h2>'
    for start in range(0, len(places), _TOGETHER):
        yield from _together(places[start : start + _TOGETHER], columns, start)
    yield "</section>"


def _together(places: Sequence[Place], columns: Sequence[CellReport], start: int) -> Iterator[str]:
    """A table of some models: browsers lay out those in sight only."""
    heads = "".join(f'<th scope="col"><span>{escape(cell.id)}</span></th>' for cell in columns)
    span = f"models {start + 1} to {start + len(places)}"
    yield '<div class="scroll chunk"><table class="grid small">'
    yield f'<caption class="ear">The best verdict of each cell, {span}</caption>'
    yield f'<thead><tr><th scope="col">Model</th>{heads}</tr></thead><tbody>'
    for place in places:
        cells = {cell.id: cell for cell in place.model.cells}
        marks = "".join(_mark(place.key, column.id, cells.get(column.id)) for column in columns)
        name = f'<a href="#{place.key}">{escape(place.model.name)}</a>'
        yield f'<tr><th scope="row">{name}</th>{marks}</tr>'
    yield "</tbody></table></div>"


def _mark(key: str, name: str, cell: CellReport | None) -> str:
    if cell is None:
        return "<td></td>"
    link = f'<a href="#{key}/{escape(name)}">{escape(cell.verdict)}</a>'
    return f'<td class="{verdict_style.classes_of(cell.verdict, cell.expected)}">{link}</td>'


def _legend(models: Sequence[ModelReport]) -> Iterator[str]:
    words = present(models)
    if not words:
        return
    yield '<section class="legend" aria-labelledby="ui:legend">'
    yield '<h2 id="ui:legend">What the words mean</h2><dl>'
    for word in words:
        yield f"<div><dt>{chip(word)}</dt><dd>{escape(kind_of(word).meaning)}</dd></div>"
    marks = {c.own_word for model in models for cell in model.cells for c in cell.checks}
    for mark in (mark for mark in MARKS if mark in marks):
        yield f"<div><dt>{escape(mark)}</dt><dd>{escape(MARKS[mark])}</dd></div>"
    yield (
        "</dl><p>Only <i>fails</i> means that a release cannot load a model. The verdict of a "
        "cell is the best verdict of its loaders.</p></section>"
    )


def _data(places: Sequence[Place]) -> Iterator[str]:
    """Slashes keep the names of what all models share apart from those of models."""
    texts, environments = Texts(), Environments()
    yield _json("/index", index({place.key: place.model for place in places}))
    for place in places:
        yield _json(place.key, model_data(place.model, texts, environments))
    yield _json("/texts", texts.to_json())
    yield _json("/environments", environments.to_json())


def _json(name: str, text: str) -> str:
    return f'<script type="application/json" id="data:{name}">{text}</script>'

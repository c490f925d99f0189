"""The page of one model or some: filters, models side by side, models, legend, data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.formats import verdict_style
from reports.formats.grid import columns_of, loaders_of, present
from reports.formats.html.addresses import plain_name
from reports.formats.html.causes import render_causes
from reports.formats.html.data import Environments, Texts, index, marks_of, model_data
from reports.formats.html.frame import PANEL, chip, choices, data_element, frame, head, legend
from reports.formats.html.many.groups import render_groups
from reports.formats.html.section import Place, render_section
from reports.overview.names import labels
from reports.overview.row import row_of
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.text import escape

_SCRIPTS = ("core.js", "grid.js", "panel.js", "filters.js", "start.js")
# So many models are elements from the beginning: to search in, to print, to scroll through.
_AT_ONCE = 20
# So many rows share their column heads.
_TOGETHER = 25


def render(report: Report) -> str:
    """The page as text."""
    places = _places(report.models)
    title = report.models[0].name if len(report.models) == 1 else f"{len(places)} models"
    body = [
        *head(report),
        *_filters(report.models),
        "<main>",
        *_groups(report.models),
        *_overview(places),
        *(render_section(place, later=n >= _AT_ONCE) for n, place in enumerate(places)),
        '<p id="ui:none" class="note" hidden>Nothing matches these filters.</p>',
        *legend(present(report.models), marks_of(report.models)),
        *render_causes(report.models),
        "</main>",
        PANEL,
        *_data(places),
    ]
    return frame(title, body, scripts=_SCRIPTS)


def _places(models: Sequence[ModelReport]) -> list[Place]:
    """Each model with a name for addresses: letters, digits, dots and dashes of its own name."""
    places: list[Place] = []
    taken: set[str] = set()
    for model in models:
        plain = plain_name(model.name)
        key, number = plain, 2
        while key in taken:
            key, number = f"{plain}-{number}", number + 1
        taken.add(key)
        places.append(Place(key=key, model=model))
    return places


def _filters(models: Sequence[ModelReport]) -> Iterator[str]:
    if not models:
        return
    yield '<form id="ui:filters" class="js" role="search" aria-label="Filter the results">'
    if len(models) > 1:
        yield (
            '<p><label for="ui:model">Model</label> <input id="ui:model" type="search" '
            'autocomplete="off" spellcheck="false" placeholder="part of a name"></p>'
        )
    yield from choices("Verdict", "verdict", [(word, chip(word)) for word in present(models)])
    loaders = dict.fromkeys(loader for model in models for loader in loaders_of(model))
    plain = [(word, f'<span class="chip">{escape(word)}</span>') for word in loaders]
    yield from choices("Loader", "loader", plain)
    if not all(cell.plain for model in models for cell in model.cells):
        text = '<span class="chip">TensorFlow alone</span>'
        yield from choices("Cells", "plain", [("plain", text)])
    yield (
        '<p class="end"><output id="ui:count" aria-live="polite"></output> '
        '<button type="reset" hidden>Show everything</button></p></form>'
    )


def _groups(models: Sequence[ModelReport]) -> Iterator[str]:
    """What several models have in their way, each obstacle once."""
    if len(models) < 2:  # noqa: PLR2004
        return
    rows = [row_of(model, place) for place, model in enumerate(models)]
    yield from render_groups(rows, labels(rows), filters=False)


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


def _data(places: Sequence[Place]) -> Iterator[str]:
    """Slashes keep the names of what all models share apart from those of models."""
    texts, environments = Texts(), Environments()
    yield data_element("/index", index({place.key: place.model for place in places}))
    for place in places:
        yield data_element(place.key, model_data(place.model, texts, environments))
    yield data_element("/texts", texts.document)
    yield data_element("/environments", environments.documents)

"""The page of one model or some: filters, overview, models side by side, models, legend, data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.formats.grid import loaders_of, present
from reports.formats.html.addresses import plain_name
from reports.formats.html.beside import beside
from reports.formats.html.causes import occurring
from reports.formats.html.data import Environments, Texts, index, marks_of, model_data
from reports.formats.html.frame import meanings, page
from reports.formats.html.overview import overview
from reports.formats.html.section import Section
from reports.report.model_report import ModelReport
from reports.report.report import Report

_SCRIPTS = ("core.js", "grid.js", "panel.js", "filters.js", "order.js", "start.js")
# So many models are elements from the beginning: to search in, to print, to scroll through.
_AT_ONCE = 20


def render(report: Report) -> str:
    """The page as text."""
    models = report.models
    sections = _sections(models)
    return page(
        "models.html",
        report,
        data=_data(sections),
        scripts=_SCRIPTS,
        title=models[0].name if len(models) == 1 else f"{len(models)} models",
        models=sections,
        verdicts=present(models),
        loaders=list(dict.fromkeys(loader for model in models for loader in loaders_of(model))),
        any_extra=not all(cell.plain for model in models for cell in model.cells),
        overview=overview(sections) if len(models) > 1 else None,
        beside=beside(sections) if len(models) > 1 else None,
        marks=meanings(marks_of(models)),
        occurring=occurring(models),
    )


def _sections(models: Sequence[ModelReport]) -> list[Section]:
    """Each model with a name for addresses: letters, digits, dots and dashes of its own name."""
    sections: list[Section] = []
    taken: set[str] = set()
    for model in models:
        plain = plain_name(model.name)
        key, number = plain, 2
        while key in taken:
            key, number = f"{plain}-{number}", number + 1
        taken.add(key)
        sections.append(Section(key=key, model=model, later=len(sections) >= _AT_ONCE))
    return sections


def _data(sections: Sequence[Section]) -> dict[str, Any]:
    """Slashes keep the names of what all models share apart from those of models."""
    texts, environments = Texts(), Environments()
    return {
        "/index": index({section.key: section.model for section in sections}),
        **{section.key: model_data(section.model, texts, environments) for section in sections},
        "/texts": texts.document,
        "/environments": environments.documents,
    }

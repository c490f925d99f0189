"""One model for the page of many: `models/000012.js`, which the page loads when it is opened.

A page from disk cannot fetch a file, but it can add a script. The script hands over the same markup
and the same data as the page of one model has.
"""

from __future__ import annotations

from matrix.shown import on_lines
from reports.formats.grid import present
from reports.formats.html.causes import render_causes
from reports.formats.html.data import Environments, Texts, marks_of, model_data, safe_json
from reports.formats.html.frame import legend
from reports.formats.html.section import Place, render_section
from reports.report.model_report import ModelReport

# What the page and the files of models agree on; a page says so if a file has another number.
FORMAT = 1


def key_of(place: int) -> str:
    """The name of a model in addresses and of its files: `000012`."""
    return f"{place:06}"


def model_script(model: ModelReport, place: int) -> str:
    """The content of `models/000012.js`, for the model at this place in the whole list."""
    key = key_of(place)
    texts, environments = Texts(), Environments()
    data = model_data(model, texts, environments)
    html = [
        render_section(Place(key=key, model=model)),
        *legend(present([model]), marks_of([model]), name="model-legend"),
        *render_causes([model]),
    ]
    document = {
        "format": FORMAT,
        "key": key,
        "name": on_lines(model.name),
        "sha256": model.sha256,
        "html": "\n".join(html),
        "data": {**data, "texts": texts.document, "environments": environments.documents},
    }
    return f"loadmatrixModel({safe_json(document)});\n"

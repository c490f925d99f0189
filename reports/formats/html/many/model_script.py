"""Files beside the page of many models, which it loads when the first or a further one is opened.

A page from disk cannot fetch a file, but it can add a script. `models/000012.js` hands over the
same markup and the same data of a model as the page of one model has, and `models/environments.js`
the environments that all of them share.
"""

from __future__ import annotations

from matrix.shown import on_lines
from reports.formats.grid import present
from reports.formats.html.causes import occurring
from reports.formats.html.data import Environments, Texts, marks_of, model_data, safe_json
from reports.formats.html.frame import meanings
from reports.formats.html.section import Section
from reports.formats.templates.filling import fill
from reports.report.model_report import ModelReport

# What the page and the files of models agree on; a page says so if a file has another number.
FORMAT = 3


def key_of(place: int) -> str:
    """The name of the files of a model: `000012`."""
    return f"{place:06}"


def model_script(model: ModelReport, place: int) -> str:
    """The content of `models/000012.js`, for the model at this place in the whole list."""
    key = key_of(place)
    texts = Texts()
    # They are in a file that all models share.
    data = model_data(model, texts, Environments())
    html = fill(
        "opened.html",
        view=Section(key=key, model=model),
        verdicts=present([model]),
        marks=meanings(marks_of([model])),
        occurring=occurring([model]),
    )
    document = {
        "format": FORMAT,
        "key": key,
        "name": on_lines(model.name),
        "sha256": model.sha256,
        "html": str(html),
        "data": {**data, "texts": texts.document},
    }
    return f"loadmatrixModel({safe_json(document)});\n"


def environments_of(model: ModelReport, environments: Environments) -> None:
    """Add the environments that the script of a model names to those of other models."""
    for cell in model.cells:
        environments.name(cell.environment)


def environments_script(environments: Environments) -> str:
    """The content of `models/environments.js`."""
    return f"loadmatrixEnvironments({safe_json(environments.documents)});\n"

"""The files of a report of many models: the page, and beside it one file a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from matrix.results import verdicts
from matrix.results.verdict import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.html.data import Environments
from reports.formats.html.many.index_page import render_index
from reports.formats.html.many.model_script import (
    environments_of,
    environments_script,
    key_of,
    model_script,
)
from reports.overview.row import row_of
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.report import Report
from tests.builders import make_report, make_sample, report_of

_RELEASES = ("2.13.1", "2.14.1", "2.15.1", "2.16.2", "2.17.1")


def model_of(name: str, *words: str, fmt: str = "saved_model") -> ModelReport:
    """A model called `name` with a verdict a release from 2.13.1 on: `runs`, `loads`, `fails`."""
    unknown = ErrorRecord(type="ValueError", message="Unknown layer: 'Odd'. Ensure you pass it")
    uncallable = ErrorRecord(type="ValueError", message="no inputs fit")
    kinds: Mapping[str, Verdict] = {
        "runs": verdicts.Runs(compared_with="2.13.1"),
        "loads": verdicts.Loads(error=uncallable),
        "fails": verdicts.Fails(error=unknown),
        "unavailable": verdicts.Unavailable(reason="There is no Python 3.9."),
    }
    cells = {cell: kinds[word] for cell, word in zip(_RELEASES, words, strict=False)}
    (model,) = report_of(cells).models
    return replace(model, path=f"/models/{name}", format=fmt)


def some_models() -> tuple[ModelReport, ...]:
    """Two run wherever there is an answer, two stop at 2.16, one only loads; then the sample."""
    (sample,) = make_report(make_sample()).models
    return (
        model_of("alpha", *["runs"] * 5),
        model_of("beta.keras", *["runs"] * 3, "fails", "fails", fmt="keras_v3"),
        model_of("gamma.keras", *["runs"] * 3, "fails", "fails", fmt="keras_v3"),
        model_of("delta.h5", *["loads"] * 5, fmt="keras_h5"),
        model_of("epsilon", *["runs"] * 4, "unavailable"),
        replace(sample, path="/models/sample", cells=tuple(map(_installed, sample.cells))),
    )


def _installed(cell: CellReport) -> CellReport:
    """The same cell, with what is installed in its environment."""
    packages = {"numpy": "1.23.5", "tensorflow": cell.tensorflow}
    return replace(cell, environment={"python": cell.python, "packages": packages})


def write_page(models: Sequence[ModelReport], folder: Path, *, scripts: bool = True) -> Path:
    """Write `report.html` and, with `scripts`, what it loads of its models; gives the page."""
    (folder / "models").mkdir()
    rows, environments = [], Environments()
    for place, model in enumerate(models):
        if scripts:
            script = folder / "models" / f"{key_of(place)}.js"
            script.write_text(model_script(model, place), encoding="utf-8")
        environments_of(model, environments)
        rows.append(row_of(model, place))
    shared = folder / "models" / "environments.js"
    shared.write_text(environments_script(environments), encoding="utf-8")
    page = folder / "report.html"
    page.write_text(render_index(header(), rows), encoding="utf-8")
    return page


def header() -> Report:
    """A report without its models."""
    return replace(make_report(make_sample()), models=())

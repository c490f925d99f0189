"""Reports of many models to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from matrix.results import verdicts
from reports.gate.requirements import Gate
from reports.many.finish import finish
from reports.many.many_models import ManyModels
from reports.many.model_files import FOLDER, name_of, read_model, write_model
from reports.overview.row import row_of
from reports.report.internal_errors import InternalErrors
from reports.report.model_report import ModelReport
from reports.report.report import Report
from tests.builders import EXAMPLES, make_hostile, make_report, make_sample, report_of

TODAY = date(2026, 1, 2)
RUNS, FAILS = EXAMPLES[verdicts.Runs], EXAMPLES[verdicts.Fails]


def several(count: int) -> Report:
    """Models that run, fail, were not tested, and a hostile one."""
    kinds = [
        make_report(make_sample()).models[0],
        report_of({"2.15.1": RUNS, "2.16.2": RUNS}).models[0],
        report_of({"2.15.1": RUNS, "2.16.2": FAILS}).models[0],
        make_report(make_hostile()).models[0],
    ]
    models = tuple(
        replace(kinds[place % 4], path=f"/models/{place}", sha256=f"{place:064x}")
        for place in range(count)
    )
    return replace(make_report(make_sample()), models=models)


def many(report: Report, folder: Path) -> ManyModels:
    for place, model in enumerate(report.models):
        write_model(model, place, folder)
        (folder / "models" / f"{place:06}.js").write_text("loadmatrixModel({});\n")
    rows = [row_of(model, place) for place, model in enumerate(report.models)]
    return ManyModels(header=replace(report, models=()), rows=rows, folder=folder)


def finished(report: Report, output: Path) -> Path:
    """The folder of a report that was written whole."""
    errors = InternalErrors(log=output / "errors.log")
    finish(many(report, output / "made"), output, Gate(today=TODAY), errors)
    return output


def models_in(output: Path) -> dict[int, ModelReport]:
    """Every model that has a file, by its place and in the order of places."""
    places = sorted(int(file.stem) for file in (output / FOLDER).glob("*.json"))
    return {place: read_model(output / name_of(place)) for place in places}

"""`nox -s predict`: what loaders will do with models, from their bytes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import Release, catalogue
from matrix.errors import NothingTestable, UsageError
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.facts import format_in_words
from matrix.model.inspection import Inspection, inspect_path, refused
from matrix.model.source.address import Address
from matrix.models_list.given_model import GivenModel
from matrix.options.options import Options
from matrix.options.reading import options_of_values
from matrix.plan.make_plan import reads_none
from matrix.plan.prediction import Prediction, Predictions
from matrix.plan.selection.possible import check_possible
from matrix.plan.selection.releases import asked as asked_of_release
from matrix.plan.untested import why_not
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from matrix.schemas import SCHEMA
from matrix.shown import on_one_line
from reports.formats import predicted as shown
from reports.jobs.each_model.asked import asked_of
from reports.jobs.each_model.beside import beside_packages
from reports.jobs.each_model.exit_codes import together
from reports.jobs.each_model.printed import print_each
from reports.jobs.each_model.shown import Shown
from reports.lines.each_model import predict_line

_TF_KERAS = "tf_keras"


@dataclass(frozen=True, kw_only=True)
class _Predicted:
    """A model with its predictions, or with `problem`: why there are none.

    `beside` are those with the `packages` that it asks for.
    """

    path: str
    format: str
    predictions: Predictions = ()
    packages: str = ""
    beside: Predictions = ()
    problem: str = ""
    code: int = 0


def predict(arguments: Sequence[str], folder: Path) -> int:
    """Print what is predicted of each model; the code is that of `inspect` for unreadable ones."""
    asked = asked_of(predict_line(), arguments, folder)
    options = options_of_values(asked.written, folder)
    releases = selected_releases(options)
    show = partial(_shown, as_json=asked.as_json, releases=releases, loaders=options.loaders)
    return together(print_each(asked, show, {"schema": SCHEMA}, "without a prediction"))


def selected_releases(options: Options) -> tuple[Release, ...]:
    """The releases that a call asks for; all that are known unless some are named.

    Raises:
        UsageError: there are none.
    """
    check_possible(options, catalogue())
    if options.tensorflow is None:
        return catalogue()
    chosen = ((one, asked_of_release(one, options.tensorflow)) for one in catalogue())
    return tuple(release.at(versions[-1]) for release, versions in chosen if versions)


def _shown(
    model: GivenModel,
    refused: str = "",
    *,
    as_json: bool,
    releases: Sequence[Release],
    loaders: Sequence[str],
) -> Shown:
    """A model for the call; what is wrong with it does not keep the others from theirs."""
    if refused:
        seen = _unreadable(model.model, refused, NothingTestable.exit_code)
    else:
        seen = _of(model.model, releases, loaders)
    return Shown.of(_document(seen, model.name) if as_json else _text(seen, model.given), seen.code)


def releases_to_predict(releases: Sequence[Release] | None = None) -> list[Cell]:
    """A plain cell of every release, and those with tf-keras for its loader."""
    cells = []
    for release in catalogue() if releases is None else releases:
        plain = Cell(release=release, python=release.pythons[-1])
        cells.append(plain)
        if release.tf_keras:
            cells.append(replace(plain, companions=(tf_keras_beside(release),)))
    return cells


def predictions_of(
    inspection: Inspection, releases: Sequence[Release] | None = None, loaders: Sequence[str] = ()
) -> Predictions:
    """A prediction for every release and loader, given what `contents_or_nothing` gathered.

    Of all releases and loaders, unless some are named.
    """
    cells = releases_to_predict(releases)
    every = _told(cells, predicted(_subject(inspection), cells))
    return tuple(one for one in every if not loaders or one.loader in loaders)


def _subject(inspection: Inspection) -> Subject:
    return Subject(
        model=inspection.facts,
        contents=inspection.gathered,
        findings=inspection.findings,
        place=inspection.place,
    )


def _told(cells: Sequence[Cell], predictions: Predictions) -> Iterator[Prediction]:
    """One for each release and loader: a cell with tf-keras speaks for that loader alone."""
    plain = {str(cell.id) for cell in cells if cell.plain}
    for one in predictions:
        if one.cell in plain or one.loader == _TF_KERAS:
            yield one


def _of(model: Path | Address, releases: Sequence[Release], loaders: Sequence[str]) -> _Predicted:
    try:
        seen = inspect_path(model, gather=contents_or_nothing)
        if why := refused(model, seen):
            return _unreadable(model, why, NothingTestable.exit_code)
        assert isinstance(seen, Inspection)
        predictions = predictions_of(seen, releases, loaders)
        if loaders and not predictions:
            return _unreadable(model, reads_none(loaders, seen.facts), UsageError.exit_code)
        packages, beside = beside_packages(_subject(seen), releases, loaders)
        return _Predicted(
            path=seen.facts.named,
            format=seen.facts.format.value,
            predictions=predictions,
            packages=packages,
            beside=beside,
        )
    except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are looked at
        return _unreadable(model, *why_not(model, error))


def _unreadable(model: Path | Address, sentence: str, code: int) -> _Predicted:
    return _Predicted(path=str(model), format="unknown", problem=sentence, code=code)


def _document(one: _Predicted, called: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "path": one.path,
        **({"called": called} if called else {}),
        "format": one.format,
        "predictions": [
            {
                "tensorflow": row.tensorflow,
                "loader": row.loader,
                "verdict": row.verdict,
                "why": row.why,
                "rule": row.rule,
            }
            for row in one.predictions
        ],
    }
    return {**document, "problem": one.problem} if one.problem else document


def _text(one: _Predicted, given: str) -> str:
    if one.problem:
        return f"Nothing is predicted of {on_one_line(given)}. {on_one_line(one.problem)}"
    told = shown.text(given, format_in_words(one.format), one.predictions)
    return "\n".join([told, *shown.with_packages(one.packages, one.beside)])

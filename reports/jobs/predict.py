"""`nox -s predict`: what loaders will do with models, from their bytes alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import Release, catalogue
from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.inspection import Inspection, Refusal, inspect_path, refused
from matrix.model.source.address import Address
from matrix.options.parsing import Line, absolute, session_line
from matrix.plan.prediction import Prediction, Predictions
from matrix.plan.untested import surprise
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from matrix.schemas import SCHEMA
from matrix.shown import on_one_line
from reports.formats import predicted as shown
from reports.output import echo

_TF_KERAS = "tf_keras"


@dataclass(frozen=True, kw_only=True)
class _Predicted:
    """A model with its predictions, or with `problem`: why there are none."""

    path: str
    format: str
    predictions: Predictions = ()
    problem: str = ""
    code: int = 0


def predict(arguments: Sequence[str], folder: Path) -> int:
    """Print what is predicted of each model; the code is that of `inspect` for unreadable ones."""
    models, as_json = _asked(arguments, folder)
    seen = [_of(model) for model in models]
    if as_json:
        echo(json.dumps(_document(seen), indent=2, allow_nan=False))
    else:
        echo("\n\n".join(map(_text, seen)))
    return max(one.code for one in seen)


def releases_to_predict(releases: Sequence[Release] | None = None) -> list[Cell]:
    """A plain cell of every release, and those with tf-keras for its loader."""
    cells = []
    for release in catalogue() if releases is None else releases:
        plain = Cell(release=release, python=release.pythons[-1])
        cells.append(plain)
        if release.tf_keras:
            cells.append(replace(plain, companions=(tf_keras_beside(release),)))
    return cells


def predictions_of(inspection: Inspection) -> Predictions:
    """A prediction for every release and loader, given what `contents_or_nothing` gathered."""
    subject = Subject(
        model=inspection.facts,
        contents=inspection.gathered,
        findings=inspection.findings,
        place=inspection.place,
    )
    return tuple(_told(predicted(subject, releases_to_predict())))


def _told(predictions: Predictions) -> Iterator[Prediction]:
    """One for each release and loader: a cell with tf-keras speaks for that loader alone."""
    plain = {str(cell.id) for cell in releases_to_predict() if cell.plain}
    for one in predictions:
        if one.cell in plain or one.loader == _TF_KERAS:
            yield one


def _of(model: Path | Address) -> _Predicted:
    try:
        seen = inspect_path(model, gather=contents_or_nothing)
    except LoadmatrixError as error:
        return _unreadable(model, str(error), error.exit_code)
    except OSError as error:
        return _unreadable(model, f"{model} cannot be read: {error}.", NothingTestable.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are looked at
        return _unreadable(model, surprise(str(model), error), LoadmatrixError.exit_code)
    if isinstance(seen, Refusal) or (why := refused(model, seen)):
        sentence = refused(model, seen) if isinstance(seen, Refusal) else why
        return _unreadable(model, sentence, NothingTestable.exit_code)
    return _Predicted(
        path=seen.facts.named,
        format=seen.facts.format.value,
        predictions=predictions_of(seen),
    )


def _unreadable(model: Path | Address, sentence: str, code: int) -> _Predicted:
    return _Predicted(path=str(model), format="unknown", problem=sentence, code=code)


def _document(seen: Sequence[_Predicted]) -> dict[str, object]:
    return {"schema": SCHEMA, "models": [_model(one) for one in seen]}


def _model(one: _Predicted) -> dict[str, object]:
    document: dict[str, object] = {
        "path": one.path,
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


def _text(one: _Predicted) -> str:
    if one.problem:
        return f"Nothing is predicted of {on_one_line(one.path)}. {on_one_line(one.problem)}"
    return shown.text(one.path, one.format, one.predictions)


def predict_parser(prog: str | None = None) -> Line:
    """The command line of the `predict` session."""
    line = session_line("predict", ("json",), prog)
    line.add_argument("models", nargs="*", metavar="MODEL", help="a model file, folder or address")
    line.add_argument("--json", action="store_true", help="print JSON")
    return line


def _asked(arguments: Sequence[str], folder: Path) -> tuple[list[Path | Address], bool]:
    parsed = predict_parser().parse_args(arguments)
    if not parsed.models:
        raise UsageError("No model was given. Call: nox -s predict -- path/to/model")
    models = [Address.of(name) or absolute(folder, name) for name in parsed.models]
    return list(dict.fromkeys(models)), parsed.json

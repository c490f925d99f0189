"""Models side by side on a page: ranges of releases, and a mark for what packages make better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.html.beside import BesideTable, Square, beside
from reports.formats.html.section import Section
from reports.report.model_report import ModelReport
from tests.builders import report_of

RUNS = verdicts.Runs()
FAILS = verdicts.Fails(error=ErrorRecord(type="E", message="m"))


def _model(said: Mapping[str, verdicts.Verdict]) -> ModelReport:
    return report_of(said).models[0]


def _table(*models: ModelReport) -> BesideTable:
    return beside([Section(key=str(number), model=model) for number, model in enumerate(models)])


def _shown(square: Square | None) -> tuple[str, str] | None:
    return (square.word, square.better) if square else None


def test_releases_in_which_all_models_are_alike_are_one_column() -> None:
    older = dict.fromkeys(("2.12.1", "2.13.1", "2.14.1"), RUNS)
    table = _table(_model(older), _model({**older, "2.15.1": FAILS}))
    assert table.columns == ("2.12 - 2.14", "2.15.1")
    first, second = table.rows
    assert [_shown(one) for one in first.squares] == [("runs", ""), None]
    assert [_shown(one) for one in second.squares] == [("runs", ""), ("fails", "")]
    assert second.squares[0] is not None
    assert second.squares[0].cell == "2.14.1"


def test_cells_with_packages_are_marks_and_no_columns() -> None:
    model = _model({"2.15.1": RUNS, "2.16.2": FAILS, "2.16.2+tf_keras": RUNS})
    table = _table(model, _model({"2.15.1": RUNS, "2.15.1+tf_keras": FAILS}))
    assert table.columns == ("2.15.1", "2.16.2")
    assert table.has_better
    squares = [[_shown(one) for one in row.squares] for row in table.rows]
    assert squares == [[("runs", ""), ("fails", "runs with tf_keras")], [("runs", ""), None]]


def test_model_with_packages_alone_shows_what_these_give() -> None:
    table = _table(_model({"2.16.2+tf_keras": RUNS}))
    assert [_shown(one) for one in table.rows[0].squares] == [("runs with tf_keras", "")]


def test_model_that_could_not_be_tested_has_no_row() -> None:
    model = _model({"2.15.1": RUNS})
    table = _table(model, replace(model, untested="It is no model.", cells=()))
    assert [row.section.key for row in table.rows] == ["0"]

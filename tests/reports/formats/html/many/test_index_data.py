"""The data of the overview: verdicts as letters, states, groups, texts that are kept once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from matrix.plan.prediction import EXPECTED
from matrix.results import verdicts
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.html.many.index_data import group_key, index_data
from reports.overview.model_state import ModelState, state_of
from reports.overview.names import labels
from reports.overview.row import row_of
from reports.report.model_report import ModelReport
from tests.builders import make_report, report_of
from tests.fast_run import make_fast
from tests.many_models import model_of, some_models


def _data(*models: ModelReport) -> dict[str, Any]:
    rows = [row_of(model, place) for place, model in enumerate(models)]
    return index_data(rows, labels(rows))


def test_verdicts_are_one_letter_a_cell() -> None:
    data = _data(model_of("a", "runs", "fails", "fails"), model_of("b", "loads"))
    assert data["cells"] == ("2.13.1", "2.14.1", "2.15.1")
    assert data["words"] == ["runs", "loads", "fails"]
    assert data["models"]["verdicts"] == ["ACC", "B.."]


def test_cells_with_packages_come_after_the_plain_ones() -> None:
    data = _data(*some_models())
    assert data["plain"] == len(data["cells"]) - 1
    assert data["cells"][-1] == "2.16.2+tf_keras"


def test_models_with_one_obstacle_have_one_group_and_one_text() -> None:
    data = _data(*some_models()[1:3])
    first, second = data["models"]["stands"]
    assert first == second == [[0, first[0][1]]]
    (obstacle,) = row_of(some_models()[1], 0).obstacles
    assert data["groups"] == [group_key(obstacle.key)]


def test_names_that_are_equal_are_told_apart() -> None:
    models = [replace(some_models()[0], path=f"/hub/{name}/model") for name in ("bert", "resnet")]
    assert _data(*models)["models"]["name"] == ["bert/model", "resnet/model"]


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["runs", "runs"], ModelState.ALL),
        (["runs", "unavailable"], ModelState.ALL),
        (["runs", "fails"], ModelState.SOME),
        (["loads", "fails"], ModelState.LOADS),
        (["fails", "fails"], ModelState.NOWHERE),
        (["fails", "unavailable"], ModelState.NOWHERE),
        (["unavailable"], ModelState.UNKNOWN),
        ([], ModelState.UNKNOWN),
    ],
)
def test_state_of_a_model_rests_on_its_answers(words: list[str], state: ModelState) -> None:
    assert state_of(row_of(model_of("m", *words), 0)) is state


def test_model_that_needs_a_package_is_not_called_hopeless() -> None:
    unknown = ErrorRecord(type="ValueError", message="Unknown layer: 'Odd'. Ensure you pass it")
    failed = verdicts.Fails(error=unknown)
    report = report_of({"2.16.2": failed, "2.16.2+tf_keras": verdicts.Runs()})
    assert state_of(row_of(report.models[0], 0)) is ModelState.NEEDS


def test_model_that_crashes_when_called_has_loaded() -> None:
    crashed = verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log=""), loaded=True)
    report = report_of({"2.15.1": crashed, "2.16.2": crashed})
    assert state_of(row_of(report.models[0], 0)) is ModelState.LOADS


def test_predictions_have_letters_of_their_own() -> None:
    (model,) = make_report(make_fast()).models
    data = _data(model)
    shown = dict(zip(data["cells"], data["models"]["verdicts"][0], strict=True))
    said = [data["said"][ord(shown[cell.id]) - ord("A")] for cell in model.cells]
    assert said == [
        EXPECTED[cell.expected] if cell.is_predicted else cell.verdict for cell in model.cells
    ]
    assert "predicted to load" in said

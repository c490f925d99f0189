"""What never began: predicted where a fast run left it out, `not-run` where a run ended first."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from matrix.model.facts import Format
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.selection.checks import checks_for
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.result import CellResult, Source
from matrix.run.outcome import Outcome, from_document, to_document
from matrix.run.probe_output.process_exit import ProcessExit
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_prediction, make_ran

_CELL = make_cell("2.15.1")


def _concluded(
    outcome: Outcome | None, *, fast: bool = True, unavailable: str | None = None
) -> CellResult:
    (result,) = conclude(
        replace(make_plan([_CELL], unavailable=unavailable), fast=fast), {_CELL.id: outcome}
    )
    return result.cells[0]


def test_a_fast_run_leaves_cells_to_their_predictions() -> None:
    cell = _concluded(None)
    assert (cell.verdict.word, cell.source) == ("predicted", Source.PREDICTED)
    assert {check.verdict.word for check in cell.checks} == {"predicted", "not-applicable"}


def test_what_was_predicted_is_said_of_predicted_and_of_measured_checks() -> None:
    said = make_prediction("fails", "Op Odd exists from 2.16 on", loader="session")
    plan = replace(make_plan([_CELL]), fast=True, predictions=((said,),))
    (left_out,) = conclude(plan, {})
    assert left_out.cells[0].best("session") is not None
    reasons = {c.loader: c.verdict.evidence.reason for c in left_out.cells[0].checks}
    assert reasons["session"] == "predicted to fail: Op Odd exists from 2.16 on"
    assert reasons["saved_model"] == "not predicted: nothing is known of this loader here"
    ran = make_outcome(_CELL, {"0:saved_model": make_ran(1.0), "0:session": make_ran(1.0)})
    (measured,) = conclude(plan, {_CELL.id: ran})
    session = measured.cells[0].best("session")
    assert session is not None
    assert (session.verdict.word, session.prediction) == ("runs", said)


def test_no_other_run_does() -> None:
    cell = _concluded(None, fast=False)
    assert (cell.verdict.word, cell.source) == ("not-run", Source.MEASURED)


def test_what_was_measured_is_what_it_is_in_a_fast_run_too() -> None:
    ran = make_outcome(_CELL, {"0:saved_model": make_ran(1.0), "0:session": make_ran(1.0)})
    cell = _concluded(ran)
    assert (cell.verdict.word, cell.source) == ("runs", Source.MEASURED)


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        pytest.param(Outcome(cell=_CELL.id, seconds=1, unavailable="no disk"), "unavailable"),
        pytest.param(make_outcome(_CELL, imported=False, exit=ProcessExit()), "broken"),
        pytest.param(replace(make_outcome(_CELL), changed=(0,)), "not-run"),
    ],
)
def test_a_cell_that_was_tried_and_gave_no_answer_is_not_predicted(
    outcome: Outcome, word: str
) -> None:
    assert _concluded(outcome).verdict.word == word


def test_a_cell_that_cannot_be_built_here_is_not_predicted() -> None:
    assert _concluded(None, unavailable="no wheels").verdict.word == "unavailable"


def _two_models() -> Plan:
    models = (make_model(), make_model(Format.KERAS_H5))
    checks = tuple(
        check for number, model in enumerate(models) for check in checks_for(number, model, _CELL)
    )
    planned = PlannedCell(cell=_CELL, checks=checks)
    order = (_CELL.id,)
    return Plan(models=models, cells=(planned,), run_order=order, nearest=(None, None), fast=True)


def test_in_a_cell_of_two_models_one_may_be_left_out() -> None:
    outcome = replace(make_outcome(_CELL, {"1:keras:compile=True": make_ran(1.0)}), models=(1,))
    first, second = (result.cells[0] for result in conclude(_two_models(), {_CELL.id: outcome}))
    assert (first.verdict.word, first.source) == ("predicted", Source.PREDICTED)
    assert (second.verdict.word, second.source) == ("runs", Source.MEASURED)


def test_reused_answers_say_when_they_were_measured() -> None:
    seen = make_outcome(_CELL, {"0:saved_model": make_ran(1.0)})
    outcome = replace(seen, reused={0: 1_764_000_000.0})
    assert from_document(json.loads(json.dumps(to_document(outcome)))) == outcome
    cell = _concluded(outcome, fast=False)
    assert (cell.source, cell.measured_at) == (Source.REUSED, 1_764_000_000.0)


@pytest.mark.parametrize("time", ["NaN", "1e300", "-1"])
def test_an_outcome_with_an_impossible_time_is_damaged(time: str) -> None:
    document = to_document(make_outcome(_CELL)) | {"reused": {"0": json.loads(time)}}
    with pytest.raises(ValueError, match="is no time"):
        from_document(document)


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ("loads", "predicted to load: why"),
        ("fails", "predicted to fail: why"),
        ("unknown", "not predicted: why"),
    ],
)
def test_a_prediction_says_what_it_is(expected: str, reason: str) -> None:
    verdict = verdicts.Predicted(prediction=make_prediction(expected, "why"))
    assert verdict.evidence.reason == reason
    assert (verdict.loads, verdict.runs, verdict.is_answer) == (None, None, False)


def test_the_cell_has_the_best_prediction() -> None:
    order = ("loads", "unknown", "fails")
    ranks = [verdicts.Predicted(prediction=make_prediction(word)).rank for word in order]
    assert ranks == sorted(ranks)
    assert max(ranks) < verdicts.NotRun().rank


def test_a_cell_that_was_left_to_other_runs_says_so() -> None:
    other = make_cell("2.16.2")
    plan = replace(make_plan([_CELL, other]), run_order=(str(_CELL.id),))
    (result,) = conclude(plan, {})
    reasons = {cell.cell.id: cell.verdict.evidence.reason for cell in result.cells}
    assert reasons[_CELL.id] == "the run ended before this cell started"
    assert reasons[other.id] == "this run was asked for other releases (--only)"
    unfit = replace(make_plan([_CELL], unavailable="no wheels"), run_order=())
    assert conclude(unfit, {})[0].cells[0].verdict.word == "unavailable"

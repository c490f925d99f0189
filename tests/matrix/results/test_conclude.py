"""The plan left-joined with what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from matrix.catalogue.cell import Cell
from matrix.model.facts import Format
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.selection.checks import checks_for
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.result import CellResult, CheckResult
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import CallRecord, ErrorRecord
from tests.builders import (
    make_call,
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    make_tensor,
)

_ERROR = ErrorRecord(type="ValueError", message="Unknown layer")
_FAILED = CheckRecord(error=_ERROR)
_H5 = make_model(Format.KERAS_H5)


def _cell(outcome: Outcome | None, unavailable: str | None = None) -> CellResult:
    """An HDF5 model in one cell: compiled, then uncompiled."""
    plan = make_plan([make_cell()], _H5, unavailable=unavailable)
    (result,) = conclude(plan, {"2.15.1": outcome})
    return result.cells[0]


def _compiled(record: CheckRecord) -> CheckResult:
    return _cell(make_outcome("2.15.1", {"0:keras:compile=True": record})).checks[0]


def test_cell_without_outcome_is_not_run() -> None:
    cell = _cell(None)
    assert cell.verdict == verdicts.NotRun()
    assert [check.verdict for check in cell.checks] == [verdicts.NotRun()] * 2


def test_nothing_planned_vanishes() -> None:
    plan = make_plan([make_cell("2.14.1"), make_cell("2.15.1"), make_cell("2.16.2")])
    (result,) = conclude(plan, {"2.15.1": make_outcome("2.15.1")})
    assert [cell.cell.id for cell in result.cells] == ["2.14.1", "2.15.1", "2.16.2"]
    # Each says what cannot load it: TFSMLayer before 2.16, Keras from then on.
    loaders = {"saved_model", "session", "keras", "tfsm_layer"}
    assert all({check.loader for check in cell.checks} == loaders for cell in result.cells)


def test_planned_obstacle_makes_every_check_unavailable() -> None:
    cell = _cell(None, unavailable="no wheels")
    able = {check.verdict for check in cell.checks if check.loader != "tfsm_layer"}
    assert able == {verdicts.Unavailable(reason="no wheels")}


def test_environment_that_could_not_be_built_is_unavailable() -> None:
    outcome = Outcome(cell="2.15.1", seconds=1, unavailable="no disk")
    assert _cell(outcome).verdict == verdicts.Unavailable(reason="no disk")


def test_outcome_that_says_nothing_is_unavailable() -> None:
    assert isinstance(_cell(Outcome(cell="2.15.1", seconds=1)).verdict, verdicts.Unavailable)


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        pytest.param(
            {"imported": False, "error": _ERROR}, "ValueError: Unknown layer", id="raised"
        ),
        pytest.param(
            {"imported": None, "exit": ProcessExit(signal="SIGILL", log="bye")},
            "crashed (SIGILL): bye",
            id="died",
        ),
        pytest.param({"imported": None}, "without a message", id="silent"),
    ],
)
def test_release_that_does_not_import_is_broken(probe: dict[str, Any], said: str) -> None:
    verdict = _cell(make_outcome("2.15.1", **probe)).verdict
    assert isinstance(verdict, verdicts.Broken)
    assert said in verdict.reason


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(make_ran(1.0), verdicts.Runs(), id="ran"),
        pytest.param(_FAILED, verdicts.Fails(error=_ERROR), id="raised-at-load"),
        pytest.param(
            CheckRecord(stage="run", loaded=True, error=_ERROR),
            verdicts.Loads(error=_ERROR),
            id="nothing-callable",
        ),
        pytest.param(
            CheckRecord(stage="run", loaded=True, calls=(CallRecord(signature="f", error=_ERROR),)),
            verdicts.Loads(error=_ERROR),
            id="every-call-failed",
        ),
        pytest.param(
            make_ran(calls=(CallRecord(signature="f", error=_ERROR), make_call(make_tensor(1.0)))),
            verdicts.Runs(),
            id="one-call-of-two-failed",
        ),
        pytest.param(
            CheckRecord(exit=ProcessExit(signal="SIGSEGV", log="x")),
            verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log="x")),
            id="crashed",
        ),
        pytest.param(
            CheckRecord(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120, log="x")),
            verdicts.TimedOut(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120, log="x")),
            id="timed-out",
        ),
        pytest.param(
            CheckRecord(exit=ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=4096, log="x")),
            verdicts.OutOfMemory(
                exit=ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=4096, log="x")
            ),
            id="out-of-memory",
        ),
    ],
)
def test_record_becomes_a_verdict(record: CheckRecord, expected: Verdict) -> None:
    assert _compiled(record).verdict == expected


def test_facts_of_a_record_arrive() -> None:
    check = _compiled(make_ran(1.0, seconds=2.5, peak_mb=300, repeated=True))
    assert (check.stage, check.seconds, check.peak_mb, check.repeated) == ("run", 2.5, 300, True)
    assert len(check.calls) == 1


def test_variant_made_superfluous_is_absent() -> None:
    cell = _cell(make_outcome("2.15.1", {"0:keras:compile=True": make_ran(1.0)}))
    assert [check.variant.label for check in cell.checks] == ["compile=True"]


def test_variant_that_was_not_reached_is_not_run() -> None:
    cell = _cell(make_outcome("2.15.1", {"0:keras:compile=True": _FAILED}))
    assert [check.verdict.word for check in cell.checks] == ["fails", "not-run"]


def test_cell_is_as_good_as_its_best_check() -> None:
    records = {"0:keras:compile=True": _FAILED, "0:keras:compile=False": make_ran(1.0)}
    cell = _cell(make_outcome("2.15.1", records))
    assert cell.verdict == verdicts.Runs()
    assert cell.best("keras") == cell.checks[1]
    assert cell.best("session") is None


def test_format_younger_than_the_release_is_not_applicable() -> None:
    plan = make_plan([make_cell("2.11.1")], make_model(Format.KERAS_V3))
    (result,) = conclude(plan, {})
    (check,) = result.cells[0].checks
    assert (check.loader, check.verdict.word) == ("keras", "not-applicable")
    assert result.cells[0].verdict == check.verdict


def test_environment_of_the_probe_arrives() -> None:
    outcome = make_outcome("2.15.1", environment={"python": "3.11.9"}, cpu_seconds=2.0)
    cell = _cell(outcome)
    assert (cell.environment.python, cell.import_cpu_seconds) == ("3.11.9", 2.0)


@pytest.mark.parametrize(
    ("version", "packages", "expected"),
    [
        pytest.param("2.16.2", {"keras": "3.3.3"}, "3.3.3", id="installed"),
        pytest.param("2.4.4", {"keras": "2.9.0"}, "2.15.0", id="keras-inside-tensorflow"),
        pytest.param("2.16.2", None, "2.15.0", id="nothing-seen"),
    ],
)
def test_keras_of_a_cell(version: str, packages: dict[str, str] | None, expected: str) -> None:
    result = make_cell_result(make_cell(version), verdicts.Runs(), packages=packages)
    assert result.keras == expected


def test_best_of_equals_is_the_first() -> None:
    first, second = (make_check_result(verdicts.Runs(), variant=name) for name in "ab")
    assert make_cell_result(make_cell(), first, second).best("saved_model") is first


# --- which cell the others are compared with -----------------------------------------------------


def _ran(nearest: str | None, *cells: tuple[Cell, CheckRecord]) -> dict[str, Verdict]:
    """The verdict of the `saved_model` loader by cell."""
    plan = make_plan([cell for cell, _ in cells], nearest=nearest)
    outcomes = {cell.id: make_outcome(cell, {"0:saved_model": record}) for cell, record in cells}
    (result,) = conclude(plan, outcomes)
    found = {cell.cell.id: cell.best("saved_model") for cell in result.cells}
    return {name: check.verdict for name, check in found.items() if check}


def _reference(*cells: Cell, nearest: str | None) -> str:
    verdict = _ran(nearest, *((cell, make_ran(1.0)) for cell in cells))
    (reference,) = [name for name, one in verdict.items() if one == verdicts.Runs()]
    assert {one.compared_with for one in verdict.values() if isinstance(one, verdicts.Runs)} == {
        reference,
        None,
    }
    return reference


_THREE = (make_cell("2.14.1"), make_cell("2.15.1"), make_cell("2.16.2"))


@pytest.mark.parametrize(
    ("nearest", "expected"),
    [
        pytest.param("2.15.1", "2.15.1", id="the-nearest-release"),
        pytest.param("2.9.3", "2.14.1", id="oldest-where-older"),
        pytest.param("2.20.0", "2.16.2", id="newest-where-newer"),
        pytest.param(None, "2.16.2", id="newest-where-nothing-is-known"),
    ],
)
def test_reference_is_closest_to_the_writer(nearest: str | None, expected: str) -> None:
    assert _reference(*_THREE, nearest=nearest) == expected


def test_reference_is_a_plain_cell_where_one_ran() -> None:
    extra = make_cell("2.16.2", tf_keras=True)
    assert _reference(*_THREE, extra, nearest=None) == "2.16.2"


def test_cell_in_which_it_did_not_run_is_no_reference() -> None:
    first, second, third = _THREE
    found = _ran("2.16.2", (first, make_ran(1.0)), (second, _FAILED), (third, make_ran(1.0)))
    assert found["2.14.1"] == verdicts.Runs(compared_with="2.16.2")
    assert found["2.15.1"] == verdicts.Fails(error=_ERROR)


def test_other_outputs_than_the_reference_differ() -> None:
    first, second, _ = _THREE
    verdict = _ran("2.15.1", (first, make_ran(1.5)), (second, make_ran(1.0)))["2.14.1"]
    assert isinstance(verdict, verdicts.Differs)
    assert (verdict.compared_with, verdict.difference.max_abs_diff) == ("2.15.1", 0.5)


def test_differing_check_decides_the_verdict_of_its_cell() -> None:
    plan = make_plan(_THREE[:2], nearest="2.15.1")
    outcomes = {
        "2.14.1": make_outcome("2.14.1", {"0:saved_model": make_ran(9.0)}),
        "2.15.1": make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)}),
    }
    (result,) = conclude(plan, outcomes)
    assert [cell.verdict.word for cell in result.cells] == ["differs", "runs"]


def test_other_inputs_than_the_reference_make_no_comparison() -> None:
    first, second, _ = _THREE
    call = make_call(make_tensor(9.0), inputs=[make_tensor(1.0, name="x")])
    found = _ran("2.15.1", (first, make_ran(calls=(call,))), (second, make_ran(1.0)))
    assert found["2.14.1"] == verdicts.Runs(compared_with=None)


def test_outputs_that_cannot_be_told_apart_are_not_said_to_agree() -> None:
    def ran(*names: str) -> CheckRecord:
        outputs = (make_tensor(*[1.0] * len(name), name=name) for name in names)
        return make_ran(calls=(make_call(*outputs),))

    first, second, _ = _THREE
    verdict = _ran("2.15.1", (first, ran("a", "bb")), (second, ran("dd", "c")))["2.14.1"]
    assert verdict != verdicts.Runs(compared_with="2.15.1")


def test_loaders_have_references_of_their_own() -> None:
    plan = make_plan(_THREE[:2], nearest="2.15.1")
    outcomes = {
        "2.14.1": make_outcome("2.14.1", {"0:session": make_ran(7.0)}),
        "2.15.1": make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)}),
    }
    (result,) = conclude(plan, outcomes)
    assert result.cells[0].verdict == result.cells[1].verdict == verdicts.Runs()


def _keras_and_graph(**outputs: float) -> dict[str, Verdict]:
    """What `keras` concludes in 2.14.1 and 2.15.1, which saved a graph that gives 1.0."""

    def ran(signature: str, value: float) -> CheckRecord:
        return make_ran(calls=(make_call(make_tensor(value), signature=signature),))

    cells = make_cell("2.14.1"), make_cell("2.15.1")
    records = {
        "2.14.1": {"0:keras:compile=True": ran("call", outputs["older"])},
        "2.15.1": {
            "0:keras:compile=True": ran("call", outputs["saving"]),
            "0:saved_model": ran("serving_default", 1.0),
        },
    }
    outcomes = {name: make_outcome(name, some) for name, some in records.items()}
    (result,) = conclude(make_plan(cells, nearest="2.15.1"), outcomes)
    found = {cell.cell.id: cell.best("keras") for cell in result.cells}
    return {name: check.verdict for name, check in found.items() if check}


def test_graph_of_the_file_judges_keras_in_the_saving_release_too() -> None:
    found = _keras_and_graph(older=1.0, saving=7.0)
    assert isinstance(found["2.15.1"], verdicts.Differs)
    assert found["2.14.1"] == verdicts.Runs(compared_with="2.15.1 with saved_model")


def test_graph_that_keras_never_agrees_with_computes_something_else() -> None:
    found = _keras_and_graph(older=7.0, saving=7.0)
    assert found["2.15.1"] == verdicts.Runs()
    assert found["2.14.1"] == verdicts.Runs(compared_with="2.15.1")


def test_models_of_one_plan_are_concluded_apart() -> None:
    cell, models = make_cell(), (make_model(), make_model(Format.KERAS_H5))
    checks = tuple(check for n in (0, 1) for check in checks_for(n, models[n], cell))
    planned = PlannedCell(cell=cell, checks=checks)
    plan = Plan(models=models, cells=(planned,), run_order=(cell.id,), nearest=(None, None))
    records = {"0:saved_model": make_ran(1.0), "1:keras:compile=True": _FAILED}
    first, second = conclude(plan, {cell.id: make_outcome(cell, records)})
    assert (first.number, second.number) == (0, 1)
    assert [result.cells[0].verdict.word for result in (first, second)] == ["runs", "fails"]


def test_what_was_seen_of_a_changed_model_is_no_answer() -> None:
    seen = make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)})
    plan = make_plan([make_cell("2.15.1")])
    (result,) = conclude(plan, {"2.15.1": replace(seen, changed=(0,))})
    able = [check for check in result.cells[0].checks if check.loader != "tfsm_layer"]
    assert {check.verdict.word for check in able} == {"not-run"}


def test_loader_that_cannot_exist_has_no_say_in_the_cell() -> None:
    (result,) = conclude(make_plan([make_cell("2.15.1")]), {})
    assert [check.verdict.word for check in result.cells[0].checks][-1] == "not-applicable"
    assert result.cells[0].verdict == verdicts.NotRun()


def test_format_that_no_loader_takes_is_not_applicable() -> None:
    plan = make_plan([make_cell()], make_model(Format.UNKNOWN))
    (result,) = conclude(plan, {})
    assert result.cells[0].verdict.word == "not-applicable"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param({"error": _ERROR}, "raises ValueError: Unknown layer", id="raised"),
        pytest.param(
            {"exit": ProcessExit(signal="SIGABRT", log="")},
            "tensorflow_text crashed (SIGABRT)",
            id="died",
        ),
    ],
)
def test_companion_that_does_not_import_is_never_the_models_fault(
    record: dict[str, Any], said: str
) -> None:
    cell = make_cell("2.15.1", make_companion())
    plan = make_plan([cell])
    seen = {check.id: CheckRecord(stage="import", **record) for check in plan.cells[0].checks}
    (result,) = conclude(plan, {cell.id: make_outcome(cell, seen)})
    verdict = result.cells[0].verdict
    assert isinstance(verdict, verdicts.Broken)
    assert said in verdict.reason


def test_model_is_absent_from_cells_that_test_others() -> None:
    plan = make_plan([make_cell("2.15.1"), make_cell("2.15.1", make_companion())])
    plain, beside = plan.cells
    plan = replace(plan, cells=(plain, replace(beside, models=(1,), checks=())))
    (result,) = conclude(plan, {})
    assert [cell.cell.id for cell in result.cells] == ["2.15.1"]


def test_what_was_stopped_for_what_it_wrote_has_no_answer() -> None:
    ending = ProcessExit(kind=ExitKind.TOO_MUCH, megabytes=257)
    verdict = _compiled(CheckRecord(exit=ending)).verdict
    assert isinstance(verdict, verdicts.Blocked)
    assert "257 MB" in verdict.reason
    assert not verdict.is_answer

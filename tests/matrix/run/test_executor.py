"""Executors: the protocol as a caller sees it, and one that a stranger adds."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.plan_json import plan_document
from matrix.run.executor import Ended, Executor, PlannedRun, run_cells
from matrix.run.executors import registry
from matrix.run.executors.in_process import InProcessExecutor
from matrix.run.executors.registry import executor_named
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from reports.jobs.matrix import matrix
from tests.builders import make_cell, make_model, make_options, make_outcome

CELLS = ("2.14.1", "2.15.1")
Elsewhere = Callable[[str], Outcome]


class FarmExecutor:
    """The throw-away executor: a class in a file of its own, and its line in `EXECUTORS`.

    It sends the plan away as text, as for another machine, and never touches the store.
    """

    def __init__(self, machine: Callable[[str, str], Outcome]) -> None:
        self.machine = machine

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        for run in runs:
            text = json.dumps(plan_document(run.plan))
            for cell in reversed(run.cells):
                yield Ended(run=run, outcome=self.machine(text, cell))


@pytest.fixture
def run(tmp_path: Path) -> PlannedRun:
    """Two cells without checks, and an empty store."""
    cells = tuple(PlannedCell(cell=make_cell(version), checks=()) for version in CELLS)
    plan = Plan(models=(make_model(),), cells=cells, run_order=CELLS, nearest=(None,))
    options = make_options(envdir=tmp_path / "envs", offline=True)
    store = Store(folder=tmp_path / "results")
    store.reset_for(plan_document(plan))
    return PlannedRun.of(plan, options, store, tmp_path / "noxfile.py")


def answered(_plan: str, cell: str) -> Outcome:
    return make_outcome(cell)


def test_outcomes_of_another_machine_are_stored_here(run: PlannedRun) -> None:
    assert run_cells(FarmExecutor(answered), [run])
    for cell in CELLS:
        assert run.store.read(cell) == answered("", cell)


def test_outcome_that_an_executor_stored_itself_stays(run: PlannedRun) -> None:
    def stored(_plan: str, cell: str) -> Outcome:
        run.store.write(replace(answered("", cell), seconds=77.0))
        return answered("", cell)

    assert run_cells(FarmExecutor(stored), [run])
    outcome = run.store.read(CELLS[0])
    assert outcome is not None
    assert outcome.seconds == 77.0


def test_interrupt_keeps_what_is_done_and_closes_the_executor(run: PlannedRun) -> None:
    closed: list[bool] = []

    class Interrupted:
        def outcomes(self, _: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
            try:
                yield Ended(run=run, outcome=answered("", CELLS[0]))
                raise KeyboardInterrupt
            finally:
                closed.append(True)

    assert run_cells(Interrupted(), [run]) is False
    assert closed == [True]
    assert run.store.read(CELLS[0]) is not None
    assert run.store.read(CELLS[1]) is None


def test_interrupt_between_two_outcomes_closes_the_executor(
    run: PlannedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []

    class Watched:
        def outcomes(self, _: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
            try:
                for cell in CELLS:
                    yield Ended(run=run, outcome=make_outcome(cell))
            finally:
                closed.append(True)

    def interrupted(_self: Store, _outcome: Outcome) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "write", interrupted)
    assert run_cells(Watched(), [run]) is False
    assert closed == [True]


def test_executor_that_cannot_run_anything_says_so(run: PlannedRun) -> None:
    def unreachable(_plan: str, _cell: str) -> Outcome:
        raise LoadmatrixError("the farm cannot be reached")

    with pytest.raises(LoadmatrixError, match="cannot be reached"):
        run_cells(FarmExecutor(unreachable), [run])


def test_cells_in_this_process_are_run_in_the_order_of_the_plan(run: PlannedRun) -> None:
    # Offline, and this machine shall have no Python: each cell says why it cannot be built.
    cells = tuple(
        replace(planned, unavailable=f"no wheel for {planned.cell.id}")
        for planned in run.plan.cells
    )
    here = replace(run, held=replace(run.plan, cells=cells))
    seen = [one.outcome.unavailable for one in InProcessExecutor().outcomes([here])]
    assert seen == [f"no wheel for {cell}" for cell in CELLS]
    assert all(run.store.is_finished(cell) for cell in CELLS)


def test_executors_are_found_by_name() -> None:
    assert isinstance(executor_named("in-process"), InProcessExecutor)
    with pytest.raises(UsageError, match=r"Unknown executor farm\. Choose one of nox, in-process"):
        executor_named("farm")


def test_whole_run_goes_through_an_executor_that_was_added(
    tmp_path: Path, model_named: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    farm: Executor = FarmExecutor(answered)
    monkeypatch.setattr(registry, "EXECUTORS", {"farm": farm})
    words = [str(model_named("loads")), "--tensorflow", "2.15", "--executor", "farm"]
    words += ["--output", str(tmp_path / "out"), "--envdir", str(tmp_path / "envs")]
    code = matrix(words, tmp_path, tmp_path / "no-noxfile.py")
    # The farm answered, but said nothing of any check.
    assert code in (0, 3)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["complete"] is True
    assert [cell["id"] for cell in report["models"][0]["cells"]] == ["2.15.1"]
    assert (tmp_path / "out" / "results" / "2.15.1" / "outcome.json").exists()

"""`--fast` through the whole job: what is run, what the report says of the rest, and going on."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError
from matrix.plan.plan import Plan, PlannedCell
from matrix.prediction.fast import Measured
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors import registry
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from reports.jobs import waves
from reports.jobs.exit_code import exit_code_of
from reports.jobs.matrix import matrix
from tests.builders import make_outcome, make_ran

MINORS = tuple(range(8, 16))
REFUSED = CheckRecord(stage="load", error=ErrorRecord(type="ValueError", message="no"))


class Told:
    """An executor that knows the truth: a model, by its number, loads but where it is told not to.

    It `loses` cells, is `interrupted` before one, and models are changed in those it `changes`.
    """

    def __init__(self) -> None:
        self.waves: list[dict[int, list[int]]] = []
        self.fails: dict[int, set[int]] = {}
        self.loses: set[int] = set()
        self.changes: set[int] = set()
        self.interrupted: int | None = None
        self.unreachable = False

    @property
    def ran(self) -> dict[int, list[int]]:
        """The minor releases that were run, with the models that were tested in each."""
        return {minor: models for wave in self.waves for minor, models in sorted(wave.items())}

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        self.waves.append({})
        if self.unreachable:
            raise LoadmatrixError("the farm cannot be reached")
        (run,) = runs
        for name in run.cells:
            planned = run.plan.cell(name)
            minor = planned.cell.release.minor[1]
            if minor == self.interrupted:
                raise KeyboardInterrupt
            self.waves[-1][minor] = sorted({check.model for check in planned.checks})
            if minor not in self.loses:
                outcome = make_outcome(name, dict(self._records(planned, minor)))
                changed = (0,) if minor in self.changes else ()
                yield Ended(run=run, outcome=replace(outcome, changed=changed))

    def _records(
        self, planned: PlannedCell, minor: int
    ) -> Generator[tuple[str, CheckRecord], None, None]:
        for check in planned.checks:
            fails = minor in self.fails.get(check.model, ())
            yield check.id, REFUSED if fails else make_ran(1.0)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    executor = Told()
    monkeypatch.setattr(registry, "EXECUTORS", {"told": executor})
    return executor


@pytest.fixture
def call(model_named: Callable[[str], Path], told: Told, tmp_path: Path) -> Callable[..., int]:
    """The job in eight releases, with a model that is predicted to load in all of them."""
    assert told.ran == {}
    model = model_named("first")

    def run(*more: object) -> int:
        words = [model, "--tensorflow", ">=2.8,<2.16", "--executor", "told", "--no-remedies"]
        words += ["--output", tmp_path / "out", "--envdir", tmp_path / "envs", *more]
        arguments = list(map(str, words))
        return exit_code_of(lambda a: matrix(a, tmp_path, tmp_path / "noxfile.py"), arguments)

    return run


def cells_in(folder: Path, model: int = 0) -> dict[int, dict[str, Any]]:
    """What a report says of each minor release."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    cells = report["models"][model]["cells"]
    return {int(cell["tensorflow"].split(".")[1]): cell for cell in cells}


def test_what_fits_its_prediction_is_measured_at_its_ends_and_predicted_between(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    assert call("--fast") == 0
    assert {8, 15} <= set(told.ran) < set(MINORS)
    assert len(told.waves) == 1
    cells = cells_in(tmp_path / "out")
    assert set(cells) == set(MINORS)
    for minor, cell in cells.items():
        measured = minor in told.ran
        assert cell["source"] == ("measured" if measured else "predicted")
        assert cell["verdict"] == ("runs" if measured else "predicted")
    assert json.loads((tmp_path / "out" / "report.json").read_text())["complete"] is True


def test_contradiction_widens_the_run_as_far_as_it_goes(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    told.fails = {0: {8, 9, 10}}
    assert call("--fast") == 0
    assert {8, 9, 10, 11} <= set(told.ran)
    cells = cells_in(tmp_path / "out")
    assert [minor for minor, cell in cells.items() if cell["verdict"] == "fails"] == [8, 9, 10]


def test_all_that_contradicts_is_a_full_sweep(call: Callable[..., int], told: Told) -> None:
    told.fails = {0: set(MINORS)}
    assert call("--fast") == 0
    assert set(told.ran) == set(MINORS)


def test_each_model_is_tested_where_it_is_needed_and_predicted_elsewhere(
    call: Callable[..., int], told: Told, model_named: Callable[[str], Path], tmp_path: Path
) -> None:
    told.fails = {1: set(MINORS)}
    assert call(model_named("second"), "--fast") == 0
    assert all(1 in models for models in told.ran.values())
    first, second = (cells_in(tmp_path / "out", number) for number in (0, 1))
    assert {cell["verdict"] for cell in second.values()} == {"fails"}
    assert {first[minor]["verdict"] for minor in (8, 15)} == {"runs"}
    left = [minor for minor, models in told.ran.items() if 0 not in models]
    assert left
    assert {first[minor]["verdict"] for minor in left} == {"predicted"}


def test_cell_that_is_tested_again_for_a_second_model_keeps_the_first(
    call: Callable[..., int], told: Told, model_named: Callable[[str], Path], tmp_path: Path
) -> None:
    # The second makes 2.9 and 2.10 be tested first, and the first model turns out to need 2.9.
    told.fails = {1: {8, 9}, 0: {8}}
    assert call(model_named("second"), "--fast") == 0
    for number, failing in told.fails.items():
        cells = cells_in(tmp_path / "out", number)
        assert {minor for minor, cell in cells.items() if cell["verdict"] == "fails"} == failing


def test_required_releases_are_measured(call: Callable[..., int], told: Told) -> None:
    assert call("--fast", "--require", "tensorflow>=2.11,<2.13") == 0
    assert {8, 11, 12, 15} <= set(told.ran)
    told.fails = {0: {12}}
    assert call("--fast", "--require", "tensorflow>=2.11,<2.13") == 1


def test_lost_cell_is_not_predicted_and_the_same_command_goes_on(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    told.loses = {15}
    assert call("--fast") == 2
    assert {cells_in(tmp_path / "out")[minor]["verdict"] for minor in (10, 15)} == {"not-run"}
    told.loses.clear()
    told.waves.clear()
    assert call("--fast") == 0
    assert 15 in told.ran
    assert 8 not in told.ran
    assert cells_in(tmp_path / "out")[10]["verdict"] == "predicted"


def test_interrupt_in_a_later_wave_keeps_what_is_known(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    told.fails = {0: {8, 9, 10}}
    told.interrupted = 10
    with pytest.raises(KeyboardInterrupt):
        call("--fast")
    cells = cells_in(tmp_path / "out")
    assert (cells[9]["verdict"], cells[10]["verdict"]) == ("fails", "not-run")
    told.interrupted = None
    told.waves.clear()
    assert call("--fast") == 0
    assert told.ran == {10: [0]}


def test_run_without_fast_does_not_take_a_fast_one_for_its_own(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    assert call("--fast") == 0
    told.fails = {0: {10}}
    assert call() == 0
    assert cells_in(tmp_path / "out")[10]["verdict"] == "fails"
    assert {cell["source"] for cell in cells_in(tmp_path / "out").values()} <= {
        "measured",
        "reused",
    }


def test_executor_that_runs_nothing_is_a_failure(call: Callable[..., int], told: Told) -> None:
    told.unreachable = True
    assert call("--fast") == 2


def test_model_that_is_changed_meanwhile_is_not_chased_through_all_cells(
    call: Callable[..., int], told: Told, tmp_path: Path
) -> None:
    told.changes = set(MINORS)
    assert call("--fast") == 3
    assert len(told.waves) == 1
    assert cells_in(tmp_path / "out")[15]["verdict"] == "not-run"


def test_interrupt_between_two_waves_keeps_what_is_known(
    call: Callable[..., int], told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_plan: Plan, measured: Measured, _required: object) -> dict[str, Any]:
        if measured:
            raise KeyboardInterrupt
        return {"2.8.4": (0,)}

    monkeypatch.setattr(waves, "next_models", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call("--fast")
    cells = cells_in(tmp_path / "out")
    assert (cells[8]["verdict"], cells[15]["verdict"]) == ("runs", "not-run")
    assert set(told.ran) == {8}


def test_bug_in_the_choice_of_cells_is_a_full_sweep(
    call: Callable[..., int],
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object) -> dict[str, Any]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(waves, "next_models", broken)
    assert call("--fast") == 0
    assert set(told.ran) == set(MINORS)
    assert "cannot choose cells (ZeroDivisionError: a bug)" in capsys.readouterr().err

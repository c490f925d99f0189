"""Several runs of the same models become one, as if all cells had run at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packaging.version import Version

from matrix.errors import UsageError
from matrix.options.tolerances import Numerics
from matrix.plan.plan import Plan
from matrix.plan.untested import Untested
from matrix.results.conclude import conclude
from matrix.results.merge import StoredRun, merge
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_ran

STARTED = datetime(2026, 1, 2, tzinfo=UTC)
RAN = make_ran(1.0)
FAILED = CheckRecord(error=ErrorRecord(type="ValueError", message="no"))


def _run(
    name: str, cells: Mapping[str, CheckRecord | None], age: int = 0, digest: str = "ab"
) -> StoredRun:
    """A run in which saved_model came out like this in each cell; `None` where it did not run."""
    outcomes = {
        cell: make_outcome(cell, {"0:saved_model": record})
        for cell, record in cells.items()
        if record
    }
    return StoredRun(
        name=name,
        plan=make_plan([make_cell(cell) for cell in cells], make_model(sha256=digest * 32)),
        outcomes=outcomes,
        folders={cell: Path(name, cell) for cell in cells},
        inputs=[[Path(name, "1.npz")]],
        started=STARTED - timedelta(days=age),
        seconds=10.0,
        complete=True,
    )


def _words(run: StoredRun) -> dict[str, str]:
    (result,) = conclude(run.plan, run.outcomes)
    return {cell.cell.id: cell.verdict.word for cell in result.cells}


OLD, NEW = "2.14.1", "2.15.1"


def test_cells_of_all_runs_are_in_the_whole_oldest_first() -> None:
    merged = merge([_run("b", {NEW: RAN}), _run("a", {OLD: FAILED}, age=1)])
    assert list(_words(merged)) == ["2.14.1", "2.15.1"]
    assert set(merged.plan.run_order) == {"2.14.1", "2.15.1"}
    assert (merged.started, merged.seconds) == (STARTED - timedelta(days=1), 20.0)


def test_outputs_are_compared_across_runs() -> None:
    runs = [_run("a", {OLD: make_ran(1.0)}), _run("b", {NEW: make_ran(2.0)})]
    newest = (Version(NEW),)
    merged = merge([replace(one, plan=replace(one.plan, nearest=newest)) for one in runs])
    assert _words(merged) == {"2.14.1": "differs", "2.15.1": "runs"}


def test_cell_of_two_runs_is_taken_from_the_one_with_answers() -> None:
    runs = [_run("a", {NEW: None}), _run("b", {NEW: RAN}, age=5)]
    assert _words(merge(runs)) == _words(merge(runs[::-1])) == {"2.15.1": "runs"}


def test_cell_of_two_runs_that_say_as_much_is_taken_from_the_newer() -> None:
    old = _run("a", {NEW: make_ran(1.0, seconds=1.0)}, age=5)
    new = _run("b", {NEW: make_ran(1.0, seconds=2.0)})
    for merged in (merge([old, new]), merge([new, old])):
        assert merged.outcomes["2.15.1"] == new.outcomes["2.15.1"]
        assert merged.folders == {"2.15.1": Path("b/2.15.1")}


def test_runs_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        merge([_run("a", {NEW: RAN}), _run("b", {NEW: FAILED})])
    assert str(caught.value) == (
        "a and b contradict each other in 2.15.1: saved_model runs in the first and fails in "
        "the second. Merge only one of the two."
    )


def test_runs_of_other_models_are_refused() -> None:
    with pytest.raises(UsageError, match="b and a are not runs of the same models"):
        merge([_run("a", {NEW: RAN}), _run("b", {OLD: RAN}, digest="cd")])


def test_runs_with_other_tolerances_are_refused() -> None:
    other = _run("b", {OLD: RAN})
    plan = replace(other.plan, numerics=Numerics(rtol=0.5))
    with pytest.raises(UsageError, match="b and a have different signatures or tolerances"):
        merge([_run("a", {NEW: RAN}), replace(other, plan=plan)])


def test_run_that_was_interrupted_leaves_the_whole_incomplete() -> None:
    part = replace(_run("a", {NEW: RAN}), complete=False)
    assert not merge([part, _run("b", {OLD: RAN})]).complete


def _pair(version: str, *digests: str) -> tuple[Plan, dict[str, Outcome]]:
    """A run of two models, named in the order of their digests: `11` runs, `22` fails."""
    cell = make_cell(version)
    plans = [make_plan([cell], make_model(sha256=digest * 32)) for digest in digests]
    checks = tuple(
        replace(
            check,
            model=number,
            skip_if_loaded=check.skip_if_loaded
            and check.skip_if_loaded.replace("0:", f"{number}:"),
        )
        for number, plan in enumerate(plans)
        for check in plan.cells[0].checks
    )
    plan = replace(
        plans[0],
        models=tuple(plan.models[0] for plan in plans),
        nearest=(None, None),
        cells=(replace(plans[0].cells[0], checks=checks),),
    )
    records = {"11": RAN, "22": FAILED}
    seen = {f"{number}:saved_model": records[digest] for number, digest in enumerate(digests)}
    return plan, {cell.id: make_outcome(cell, seen)}


def test_models_are_told_by_their_bytes_not_by_their_place() -> None:
    runs = []
    for cell, digests in ((OLD, ("11", "22")), (NEW, ("22", "11"))):
        plan, outcomes = _pair(cell, *digests)
        runs.append(replace(_run("a", {cell: None}), plan=plan, outcomes=outcomes))
    merged = merge(runs)
    first, second = conclude(merged.plan, merged.outcomes)
    best = [[cell.best("saved_model") for cell in one.cells] for one in (first, second)]
    words = [[check.verdict.word for check in some if check] for some in best]
    assert words == [["runs", "runs"], ["fails", "fails"]]


def test_model_that_one_run_could_not_test_is_told_once() -> None:
    gone = Untested(place=1, path="gone.keras", why="gone.keras does not exist.", code=4)
    runs = [_run("a", {OLD: RAN}), _run("b", {NEW: RAN})]
    runs = [replace(one, plan=replace(one.plan, untested=(gone,))) for one in runs]
    assert merge(runs).plan.untested == (gone,)


def test_files_with_the_same_bytes_are_told_apart_by_how_their_paths_end() -> None:
    def run(cell: str, *paths: str) -> StoredRun:
        # The first of them runs, the second fails.
        plan, outcomes = _pair(cell, "11", "22")
        models = tuple(make_model(path=Path(path), sha256="33" * 32) for path in paths)
        plan = replace(plan, models=models)
        return replace(_run(cell, {cell: None}), plan=plan, outcomes=outcomes)

    first = run(OLD, "/home/a/one.h5", "/home/a/two.keras")
    merged = merge([first, run(NEW, "/runner/b/two.keras", "/runner/b/one.h5")])
    found = conclude(merged.plan, merged.outcomes)
    best = [[cell.best("saved_model") for cell in one.cells] for one in found]
    words = [[check.verdict.word for check in some if check] for some in best]
    assert words == [["runs", "fails"], ["fails", "runs"]]

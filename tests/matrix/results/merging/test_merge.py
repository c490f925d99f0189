"""Several runs of the same models become one, as if all cells had run at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from packaging.version import Version

from matrix.errors import UsageError
from matrix.options.tolerances import Numerics
from matrix.plan.plan import Plan
from matrix.plan.untested import Untested
from matrix.results.conclude import conclude
from matrix.results.merging.merge import merge
from matrix.results.merging.stored_run import StoredRun
from matrix.run.outcome import Outcome
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_ran
from tests.matrix.results.merging.small_runs import (
    FAILED,
    NEW,
    OLD,
    RAN,
    STARTED,
    merged_run,
    run_of,
    words_of,
)


def test_cells_of_all_runs_are_in_the_whole_oldest_first() -> None:
    merged = merged_run([run_of("b", {NEW: RAN}), run_of("a", {OLD: FAILED}, age=1)])
    assert list(words_of(merged)) == ["2.14.1", "2.15.1"]
    assert set(merged.plan.run_order) == {"2.14.1", "2.15.1"}
    assert (merged.started, merged.seconds) == (STARTED - timedelta(days=1), 20.0)


def test_outputs_are_compared_across_runs() -> None:
    runs = [run_of("a", {OLD: make_ran(1.0)}), run_of("b", {NEW: make_ran(2.0)})]
    newest = (Version(NEW),)
    merged = merged_run([replace(one, plan=replace(one.plan, nearest=newest)) for one in runs])
    assert words_of(merged) == {"2.14.1": "differs", "2.15.1": "runs"}


def test_cell_of_two_runs_is_taken_from_the_one_with_answers() -> None:
    runs = [run_of("a", {NEW: None}), run_of("b", {NEW: RAN}, age=5)]
    assert words_of(merged_run(runs)) == words_of(merged_run(runs[::-1])) == {"2.15.1": "runs"}


def test_cell_of_two_runs_that_say_as_much_is_taken_from_the_newer() -> None:
    old = run_of("a", {NEW: make_ran(1.0, seconds=1.0)}, age=5)
    new = run_of("b", {NEW: make_ran(1.0, seconds=2.0)})
    for merged in (merged_run([old, new]), merged_run([new, old])):
        assert merged.outcomes["2.15.1"] == new.outcomes["2.15.1"]
        assert merged.folders == {"2.15.1": Path("b/2.15.1")}


def test_model_on_which_runs_contradict_each_other_is_in_none() -> None:
    merging = merge([run_of("a", {NEW: RAN}), run_of("b", {NEW: FAILED})])
    assert merging.runs == ()
    assert merging.contradictions == {
        0: "a and b contradict each other in 2.15.1: saved_model runs in the first and fails in "
        "the second. Merge only one of the two."
    }


def test_runs_of_other_models_are_refused() -> None:
    why = "b and a are not runs of the same models: the SHA-256 checksums of m differ. Merge only"
    with pytest.raises(UsageError, match=why):
        merge([run_of("a", {NEW: RAN}), run_of("b", {OLD: RAN}, digest="cd")])


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("m:1", "m:1 n:2", "b has n, which a has not"),
        ("m:1 n:2", "m:1", "a has n, which b has not"),
        ("m:1 n:2", "m:3 o:4", "checksums of m differ, and b has o, .* and a has n, which b has"),
        ("m:1 n:1", "m:1", "a has n, which b has not"),
    ],
)
def test_runs_of_other_models_are_told_which_those_are(first: str, second: str, why: str) -> None:
    runs = [
        replace(run_of(name, {NEW: RAN}), plan=_plan(models))
        for name, models in (("a", first), ("b", second))
    ]
    with pytest.raises(UsageError, match=f"same models: (the SHA-256 )?{why}"):
        merge(runs)


def _plan(models: str) -> Plan:
    facts = [
        make_model(path=Path("/models", name), sha256=digest * 64)
        for name, digest in (model.split(":") for model in models.split())
    ]
    plan = make_plan([make_cell(NEW)], facts[0])
    return replace(plan, models=tuple(facts), nearest=(None,) * len(facts))


def test_runs_with_other_tolerances_are_refused() -> None:
    other = run_of("b", {OLD: RAN})
    plan = replace(other.plan, numerics=Numerics(rtol=0.5))
    with pytest.raises(UsageError, match="b and a have different signatures or tolerances"):
        merge([run_of("a", {NEW: RAN}), replace(other, plan=plan)])


@pytest.mark.parametrize("finished", [(), (NEW,)], ids=["unfinished", "finished"])
def test_whole_is_complete_once_all_cells_are_answered(finished: Sequence[str]) -> None:
    part = replace(run_of("a", {NEW: RAN, OLD: None}), complete=False, finished=finished)
    assert merged_run([part, run_of("b", {OLD: RAN})]).complete == bool(finished)


def test_complete_run_whose_outcome_is_lost_leaves_the_whole_incomplete() -> None:
    assert not merged_run([run_of("a", {NEW: None}), run_of("b", {OLD: RAN})]).complete


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
        runs.append(replace(run_of("a", {cell: None}), plan=plan, outcomes=outcomes))
    merged = merged_run(runs)
    first, second = conclude(merged.plan, merged.outcomes)
    best = [[cell.best("saved_model") for cell in one.cells] for one in (first, second)]
    words = [[check.verdict.word for check in some if check] for some in best]
    assert words == [["runs", "runs"], ["fails", "fails"]]


def test_models_take_the_same_cell_from_different_runs() -> None:
    """The first run was cut off before the second model, and the second before the first."""
    runs = []
    for name, left in (("a", "0:saved_model"), ("b", "1:saved_model")):
        plan, outcomes = _pair(NEW, "11", "22")
        seen = outcomes[NEW].verification
        assert seen is not None
        seen.checks.pop(left)
        runs.append(replace(run_of(name, {NEW: None}), plan=plan, outcomes=outcomes))
    merging = merge(runs)
    assert [one.models for one in merging.runs] == [(0,), (1,)]
    assert [words_of(one.run) for one in merging.runs] == [{NEW: "runs"}, {NEW: "fails"}]


def test_model_that_one_run_could_not_test_is_told_once() -> None:
    gone = Untested(place=1, path="gone.keras", why="gone.keras does not exist.", code=4)
    runs = [run_of("a", {OLD: RAN}), run_of("b", {NEW: RAN})]
    runs = [replace(one, plan=replace(one.plan, untested=(gone,))) for one in runs]
    assert merged_run(runs).plan.untested == (gone,)


def test_files_with_the_same_bytes_are_told_apart_by_how_their_paths_end() -> None:
    def run(cell: str, *paths: str) -> StoredRun:
        # The first of them runs, the second fails.
        plan, outcomes = _pair(cell, "11", "22")
        models = tuple(make_model(path=Path(path), sha256="33" * 32) for path in paths)
        plan = replace(plan, models=models)
        return replace(run_of(cell, {cell: None}), plan=plan, outcomes=outcomes)

    first = run(OLD, "/home/a/one.h5", "/home/a/two.keras")
    merged = merged_run([first, run(NEW, "/runner/b/two.keras", "/runner/b/one.h5")])
    found = conclude(merged.plan, merged.outcomes)
    best = [[cell.best("saved_model") for cell in one.cells] for one in found]
    words = [[check.verdict.word for check in some if check] for some in best]
    assert words == [["runs", "fails"], ["fails", "runs"]]


def _reused(run: StoredRun, days_before: int) -> StoredRun:
    time = (STARTED - timedelta(days=days_before)).timestamp()
    outcomes = {
        cell: outcome and replace(outcome, reused={0: time})
        for cell, outcome in run.outcomes.items()
    }
    return replace(run, outcomes=outcomes)


def test_measured_wins_over_reused_and_what_was_reused_last_over_what_before() -> None:
    measured = run_of("measured", {NEW: make_ran(1.0, seconds=1.0)}, age=9)
    old = _reused(run_of("old", {NEW: make_ran(1.0, seconds=2.0)}), days_before=8)
    older = _reused(run_of("older", {NEW: make_ran(1.0, seconds=3.0)}), days_before=20)

    def seconds(*runs: StoredRun) -> float:
        merged = merged_run(runs)
        return conclude(merged.plan, merged.outcomes)[0].cells[0].checks[0].seconds

    assert seconds(old, measured) == seconds(measured, old) == 1.0
    assert seconds(old, older) == seconds(older, old) == 2.0

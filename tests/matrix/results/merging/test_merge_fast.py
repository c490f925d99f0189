"""Fast runs merged with others: measured beats predicted, and not-run beats neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from matrix.catalogue.releases import catalogue
from matrix.plan.plan_json import plan_document, plan_from
from matrix.results.conclude import conclude
from matrix.results.merging.stored_run import StoredRun
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from tests.matrix.results.merging.small_runs import (
    NEW,
    OLD,
    RAN,
    fast_run,
    merged_run,
    run_of,
    words_of,
)

NEWEST = "2.16.2"
HUNG = CheckRecord(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120, log=""))
WORDS = {"runs": RAN, "timed-out": HUNG}
CELLS = st.dictionaries(
    st.sampled_from([OLD, NEW, NEWEST]), st.sampled_from([*WORDS, "not-run"]), min_size=1
)


def _stored(run: StoredRun) -> StoredRun:
    """The same read back from the disk."""
    return replace(run, plan=plan_from(plan_document(run.plan), catalogue()))


@given(every=st.lists(st.tuples(st.booleans(), CELLS), min_size=2, max_size=3), data=st.data())
def test_measured_beats_predicted_and_not_run_beats_neither(
    every: Sequence[tuple[bool, dict[str, str]]], data: st.DataObject
) -> None:
    """Fast runs that came to their end and full ones that did not, in any order."""
    runs, expected = [], dict[str, str]()
    for number, (is_fast, cells) in enumerate(every):
        age = data.draw(st.integers(0, 9))
        run = run_of(str(number), {cell: WORDS.get(word) for cell, word in cells.items()}, age)
        runs.append(fast_run(run) if is_fast else replace(run, complete=False))
        for cell, word in cells.items():
            said = "predicted" if is_fast and word == "not-run" else word
            order = ("runs", "timed-out", "predicted", "not-run")
            expected[cell] = min(said, expected.get(cell, said), key=order.index)
    merged = _stored(merged_run(runs))
    assert words_of(merged) == expected
    assert merged.complete == ("not-run" not in expected.values())
    # Nor when it is merged again.
    again = _stored(merged_run([replace(run_of("x", {OLD: None}), complete=False), merged]))
    assert words_of(again) == {OLD: "not-run", **expected}
    assert all(
        cell.checks[0].prediction is not None
        for cell in conclude(again.plan, again.outcomes)[0].cells
        if cell.verdict.word == "predicted"
    )


def test_measured_wins_over_predicted_whichever_is_newer() -> None:
    fast = fast_run(run_of("fast", {OLD: None, NEW: RAN}), "fails")
    full = run_of("full", {OLD: RAN}, age=5)
    for merged in (merged_run([fast, full]), merged_run([full, fast])):
        assert words_of(merged) == {OLD: "runs", NEW: "runs"}


def test_what_no_run_measured_stays_predicted() -> None:
    fast = fast_run(run_of("fast", {OLD: None, NEW: RAN}))
    merged = merged_run([run_of("full", {"2.16.2": RAN}), fast])
    assert words_of(merged) == {OLD: "predicted", NEW: "runs", "2.16.2": "runs"}
    said = merged.plan.prediction(0, OLD, "saved_model")
    assert said is not None
    assert said.why == "fast"


def test_what_an_interrupted_fast_run_did_not_reach_is_not_predicted() -> None:
    fast = replace(fast_run(run_of("fast", {OLD: None})), complete=False)
    assert words_of(merged_run([fast, run_of("full", {NEW: RAN})])) == {OLD: "not-run", NEW: "runs"}

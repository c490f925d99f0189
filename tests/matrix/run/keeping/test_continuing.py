"""The same call goes on with a run that was stopped; another call begins anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from matrix.files import write_json
from matrix.npz import write_arrays
from matrix.options.limits import Limits
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.options.tolerances import Numerics
from matrix.plan.plan import Plan
from matrix.run.keeping import earlier
from matrix.run.keeping.continuing import begin
from matrix.run.keeping.run_key import run_key
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from tests.builders import make_cell, make_outcome, make_plan, make_ran

STARTED = datetime(2026, 1, 2, tzinfo=UTC)
CELLS = ("2.14.1", "2.15.1", "2.16.2")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path / "results")


@pytest.fixture
def plan() -> Plan:
    return make_plan([make_cell(version) for version in CELLS])


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return read_options(["model", "--output", str(tmp_path)], tmp_path)


def stopped(plan: Plan, options: Options, store: Store) -> str | None:
    """A run of which one cell has answered, one has no environment, and one was never reached."""
    begin(plan, options, store, STARTED)
    store.write(make_outcome("2.14.1", {"0:saved_model": make_ran(1.0)}))
    store.write(Outcome(cell="2.15.1", seconds=1.0, unavailable="no network"))
    return store.run_facts().id


def test_same_call_runs_only_what_is_left(
    store: Store, plan: Plan, options: Options, caplog: pytest.LogCaptureFixture
) -> None:
    run = stopped(plan, options, store)
    with caplog.at_level(logging.INFO):
        begun = begin(plan, options, store, datetime.now(UTC))
    assert begun.plan.run_order == ("2.15.1", "2.16.2")
    assert (begun.is_new, begun.started) == (False, STARTED)
    assert "Continuing the run of 2026-01-0" in caplog.text
    assert "1 of 3 cells are done." in caplog.text
    assert store.run_facts().id == run
    # Of all cells, for its report and for the sessions of those that are left.
    assert store.plan()["order"] == list(CELLS)


def test_what_is_known_of_a_cell_stays_until_it_was_tried_again(
    store: Store, plan: Plan, options: Options
) -> None:
    stopped(plan, options, store)
    begin(plan, options, store, datetime.now(UTC))
    assert not store.is_finished("2.15.1")
    known = store.read("2.15.1")
    assert known is not None
    assert known.unavailable == "no network"
    # Stopped once more, before that cell was reached.
    begin(plan, options, store, datetime.now(UTC))
    assert store.read("2.15.1") == known
    store.write(make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)}))
    assert store.is_settled("2.15.1")


def test_checks_of_a_cell_that_was_cut_short_are_kept(
    store: Store, plan: Plan, options: Options
) -> None:
    begin(plan, options, store, STARTED)
    with store.writing("2.14.1"):
        pass
    events = store.cell_folder("2.14.1") / "all" / "events.jsonl"
    events.parent.mkdir()
    events.write_text(
        '{"event": "import", "ok": true, "seconds": 1.0, "environment": {}}\n'
        '{"event": "failed", "check": "0:session", "error": {"type": "ValueError"}}\n'
    )
    for _ in range(2):
        assert begin(plan, options, store, datetime.now(UTC)).plan.run_order == CELLS
        seen = store.read("2.14.1")
        assert seen is not None
        assert seen.verification is not None
        assert list(seen.verification.checks) == ["0:session"]
        assert not events.exists()


def test_time_of_all_calls_is_counted_and_not_that_between_them(
    store: Store, plan: Plan, options: Options
) -> None:
    begin(plan, options, store, datetime.now(UTC))
    store.write(make_outcome("2.14.1", {"0:saved_model": make_ran(1.0)}))
    store.note_end(100.0, complete=False)
    begun = begin(plan, options, store, datetime.now(UTC))
    assert begun.before == 100.0
    assert 100 <= store.run_facts().seconds < 200


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--fresh"], id="fresh"),
        pytest.param(["--timeout", "7"], id="limits"),
        pytest.param(["--isolation", "off"], id="isolation"),
    ],
)
def test_another_call_begins_anew(
    store: Store, plan: Plan, options: Options, tmp_path: Path, words: list[str]
) -> None:
    run = stopped(plan, options, store)
    other = read_options(["model", "--output", str(tmp_path), *words], tmp_path)
    begun = begin(plan, other, store, STARTED)
    assert (begun.is_new, begun.plan.run_order) == (True, CELLS)
    assert store.run_facts().id != run
    assert store.read("2.14.1") is None
    assert earlier.interrupted(store).read("2.14.1") is not None
    # It had no answer, so the first call finds its run where it was.
    assert not begin(plan, options, store, STARTED).is_new


def test_complete_run_is_not_continued(store: Store, plan: Plan, options: Options) -> None:
    stopped(plan, options, store)
    store.note_end(1.0, complete=True)
    assert begin(plan, options, store, STARTED).is_new
    assert earlier.previous(store).read("2.14.1") is not None


def test_run_that_began_no_cell_is_begun_anew(store: Store, plan: Plan, options: Options) -> None:
    begin(plan, options, store, STARTED)
    assert begin(plan, options, store, STARTED).is_new


def test_damaged_outcome_is_tried_again(store: Store, plan: Plan, options: Options) -> None:
    stopped(plan, options, store)
    (store.cell_folder("2.14.1") / "outcome.json").write_bytes(b"")
    assert begin(plan, options, store, STARTED).plan.run_order == CELLS


def _limits(plan: Plan, options: Options, _: Path) -> tuple[Plan, Options]:
    return plan, replace(options, limits=Limits(memory_mb=7))


def _model(plan: Plan, options: Options, _: Path) -> tuple[Plan, Options]:
    return replace(plan, models=(replace(plan.models[0], fingerprint="touched"),)), options


def _inputs(plan: Plan, options: Options, folder: Path) -> tuple[Plan, Options]:
    file = folder / "inputs.npz"
    write_arrays(file, {"x": np.zeros(2)})
    return plan, replace(options, numerics=Numerics(inputs=file))


def _other_inputs(plan: Plan, options: Options, folder: Path) -> tuple[Plan, Options]:
    plan, options = _inputs(plan, options, folder)
    write_arrays(folder / "inputs.npz", {"x": np.ones(2)})
    return plan, options


def _checksums(plan: Plan, options: Options, folder: Path) -> tuple[Plan, Options]:
    write_json(folder / "sums", {})
    return plan, replace(options, checksums=folder / "sums")


def test_key_changes_with_all_that_decides_answers(
    plan: Plan, options: Options, tmp_path: Path
) -> None:
    changes: list[Callable[[Plan, Options, Path], tuple[Plan, Options]]]
    changes = [_limits, _model, _inputs, _other_inputs, _checksums]
    keys = [run_key(*change(plan, options, tmp_path)) for change in changes]
    assert len({run_key(plan, options), *keys}) == len(keys) + 1


def test_key_does_not_depend_on_the_machine_or_on_how_a_run_is_done(
    plan: Plan, options: Options, tmp_path: Path
) -> None:
    other = replace(options, jobs=7, envdir=tmp_path, offline=True, output=tmp_path / "there")
    cells = (replace(plan.cells[0], unavailable="no such Python"), *plan.cells[1:])
    there = replace(plan, host={"cores": 64}, cells=cells, run_order=CELLS[1:])
    assert run_key(there, other) == run_key(plan, options)

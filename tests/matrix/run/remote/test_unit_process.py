"""Units in a process of their own, with real probes and fakes: as elsewhere, ended at any time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from matrix.entries import Entries
from matrix.known.earlier_results import results_of
from matrix.known.fed import inputs_digest
from matrix.known.known import known_of
from matrix.known.measured import Measured
from matrix.known.recorded import ANSWERS
from matrix.run.cell import CellRun
from matrix.run.outcome import Outcome
from matrix.run.remote import perform
from matrix.run.remote.asked import asked
from matrix.run.remote.taken import take
from matrix.run.remote.unit_process import ProcessLost, UnitProcess, Unwanted
from tests.matrix.run.conftest import CELLS, BegunRun
from tests.tracker import is_tracker

Begun = Callable[..., BegunRun]
Copied = Callable[[str], Path]


def always() -> bool:
    return True


def answers(outcome: Outcome | None) -> list[tuple[Any, ...]]:
    """What an outcome says of each check, without times and sizes."""
    assert outcome is not None
    assert outcome.verification is not None
    return [
        (name, one.stage, one.loaded, one.calls, one.error, one.exit and one.exit.kind)
        for name, one in sorted(outcome.verification.checks.items())
    ]


def _running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended; who was told to end may wait for somebody to take its code."""
    _, left = psutil.wait_procs(processes, timeout=2)
    return [one for one in left if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _below() -> list[psutil.Process]:
    every = psutil.Process().children(recursive=True)
    return [process for process in every if not is_tracker(process)]


def test_outcome_is_the_one_of_this_process(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    names = ("loads", "raises", "segfaults")
    run = begun(*map(model_named, names))
    result = process.perform(run.unit(), run.shared, always)
    away = take(result, run.asked(), run.store)
    assert run.store.read(CELLS[1]) == away
    run.store.try_again([CELLS[1]])
    here = CellRun.of_plan(run.plan, run.options, run.store).run(run.plan.cell(CELLS[1]))
    assert answers(away) == answers(here)
    assert {error.type for *_, error, _ in answers(away) if error} >= {"ValueError"}


def test_second_unit_needs_neither_a_start_nor_what_is_shared(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    run = begun(model_named("loads"))
    shared = run.shared
    process.perform(run.unit(CELLS[0]), shared, always)
    first = process._process
    hollow = replace(shared, plan="damaged", inputs={})
    assert process.perform(run.unit(CELLS[1]), hollow, always).outcome
    assert process._process is first


def test_unwanted_unit_is_ended_with_its_probe(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    run = begun(model_named("hangs"))
    started = time.monotonic()
    below: list[psutil.Process] = []

    def wanted() -> bool:
        below[:] = _below()
        return len(below) < 3 and time.monotonic() - started < 60

    with pytest.raises(Unwanted):
        process.perform(run.unit(), run.shared, wanted)
    assert len(below) >= 3
    assert not _running(below)


def test_process_that_is_killed_leaves_no_probe_and_the_next_unit_runs(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    run = begun(model_named("hangs"))
    seen: list[psutil.Process] = []

    def kill() -> None:
        while len(seen) < 3:
            time.sleep(0.1)
            seen[:] = _below()
        time.sleep(0.5)
        assert process._process is not None
        os.kill(process._process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ProcessLost):
        process.perform(run.unit(), run.shared, always)
    killer.join()
    psutil.wait_procs(seen, timeout=5)
    assert not _running(seen)
    sound = begun(model_named("loads"))
    assert process.perform(sound.unit(), sound.shared, always).outcome


def test_model_that_is_another_one_there_is_no_verdict_of_the_model(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    whole, other = model_named("loads"), model_named("raises")
    run = begun(whole, other)
    (other / "saved_model.pb").write_bytes(b"exported again")
    result = process.perform(run.unit(), run.shared, always)
    outcome = take(result, run.asked(), run.store)
    assert list(outcome.absent) == [1]
    assert f"has no model at {other} with the digest of the plan" in outcome.absent[1]
    assert {name[0] for name, *_ in answers(outcome)} == {"0"}
    assert not run.store.is_settled(CELLS[1])


def test_machine_may_ask_for_models_that_it_lacks(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    model = model_named("loads")
    run = begun(model, more=("--ship-models",))
    model.rename(model.with_name("moved"))
    assert process.perform(run.unit(), run.shared, always).lacking == (0,)
    sent = run.unit().after_sending({0: "it has 600 MB, and at most 512 MB are sent"})
    outcome = take(process.perform(sent, run.shared, always), run.asked(), run.store)
    assert outcome.absent == {0: "it has 600 MB, and at most 512 MB are sent"}
    assert sent.for_another(may_ask=True) == run.unit()


def test_what_is_asked_leaves_out_what_is_known(begun: Begun, model_named: Copied) -> None:
    run = begun(model_named("loads"), model_named("raises"))
    run.store.write_known(Outcome(cell=CELLS[1], seconds=1.0, reused={0: 1.0}), finished=False)
    left = asked(run.plan, run.store, CELLS[1])
    assert {check.model for check in left.planned.checks} == {1}
    assert left.answered_here is None


def test_later_run_finds_what_came_back_beside_its_baseline(
    begun: Begun, model_named: Copied, process: UnitProcess, tmp_path: Path
) -> None:
    run = begun(model_named("loads"), model_named("raises"))
    known = known_of(run.plan, run.options)
    assert known is not None
    take(process.perform(run.unit(), run.shared, always), run.asked(), run.store, known)
    # As on another machine, where the cache has nothing.
    empty = Entries(folder=tmp_path / "empty", most=2**30)
    elsewhere = replace(known, entries=empty, earlier=results_of(run.options.output))
    outcome = run.store.read(CELLS[1])
    assert outcome is not None
    assert outcome.verification is not None
    held = outcome.verification.probe.isolation.observed
    for model in (0, 1):
        fed = inputs_digest(run.store, model)
        found = elsewhere.answer(run.plan.cell(CELLS[1]), model, fed, held)
        assert found is not None
        assert found.answer.verification.checks
        assert elsewhere.answer(run.plan.cell(CELLS[1]), model, "fed otherwise", held) is None


def test_worker_can_lay_claim_to_no_other_key_than_those_that_were_asked(
    begun: Begun, model_named: Copied, process: UnitProcess
) -> None:
    run = begun(model_named("loads"))
    known = known_of(run.plan, run.options)
    assert known is not None
    result = process.perform(run.unit(), run.shared, always)
    written = run.store.cell_folder(CELLS[1]) / ANSWERS
    for forged in (
        Measured(place="../" * 20, first=result.measured.first),
        Measured(place=result.measured.place, first={7: {}}),
        Measured(place=result.measured.place, first={0: {"serve": 7}}),  # type: ignore[dict-item]
        "no measurement",
    ):
        forgery = replace(result, measured=forged)  # type: ignore[arg-type]
        assert take(forgery, run.asked(), run.store, known).verification is not None
        assert not written.exists()
    take(result, run.asked(), run.store, known)
    assert written.exists()


def test_machine_of_another_platform_says_so_and_asks_for_no_model(
    begun: Begun, model_named: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_named("loads")
    run = begun(model, more=("--ship-models",))
    unit = replace(run.unit(), host="another")
    model.rename(model.with_name("moved"))
    monkeypatch.setattr(perform, "host_platform", lambda: "freebsd-riscv64")
    monkeypatch.setattr(perform, "host_name", lambda: "far")
    performer = perform.Performer()
    try:
        outcome = take(performer.perform(unit, run.shared), run.asked(), run.store)
    finally:
        performer.close()
    assert outcome.unavailable == (
        "TensorFlow 2.15.1 has no wheels for freebsd-riscv64, which far is."
    )
    assert not outcome.absent

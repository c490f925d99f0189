"""An interrupt that a library swallows ends the run all the same."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

from matrix.run.executor import Ended, PlannedRun, run_cells
from matrix.run.keeping import interrupts
from matrix.run.store import Store
from tests.builders import make_cell, make_options, make_outcome, make_plan


def test_interrupt_is_remembered_for_the_time_of_a_run() -> None:
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupts.remembered():
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                interrupts.raise_again()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        with interrupts.remembered():
            interrupts.raise_again()
    finally:
        signal.signal(signal.SIGINT, before)


def test_run_does_not_begin_after_an_interrupt_that_was_swallowed(tmp_path: Path) -> None:
    class Never:
        def outcomes(self, _: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
            yield Ended(run=run, outcome=make_outcome("2.15.1"))

    plan = make_plan([make_cell("2.15.1")])
    store = Store(folder=tmp_path)
    run = PlannedRun.of(plan, make_options(), store, tmp_path / "none")
    interrupts._SEEN.set()
    try:
        assert run_cells(Never(), [run]) is False
    finally:
        interrupts._SEEN.clear()
    assert store.read("2.15.1") is None

"""Shows a divided run: a board where a person watches a terminal, a line a cell elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from matrix.log import WarnedOnce, logger
from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.outcome import Outcome
from matrix.run.processes import termination_raises
from matrix.shown import on_one_line
from reports.progress.lines import QUIET_SECONDS, clock, running_line
from reports.progress.parts_watch import PartsWatch, loaded_in
from reports.progress.shown import again_and_again, wants_board

_LOG = logger(__name__)
_LOOK_SECONDS = 1.0
_MOST_RUNNING = 4


class PartsProgress:
    """Says what has ended as the executor tells it, and what runs where that takes long."""

    def __init__(self, watch: PartsWatch) -> None:
        self._watch = watch
        self._said = time.monotonic()
        self._warnings = WarnedOnce(_LOG)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """For the time in which cells are run."""
        watch = self._watch
        with termination_raises(), self._on_a_board() if wants_board() else self._as_lines():
            yield
        done, total = f"{watch.cells_done:,}", f"{watch.cells:,}"
        _LOG.info("%s of %s cells done in %s.", done, total, clock(watch.elapsed))

    def begun(self, run: PlannedRun) -> None:
        """The executor has drawn a part."""
        self._watch.begun(run)

    def ended(self, one: Ended) -> None:
        """A cell of a part has its outcome."""
        self._watch.ended(one)
        self._said = time.monotonic()
        # A board shows this itself.
        self._say(f"part {one.run.part}: {one.outcome.cell}: {found(one.outcome)}")
        self._warn(one.run, one.outcome.cell)

    @contextlib.contextmanager
    def _on_a_board(self) -> Iterator[None]:
        # Here, because only who watches a terminal needs it.
        from reports.progress.live import Screen
        from reports.progress.parts_board import PartsBoard

        screen = Screen(PartsBoard(watch=self._watch))

        def look() -> None:
            self._watch.look()
            screen.refresh()

        with screen.used(), again_and_again(look, _LOOK_SECONDS):
            yield

    @contextlib.contextmanager
    def _as_lines(self) -> Iterator[None]:
        with again_and_again(self._still, _LOOK_SECONDS):
            yield

    def _still(self) -> None:
        """Where nothing was said for long: what runs now."""
        if time.monotonic() - self._said < QUIET_SECONDS or self._watch.is_over:
            return
        self._said = time.monotonic()
        self._watch.look()
        running = [f"part {part}: {running_line(cell)}" for part, cell in self._watch.running]
        told = running[:_MOST_RUNNING]
        told += [f"{len(running) - _MOST_RUNNING:,} more"] if running[_MOST_RUNNING:] else []
        self._say("; ".join(told) or "waiting")

    def _say(self, text: str) -> None:
        watch = self._watch
        left = watch.seconds_left
        more = f"; about {clock(left)} left" if left and left >= 1 else ""
        _LOG.info("[%d/%d] %s%s", watch.cells_done, watch.cells, text, more)

    def _warn(self, run: PlannedRun, cell: str) -> None:
        told = progress.read(run.store, cell)
        self._warnings.warn(told.warnings if told else ())


def found(outcome: Outcome) -> str:
    """How many models a cell has loaded, and how long it took: `41 of 64 load (12.3 s)`."""
    if outcome.unavailable is not None:
        return f"unavailable: {on_one_line(outcome.unavailable)[:120]}"
    return f"{_loaded(outcome)} ({outcome.seconds:.1f} s)"


def _loaded(outcome: Outcome) -> str:
    seen = outcome.verification
    if seen is None:
        return "nothing to test"
    if seen.probe.imported is not True:
        return "TensorFlow cannot be imported"
    loaded = loaded_in(outcome).values()
    return f"{sum(loaded)} of {len(loaded)} load"

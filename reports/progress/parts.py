"""Progress of a divided run as plain lines: one for each cell of a part that has ended."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from matrix.log import logger
from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.outcome import Outcome
from matrix.shown import on_one_line
from reports.progress.lines import QUIET_SECONDS, clock

_LOG = logger(__name__)
_LOOK_SECONDS = 2.0
_MOST_RUNNING = 4


class PartsProgress:
    """Says what has ended as the executor tells it, and what runs where that takes long.

    Only the cells of parts that were begun and have not ended are ever looked at.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = self._said = time.monotonic()
        self._open: dict[int, PlannedRun] = {}
        self._left: dict[int, set[str]] = {}
        self._warned: set[str] = set()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """For the time in which cells are run."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_LOOK_SECONDS):
                with contextlib.suppress(Exception):
                    self._still()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            took = clock(time.monotonic() - self._started)
            _LOG.info("%s of %s cells done in %s.", f"{self._done:,}", f"{self._total:,}", took)

    def begun(self, run: PlannedRun) -> None:
        """The executor has drawn a part."""
        self._left[run.part] = set(run.cells)
        self._open[run.part] = run

    def ended(self, one: Ended) -> None:
        """A cell of a part has its outcome."""
        part, cell = one.run.part, one.outcome.cell
        self._done += 1
        self._said = time.monotonic()
        _LOG.info("[%d/%d] part %d: %s: %s", self._done, self._total, part, cell, found(one))
        self._warn(one.run, cell)
        left = self._left.get(part, set())
        left.discard(cell)
        if not left:
            self._left.pop(part, None)
            self._open.pop(part, None)

    def _warn(self, run: PlannedRun, cell: str) -> None:
        told = progress.read(run.store, cell)
        for sentence in told.warnings if told else ():
            if sentence not in self._warned:
                self._warned.add(sentence)
                _LOG.warning("%s", sentence)

    def _still(self) -> None:
        """Where nothing was said for long: what runs now."""
        if time.monotonic() - self._said < QUIET_SECONDS:
            return
        self._said = time.monotonic()
        running = [
            f"part {part}: {cell}: {on_one_line(now.phase)}"
            for part, run in list(self._open.items())
            for cell in sorted(self._left.get(part, ()))
            if (now := progress.read(run.store, cell)) and now.phase != progress.WAITING
        ]
        told = "; ".join(running[:_MOST_RUNNING]) or "waiting"
        _LOG.info("[%d/%d] %s", self._done, self._total, told)


def found(one: Ended) -> str:
    """How many models a cell has loaded, and how long it took: `41 of 64 load (12.3 s)`."""
    outcome = one.outcome
    if outcome.unavailable is not None:
        return f"unavailable: {on_one_line(outcome.unavailable)[:120]}"
    return f"{_loaded(outcome)} ({outcome.seconds:.1f} s)"


def _loaded(outcome: Outcome) -> str:
    seen = outcome.verification
    if seen is None:
        return "nothing to test"
    if seen.probe.imported is not True:
        return "TensorFlow cannot be imported"
    models: dict[str, bool] = {}
    for name, record in seen.checks.items():
        model = name.partition(":")[0]
        models[model] = models.get(model, False) or record.believed_loaded
    return f"{sum(models.values())} of {len(models)} load"

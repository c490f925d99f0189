"""Runs the planned cells in parallel: one nox with `-j`, whose sessions take the cells in turn.

There are as many sessions as cells run at a time, so that what a session costs at its start is paid
a few times and not for each cell, however many runs the cells are of.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Sequence

from matrix.errors import LoadmatrixError
from matrix.log import logger, verbosity
from matrix.machine import default_jobs
from matrix.options.command_line.declared import words_for_cells
from matrix.options.options import Options
from matrix.run.cell_sessions import WAITING_VARIABLE, WORKERS_VARIABLE
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors.window import Window
from matrix.run.keeping.interrupts import raise_again
from matrix.run.keeping.orphans import none_left, told
from matrix.run.processes import kill_tree, termination_raises
from matrix.run.workers.nox_output import kept, last_lines
from matrix.run.workers.waiting_cells import WaitingCells

_LOG = logger(__name__)
_GRACE_SECONDS = 8
_POLL_SECONDS = 0.2


class NoxExecutor:
    """Cells side by side, in workers that are sessions of one nox."""

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        """The outcome of each cell; see `Executor`."""
        window = Window(runs)
        if (number := window.draw()) is None:
            return
        first = window.open[number]
        with WaitingCells.of(first.store.folder) as waiting:
            waiting.add(number, first.cells, first.store.folder)
            queue = _Queue(first=first, window=window, waiting=waiting)
            while left := queue.filled():
                yield from queue.outcomes(left)
                if not queue.is_begun(left):
                    # Its workers ended before they began: so would the next ones.
                    break


class _Queue:
    """The cells that wait for workers or are in their hands, and the runs that are to come."""

    def __init__(self, *, first: PlannedRun, window: Window, waiting: WaitingCells) -> None:
        self._first = first
        self._window = window
        self._waiting = waiting
        self._most = first.options.jobs or default_jobs()

    def filled(self) -> list[tuple[int, str]]:
        """The cells that wait: more than workers can take at once, as long as there are more."""
        left = self._waiting.left()
        while self._window.may_have_more and len(left) <= self._most:
            if (number := self._window.draw()) is None:
                self._waiting.no_more()
                break
            run = self._window.open[number]
            self._waiting.add(number, run.cells, run.store.folder)
            left = self._waiting.left()
        return left

    def is_begun(self, cells: Sequence[tuple[int, str]]) -> bool:
        """Whether a worker has taken any of these cells."""
        return not set(cells) <= set(self._waiting.left())

    def outcomes(self, left: Sequence[tuple[int, str]]) -> Generator[Ended, None, None]:
        """Those of the cells that one nox gets done before it ends, or all its workers are lost.

        `left` are those that wait when it starts.
        """
        with termination_raises(), none_left():
            workers = min(self._most, len(left))
            process = subprocess.Popen(
                _command(self._first, workers),
                env=_environment(self._waiting, workers),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            assert process.stdout is not None
            with kept(process.stdout, self._first.store.nox_log):
                try:
                    yield from self._as_they_finish(process)
                finally:
                    # The caller went away, or a signal came.
                    if process.poll() is None:
                        _stop(process)
        self._without_the_lost()
        self._check_end(process.returncode, begun=self.is_begun(left))

    def _as_they_finish(self, process: subprocess.Popen[bytes]) -> Generator[Ended, None, None]:
        running = True
        while running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
            raise_again()
            running = process.poll() is None
            left = set(self.filled())
            # What waits is not looked at: only few cells are in the hands of workers.
            for number, cell in [one for one in self._window.cells() if one not in left]:
                run = self._window.open[number]
                if not run.store.is_finished(cell):
                    continue
                self._window.end(number, cell)
                if outcome := run.store.read(cell):
                    yield Ended(run=run, outcome=outcome)

    def _without_the_lost(self) -> None:
        """Let go of the cells that workers took and did not finish: they are not tried again."""
        left = set(self._waiting.left())
        if not all(run.store.cells_ended() for run in self._window.open.values()):
            _LOG.warning("Some cells of this run do not end; what they write is left out.")
        for number, cell in [one for one in self._window.cells() if one not in left]:
            self._window.end(number, cell)

    def _check_end(self, code: int, *, begun: bool) -> None:
        """What the end of nox means: a session that fails makes nox fail, and that is no matter."""
        log, first = self._first.store.nox_log, self._first
        if not begun and not any(map(first.store.read, first.cells)):
            raise LoadmatrixError(
                f"nox ended with exit code {code} before a cell was tested. The end of its output "
                f"({log}):{last_lines(log)}"
            )
        if code < 0:
            # Only a signal keeps nox from the sessions that come after.
            raise KeyboardInterrupt


def _command(run: PlannedRun, workers: int) -> list[str]:
    command = [sys.executable, "-m", "nox", "-f", str(run.noxfile), "-j", str(workers)]
    command += ["--no-stop-on-first-error", "-s"]
    command += [f"cells({number})" for number in range(1, workers + 1)]
    return [*command, "--", *_forwarded(run.options)]


def _forwarded(options: Options) -> list[str]:
    """What the sessions need to know beyond the plans."""
    words = words_for_cells(options)
    return [*words, *(["--quiet"] if verbosity() < 0 else ["--verbose"] * verbosity())]


def _environment(waiting: WaitingCells, workers: int) -> dict[str, str]:
    # NOX_* of the caller chose the outer session, not ours. Bytecode is what makes starting
    # a nox cheap, wherever it may be written.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NOX", "PYTHONDONTWRITE"))}
    # Nor may a folder of the caller that is called like one of our packages be taken for it.
    ours = {WAITING_VARIABLE: str(waiting.folder), WORKERS_VARIABLE: str(workers)}
    ours |= {"NOX_SCRIPT_MODE": "none", "PYTHONSAFEPATH": "1"}
    return {**kept, **ours, **told(workers)}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End nox and its cells. A terminal has told nox already; a supervisor told only us."""
    for ask in (signal.SIGINT, signal.SIGTERM):
        deadline = time.monotonic() + _GRACE_SECONDS / 2
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
                process.wait(0.5)
        if process.poll() is None:
            process.send_signal(ask)
    kill_tree(process.pid)
    process.wait()

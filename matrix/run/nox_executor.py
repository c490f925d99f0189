"""Runs the planned cells in parallel: one nox with `-j`, whose sessions take the cells in turn.

There are as many sessions as cells run at a time, so that what a session costs at its start is paid
a few times and not for each cell.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence

from matrix.errors import LoadmatrixError
from matrix.log import logger, verbosity
from matrix.machine import default_jobs
from matrix.options.declared import words_for_cells
from matrix.options.options import Options
from matrix.run.cell_sessions import PLAN_VARIABLE, WAITING_VARIABLE, WORKERS_VARIABLE
from matrix.run.executor import PlannedRun
from matrix.run.keeping.interrupts import raise_again
from matrix.run.keeping.orphans import none_left, told
from matrix.run.outcome import Outcome
from matrix.run.processes import kill_tree, termination_raises
from matrix.run.store import Store
from matrix.run.workers.nox_output import kept, last_lines
from matrix.run.workers.waiting_cells import WaitingCells

_LOG = logger(__name__)
_GRACE_SECONDS = 8
_POLL_SECONDS = 0.2


class NoxExecutor:
    """Cells side by side, in workers that are sessions of one nox."""

    def outcomes(self, run: PlannedRun) -> Generator[Outcome, None, None]:
        """The outcome of each cell; see `Executor`."""
        with WaitingCells.of(run.store.folder, run.plan.run_order) as waiting:
            while left := waiting.left():
                yield from self._outcomes(run, waiting, left)
                if waiting.left() == left:
                    # Its workers ended before they began: so would the next ones.
                    break

    def _outcomes(
        self, run: PlannedRun, waiting: WaitingCells, cells: Sequence[str]
    ) -> Generator[Outcome, None, None]:
        """Those of the cells that one nox gets done before it ends, or all its workers are lost."""
        with termination_raises(), none_left():
            workers = min(run.options.jobs or default_jobs(), len(cells))
            process = subprocess.Popen(
                _command(run, workers),
                env=_environment(run.store, waiting, workers),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            assert process.stdout is not None
            with kept(process.stdout, run.store.nox_log):
                try:
                    yield from _as_they_finish(process, run.store, cells)
                finally:
                    # The caller went away, or a signal came.
                    if process.poll() is None:
                        _stop(process)
        if not run.store.cells_ended():
            _LOG.warning("Some cells of this run do not end; what they write is left out.")
        _check_end(process.returncode, run, begun=waiting.left() != cells)


def _as_they_finish(
    process: subprocess.Popen[bytes], store: Store, cells: Sequence[str]
) -> Generator[Outcome, None, None]:
    waiting = list(cells)
    running = True
    while running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
        raise_again()
        running = process.poll() is None
        for cell in [cell for cell in waiting if store.is_finished(cell)]:
            waiting.remove(cell)
            if outcome := store.read(cell):
                yield outcome


def _check_end(code: int, run: PlannedRun, *, begun: bool) -> None:
    """What the end of nox means: a session that fails makes nox fail, and that is no matter."""
    if not begun and not any(run.store.read(cell) for cell in run.plan.run_order):
        log = run.store.nox_log
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
    """What the sessions need to know beyond the plan."""
    words = words_for_cells(options)
    words += ["--quiet"] if verbosity() < 0 else ["--verbose"] * verbosity()
    return [*words, *(str(model) for model in options.models)]


def _environment(store: Store, waiting: WaitingCells, workers: int) -> dict[str, str]:
    # NOX_* of the caller chose the outer session, not ours. Bytecode is what makes starting
    # a nox cheap, wherever it may be written.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NOX", "PYTHONDONTWRITE"))}
    # Nor may a folder of the caller that is called like one of our packages be taken for it.
    ours = {PLAN_VARIABLE: str(store.plan_file), WAITING_VARIABLE: str(waiting.folder)}
    ours |= {WORKERS_VARIABLE: str(workers), "NOX_SCRIPT_MODE": "none", "PYTHONSAFEPATH": "1"}
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

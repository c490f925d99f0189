"""Runs the planned cells side by side: one nox with `-j`, whose sessions are the cells."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from matrix import machine
from matrix.errors import LoadmatrixError
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.run.cell_sessions import PLAN_VARIABLE
from matrix.run.processes import kill_tree, termination_raises
from matrix.run.store import Store

# What one cell takes while it imports TensorFlow and holds a small model.
_TYPICAL_MB = 1500
_GRACE_SECONDS = 8


def run_sessions(plan: Plan, options: Options, store: Store, noxfile: Path) -> bool:
    """Run every cell of the plan that needs a run; `False` when interrupted or nox was killed.

    Raises:
        LoadmatrixError: nox itself could not run the sessions.
    """
    if not plan.run_order:
        return True
    jobs = options.jobs or default_jobs()
    command = [sys.executable, "-m", "nox", "-f", str(noxfile), "-j", str(jobs)]
    command += ["--no-stop-on-first-error", "-s", *(f"probe({cell})" for cell in plan.run_order)]
    command += ["--", *_forwarded(options)]
    with termination_raises():
        process = subprocess.Popen(command, env=_environment(store), stdin=subprocess.DEVNULL)
        try:
            code = process.wait()
        except KeyboardInterrupt:
            _stop(process)
            return False
    done = [cell for cell in plan.run_order if store.read(cell)]
    if not done:
        raise LoadmatrixError(
            f"nox ended with exit code {code} before a cell was tested. See its output above."
        )
    # A session that fails makes nox fail; only a signal keeps it from the sessions after that.
    return code >= 0


def default_jobs() -> int:
    """As many cells at a time as cores and memory allow, of a container where this is one."""
    memory = machine.free_memory() // (_TYPICAL_MB * 2**20)
    return max(1, min(machine.cores(), memory))


def _forwarded(options: Options) -> list[str]:
    """What the sessions need to know beyond the plan."""
    limits = options.limits
    words = ["--timeout", str(limits.seconds), "--memory", f"{limits.memory_mb}MB"]
    words += ["--envdir", str(options.envdir), "--output", str(options.output)]
    words += ["--venv-backend", options.venv_backend] if options.venv_backend else []
    words += ["--offline"] if options.offline else []
    words += ["--discard"] if options.discard else []
    return [*words, *(str(model) for model in options.models)]


def _environment(store: Store) -> dict[str, str]:
    # NOX_* of the caller chose the outer session, not ours. Bytecode is what makes starting
    # thirty noxes cheap, wherever it may be written.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NOX", "PYTHONDONTWRITE"))}
    # Nor may a folder of the caller that is called like one of our packages be taken for it.
    ours = {PLAN_VARIABLE: str(store.plan_file), "NOX_SCRIPT_MODE": "none", "PYTHONSAFEPATH": "1"}
    return {**kept, **ours}


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

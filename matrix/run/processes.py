"""Runs a probe process and stops what exceeds its time or memory limit."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from matrix.options.limits import Limits
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit

_POLL_SECONDS = 0.1
_PR_SET_CHILD_SUBREAPER = 36
# What the import of TensorFlow may take on a loaded machine.
IMPORT_SECONDS = 300
# More than any honest probe writes into its results: whatever writes more is stopped.
_MOST_EVENTS_MB = 256
# A log that grows beyond this keeps its end alone: printing much is no reason to stop a model.
_MOST_LOG_MB = 32
_KEPT_OF_LOG = 2**16


@dataclass(kw_only=True)
class Watch:
    """How a probe process ended, and which of its processes were killed for what they took."""

    pid: int = 0
    code: int | None = None
    killed: dict[int, ProcessExit] = field(default_factory=dict)


def run_watched(  # noqa: PLR0913 - one process, all of it by keyword
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    events: Path,
    limits: Limits,
    forking: bool,
) -> Watch:
    """Run a probe to its end. Its output goes to `log`; `events` is where it writes its results."""
    log.unlink(missing_ok=True)
    with (
        # Appending, so that it can be cut while it is written to.
        log.open("ab") as output,
        _started(command, environment, folder, output.fileno()) as process,
    ):
        guard = _Guard(process.pid, log, events, limits, forking)
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                guard.poll()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
    guard.watch.code = process.returncode
    return guard.watch


class _Guard:
    """Looks at a probe a few times a second.

    Where the probe forks, its direct children are the checks, each with its own time. Where it
    does not, the probe itself is the check, and its time begins when TensorFlow is imported.
    """

    def __init__(self, pid: int, log: Path, events: Path, limits: Limits, forking: bool) -> None:
        self.watch = Watch(pid=pid)
        self._root = psutil.Process(pid)
        self._log = log
        self._events = events
        self._limits = limits
        self._forking = forking
        self._started = time.monotonic()
        self._imported_at: float | None = None
        # When each check was first seen: the wall clock may be set meanwhile.
        self._seen: dict[int, float] = {}

    def poll(self) -> None:
        if self._imported_at is None:
            self._await_import()
        elif self._forking:
            for child in self._root.children():
                self._limit(child, self._seen.setdefault(child.pid, time.monotonic()))
        else:
            self._limit(self._root, self._imported_at)
        _shorten(self._log)
        written = self._events.stat().st_size if self._events.exists() else 0
        if written > _MOST_EVENTS_MB * 2**20:
            self._kill(
                self._root, ProcessExit(kind=ExitKind.WROTE_TOO_MUCH, megabytes=written // 2**20)
            )

    def _await_import(self) -> None:
        if self._events.exists() and b'"event": "import"' in self._events.read_bytes():
            self._imported_at = time.monotonic()
        elif time.monotonic() - self._started > IMPORT_SECONDS:
            self._kill(self._root, ProcessExit(kind=ExitKind.TIMED_OUT, seconds=IMPORT_SECONDS))

    def _limit(self, process: psutil.Process, since: float) -> None:
        if time.monotonic() - since > self._limits.seconds:
            self._kill(process, ProcessExit(kind=ExitKind.TIMED_OUT, seconds=self._limits.seconds))
            return
        resident = 0
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                resident += each.memory_info().rss
        if resident > self._limits.memory_mb * 2**20:
            self._kill(
                process, ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=resident // 2**20)
            )

    def _kill(self, process: psutil.Process, why: ProcessExit) -> None:
        self.watch.killed[process.pid] = why
        kill_tree(process.pid)


def _shorten(log: Path) -> None:
    """Leave the end of a log alone where it has grown too long."""
    with contextlib.suppress(OSError):
        if (size := log.stat().st_size) <= _MOST_LOG_MB * 2**20:
            return
        with log.open("r+b") as file:
            file.seek(-_KEPT_OF_LOG, os.SEEK_END)
            end = file.read(_KEPT_OF_LOG)
            file.truncate(0)
        with log.open("ab") as file:
            file.write(b"... %d MB of output left out ...\n" % (size // 2**20) + end)


@contextlib.contextmanager
def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, output: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, none of which outlives this block."""
    with termination_raises(), _orphans_adopted():
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill_tree(process.pid)
            if hasattr(os, "killpg"):
                # What a dead child left behind is in the group, though no longer in the tree.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def _orphans_adopted() -> Iterator[None]:
    """What a model starts in a session of its own, and leaves behind, comes to us and ends here.

    Linux only; elsewhere such processes escape.
    """
    before = {child.pid for child in psutil.Process().children()}
    adopting = _adopt(orphans=True)
    try:
        yield
    finally:
        if adopting:
            for child in psutil.Process().children():
                if child.pid not in before:
                    kill_tree(child.pid)
                    with contextlib.suppress(psutil.Error, ChildProcessError):
                        child.wait(_POLL_SECONDS)
            _adopt(orphans=False)


def _adopt(*, orphans: bool) -> bool:
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0) == 0)


@contextlib.contextmanager
def termination_raises() -> Iterator[None]:
    """nox ends its parallel sessions with SIGTERM: make it an exception, so that we clean up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def kill_tree(root: int) -> None:
    """Kill a process and everything below it."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(root)
        for each in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                each.kill()

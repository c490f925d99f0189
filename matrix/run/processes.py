"""Starts a probe process, and ends it with all that it left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

_POLL_SECONDS = 0.1
_PR_SET_CHILD_SUBREAPER = 36


@contextlib.contextmanager
def started(  # noqa: PLR0913 - one process, all of it by keyword
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    stdin: int,
    stdout: int,
    stderr: int,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, none of which outlives this block."""
    with termination_raises(), _orphans_adopted():
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
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


def kill_tree_below(root: int) -> None:
    """Kill everything below a process, and not the process."""
    with contextlib.suppress(psutil.Error):
        for each in psutil.Process(root).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                each.kill()


def kill_tree(root: int) -> None:
    """Kill a process and everything below it."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(root)
        for each in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                each.kill()

"""Starts a probe process, and ends it with all that it left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from matrix.run.keeping.orphans import none_left

Process = subprocess.Popen[bytes]
PIPE = subprocess.PIPE


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
    """A process in a session of its own, none of which outlives this block.

    Nor does what a model starts in another session and leaves behind, on Linux.
    """
    with termination_raises(), none_left():
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

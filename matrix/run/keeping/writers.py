"""Locks of a results folder: one run at a time, and none while cells of a killed one still write.

A run holds `.lock`. Each of its cells holds the lock in its own folder for as long as it may write,
which is longer than its run where that was killed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from matrix.errors import UsageError

_LOCK = ".lock"
# Cells notice within a second that their run is gone, and end all that they started.
_PATIENCE_SECONDS = 10


@contextlib.contextmanager
def only_run(results: Path) -> Iterator[None]:
    """For the time of a run: its cells read the plan from here, and no other may replace it.

    Raises:
        UsageError: another run is writing here.
    """
    results.mkdir(parents=True, exist_ok=True)
    lock = FileLock(results / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise _busy(results) from error
    try:
        if not cells_ended(results):
            raise _busy(results)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def writing(cell_folder: Path) -> Iterator[None]:
    """For the time in which a cell may write.

    Raises:
        UsageError: the same cell of a run that was killed is still writing.
    """
    cell_folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(cell_folder / _LOCK, timeout=_PATIENCE_SECONDS):
            yield
    except Timeout as error:
        raise _busy(cell_folder) from error


def cells_ended(results: Path) -> bool:
    """Wait until no cell writes into a results folder; `False` where one does not end."""
    until = time.monotonic() + _PATIENCE_SECONDS
    return all(_ended(lock, until) for lock in sorted(results.glob(f"*/{_LOCK}")))


def _ended(lock: Path, until: float) -> bool:
    try:
        with FileLock(lock, timeout=max(0.0, until - time.monotonic())):
            return True
    except Timeout:
        return False


def _busy(folder: Path) -> UsageError:
    return UsageError(
        f"Another run is writing to {folder}. Wait until it ends, or choose another --output."
    )

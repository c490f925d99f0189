"""Waits for installers that outlived who started them, before others write where they write.

A run that is killed leaves its installer behind for a moment. It fills the folder of an environment
that another run empties and builds at that time: the hold on it went with the run.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import time
from collections.abc import Iterator
from pathlib import Path

from matrix.errors import EnvironmentUnavailable
from matrix.log import logger

try:
    import fcntl
except ImportError:
    # Windows: there a folder cannot be emptied while somebody writes in it, which is said.
    fcntl = None  # type: ignore[assignment]

_LOG = logger(__name__)
_POLL_SECONDS = 0.1
# An installer that goes on as long is not one that is about to be killed.
_WAIT_SECONDS = 600
_PASSED: contextvars.ContextVar[tuple[int, ...]] = contextvars.ContextVar("passed", default=())


def passed() -> tuple[int, ...]:
    """The descriptors that a command started now is given."""
    return _PASSED.get()


@contextlib.contextmanager
def writing_alone(place: Path) -> Iterator[None]:
    """For the time in which commands write in a place: each has its share in the claim to it.

    So the claim lasts until the last of them has ended, also where this process is killed.

    Raises:
        EnvironmentUnavailable: a command of a killed run does not end.
    """
    if fcntl is None:
        yield
        return
    file = place.with_name(f"{place.name}.installing")
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(descriptor, place)
        token = _PASSED.set((descriptor,))
        try:
            yield
        finally:
            _PASSED.reset(token)
            file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, place: Path) -> None:
    end, is_told = time.monotonic() + _WAIT_SECONDS, False
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() > end:
            raise EnvironmentUnavailable(
                f"An installer that a killed run has left still writes in {place}. End it, or "
                "choose another folder with --envdir."
            )
        if not is_told:
            _LOG.info("waiting for an installer that a killed run has left in %s", place.name)
            is_told = True
        time.sleep(_POLL_SECONDS)

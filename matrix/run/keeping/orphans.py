"""Ends what a run has started when the run itself was killed.

The nox below a run and its workers watch the process that started them. When it is
gone, they end everything below them and then themselves. Imported each time nox starts: nothing
heavy may be imported here at the top.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from matrix.run.keeping.children import below, children_of

# The process that a nox below a run must not outlive, and how many cells that runs at a time.
_PARENT = "LOADMATRIX_PARENT"
_POLL_SECONDS = 0.5
_KILLED_SECONDS = 0.1
_PR_SET_CHILD_SUBREAPER = 36
# How nox calls its sessions when it runs several at a time.
_SESSION = b"--parallel-worker"
_ENDING = threading.Event()


def is_ending() -> bool:
    """Whether this process is about to end because its run is gone: nothing may be stored now.

    A check that is killed for that has not crashed.
    """
    return _ENDING.is_set()


def told(jobs: int) -> dict[str, str]:
    """The variables that have a nox below this process watch it; `jobs` cells run at a time."""
    return {_PARENT: f"{os.getpid()} {jobs}"}


def end_with_parent() -> None:
    """Watch the process that started this nox, where that is one of ours.

    Its own sessions are told to watch this one. Where this is the nox above them, it also ends
    what a worker leaves behind that was killed.
    """
    if _PARENT not in os.environ:
        return
    parent, jobs = map(int, os.environ[_PARENT].split())
    os.environ.update(told(1))
    # With one cell at a time there is no nox above its session but this one.
    above = jobs > 1 and _adopt(orphans=True)
    threading.Thread(target=_watch, args=(parent, os.getppid(), above), daemon=True).start()


def _watch(parent: int, direct: int, above: bool) -> None:
    # A program between the two is no matter, as long as both are there.
    while _is_alive(parent) and (os.name != "posix" or os.getppid() == direct):
        if above:
            _end_what_killed_sessions_left()
        time.sleep(_POLL_SECONDS)
    _ENDING.set()
    _end_below()
    os._exit(1)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        # There, asking by a signal would end it.
        import psutil

        return bool(psutil.pid_exists(process))
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _end_below() -> None:
    """Kill everything below this process, parents first.

    By number, and not by what psutil takes for the same process: it compares times of start, which
    move with the clock of the machine, and leaves alone what seems to be another one.
    """
    # What is killed may have started something just before.
    for _ in range(3):
        for process in below(os.getpid()):
            _kill(process)
        time.sleep(_KILLED_SECONDS)


def _kill(process: int) -> None:
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
        return
    import psutil

    with contextlib.suppress(psutil.Error):
        psutil.Process(process).kill()


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """What processes leave behind that are started in this block ends with it; Linux only."""
    before = set(children_of(os.getpid()))
    adopting = _adopt(orphans=True)
    try:
        yield
    finally:
        if adopting:
            # Processes of a pool are ended by the pool.
            before |= _of_pools()
            for child in children_of(os.getpid()):
                if child not in before:
                    _kill_tree(child)
            _adopt(orphans=False)


def _of_pools() -> set[int]:
    """The processes that `multiprocessing` has started for this one, which may be in use."""
    started = sys.modules.get("multiprocessing.process")
    found = {child.pid for child in started.active_children()} if started else set()
    # It starts one more beside the first of them, which it keeps until the end and tells no one.
    trackers = sys.modules.get("multiprocessing.resource_tracker")
    tracker = getattr(getattr(trackers, "_resource_tracker", None), "_pid", None)
    return found | {tracker} if tracker else found


def _adopt(*, orphans: bool) -> bool:
    if sys.platform != "linux":
        return False
    import ctypes

    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0) == 0)


def _end_what_killed_sessions_left() -> None:
    """Kill what came to this nox from a worker that was killed; Linux only.

    What nox itself starts beside its sessions is in the process session of nox. The sessions of
    cells have process sessions of their own, and what they start is never called like them.
    """
    ours = _call(os.getpid())
    for child in filter(_in_another_session, children_of(os.getpid())):
        call = _call(child)
        # One without words has ended or is about to start, and nox waits for it.
        if any(call) and call != ours and _SESSION not in call:
            _kill_tree(child)


def _in_another_session(process: int) -> bool:
    try:
        return os.getsid(process) != os.getsid(0)
    except OSError:
        return False


def _call(process: int) -> list[bytes]:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill_tree(root: int) -> None:
    """Kill a child of this process and everything below it, and take its exit code."""
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(root)
        # First the one that would take the end of the others for a crash.
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                each.kill()
        process.wait(_POLL_SECONDS)

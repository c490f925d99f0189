"""The processes below the probe: none of them outlives what it belongs to. Linux only.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import contextlib
import ctypes
import glob
import os
import signal
import sys
import time

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_MOST_SECONDS = 5


def die_with_parent():
    # Whoever started us may be killed outright; nothing of us may outlive it.
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt():
    # What a check leaves behind in a session of its own comes to us, and ends here.
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def prctl(option, value):
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_of(pid):
    """The status of a child that has ended; what it left behind is killed before this returns."""
    _, status = os.waitpid(pid, 0)
    deadline = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < deadline:
        try:
            found, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if found == 0:
            for left in children():
                with contextlib.suppress(OSError):
                    os.kill(left, signal.SIGKILL)
            time.sleep(0.01)
    return status


def children():
    """The processes right below this one."""
    found = []
    for path in glob.glob("/proc/self/task/*/children"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
            found += map(int, file.read().split())
    return found

"""The process that multiprocessing starts once beside its pools and keeps until the end."""

from __future__ import annotations

import contextlib

import psutil


def is_tracker(process: psutil.Process) -> bool:
    """Whether it is that one: no test has left it, and the next pool needs it."""
    with contextlib.suppress(psutil.Error):
        return any("resource_tracker" in word for word in process.cmdline())
    return False

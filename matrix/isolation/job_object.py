"""A Job Object of Windows: what a probe starts ends with it, and takes no more than it may.

It contains faults and no hostile code: files, network and programs stay open. So it is no wall in
the words of a report.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

_EXTENDED_LIMITS = 9
_ACTIVE_PROCESSES, _JOB_MEMORY, _KILL_ON_CLOSE = 0x8, 0x200, 0x2000
# To set limits by a job, and to end a process: what a handle must allow.
_SET_QUOTA, _TERMINATE = 0x100, 0x1
_PROCESSES = 64


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limits(memory_mb: int | None) -> _ExtendedLimits:
    """What a job is told: end all with the last handle, so many processes, so much memory."""
    wanted = _ExtendedLimits()
    wanted.basic.flags = _KILL_ON_CLOSE | _ACTIVE_PROCESSES
    wanted.basic.active_processes = _PROCESSES
    if memory_mb:
        wanted.basic.flags |= _JOB_MEMORY
        wanted.job_memory = memory_mb * 2**20
    return wanted


@contextlib.contextmanager
def contained(pid: int, memory_mb: int | None = None) -> Iterator[None]:
    """A process and all that it starts, none of which outlives this block; Windows only.

    A job that cannot be had leaves the process as it is: it is watched all the same.
    """
    if sys.platform != "win32":
        yield
        return
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    for function in (kernel.CreateJobObjectW, kernel.OpenProcess):
        function.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    process = ctypes.c_void_p(kernel.OpenProcess(_SET_QUOTA | _TERMINATE, 0, pid))
    wanted = limits(memory_mb)
    size = ctypes.sizeof(wanted)
    kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(wanted), size)
    kernel.AssignProcessToJobObject(job, process)
    try:
        yield
    finally:
        kernel.CloseHandle(process)
        kernel.CloseHandle(job)

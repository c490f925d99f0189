"""What root may do beyond others is given up, and what a process may fill is limited.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import contextlib
import ctypes
import struct
from typing import Any, Dict

from .syscalls import MACHINE, call, prctl

with contextlib.suppress(ImportError):  # Windows has none
    import resource

_VERSION = 0x20080522
# To read and write files whatever their mode: the models of root's users are theirs.
_KEPT = 1 << 1 | 1 << 2
_GB = 2**30
_DUMPABLE = 4
_DESCRIPTORS = 1024


def give_up() -> None:
    """Drop the privileges of root, as far as this process has any."""
    header = struct.pack("=Ii", _VERSION, 0)
    # The bytes are written into: a buffer of ours alone.
    sets = bytearray(24)
    buffer = (ctypes.c_char * 24).from_buffer(sets)
    call("capget", header, buffer)
    _, permitted, _, _, _, _ = struct.unpack("=6I", bytes(sets))
    kept = permitted & _KEPT
    call("capset", header, struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def hide() -> None:
    """Let no other process of this user read or write our memory."""
    _be_dumpable(0)


def show() -> None:
    """Let our memory be measured: a child of who is hidden is hidden too."""
    _be_dumpable(1)


def _be_dumpable(value: int) -> None:
    if MACHINE:
        prctl(_DUMPABLE, value)


def limit(walls: Dict[str, Any]) -> None:
    """No core files, no endless files, and a loose limit of the address space.

    Only a loose one: TensorFlow reports a tight one in ways that mean something else.
    """
    if "resource" not in globals():
        return
    memory = walls.get("memory_mb")
    limits = {
        "RLIMIT_FSIZE": walls.get("file_mb", 4096) * 2**20,
        # What waits in pipes and sockets is memory that is counted for nobody.
        "RLIMIT_NOFILE": _DESCRIPTORS,
    }
    if memory:
        # Threads reserve room by the core that nobody fills.
        limits["RLIMIT_AS"] = max(64 * _GB, 4 * memory * 2**20)
    # Not 0: a program that the kernel hands cores to would be started all the same.
    _set(resource.RLIMIT_CORE, 1, 1)
    for name, most in limits.items():
        kind = getattr(resource, name)
        # A limit that is lower already stays.
        soft, hard = (
            most if now == resource.RLIM_INFINITY else min(now, most)
            for now in resource.getrlimit(kind)
        )
        _set(kind, soft, hard)


def _set(kind: int, soft: int, hard: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (soft, hard))

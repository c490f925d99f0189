"""Which walls hold: each is tried from inside, with things that are harmless where none holds.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import contextlib
import ctypes
import errno
import os
import socket
import struct
import sys
from typing import Any, Dict, List, Tuple

_REFUSED = (errno.EPERM, errno.EACCES)
_LINUX = sys.platform.startswith("linux")


def held(walls: Dict[str, Any], probe: int) -> List[str]:
    """The words of all walls that hold in this process, which `probe` has forked or is itself."""
    if walls["parent"] in (os.getpid(), probe):
        # In a place of its own, where processes are counted anew: that number is ours.
        walls = dict(walls, parent=None)
    return [word for word in wanted(walls) if TRIALS[word](walls)]


def wanted(walls: Dict[str, Any]) -> List[str]:
    """The words of the walls that are to hold: all but what is allowed."""
    allowed = {"network": walls["network"], "programs": walls["programs"]}
    return [word for word in TRIALS if not allowed.get(word)]


def _reads(walls: Dict[str, Any]) -> bool:
    try:
        with open(walls["canary"], "rb"):
            return False
    except OSError:
        return True


def _writes(walls: Dict[str, Any]) -> bool:
    path = os.path.join(walls["outside"], "written-by-a-probe-%d" % os.getpid())
    try:
        with open(path, "xb"):
            pass
    except OSError:
        return True
    with contextlib.suppress(OSError):
        os.unlink(path)
    return False


def _network(walls: Dict[str, Any]) -> bool:
    address = ("127.0.0.1", walls["port"])
    elsewhere = False
    try:
        with contextlib.closing(socket.create_connection(address, timeout=2)):
            return False
    except OSError as error:
        # Nobody listens: this is another machine's loopback, as it were.
        elsewhere = error.errno not in _REFUSED
    return elsewhere or _no_datagrams(address)


def _no_datagrams(address: Tuple[str, int]) -> bool:
    try:
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as one:
            one.connect(address)
    except OSError as error:
        return error.errno in _REFUSED
    return False


def _programs(_walls: Dict[str, Any]) -> bool:
    # macOS looks for a program before it refuses one; without a fork none starts beside a model.
    return _no_fork() and (_no_exec() or not _LINUX)


def _no_exec() -> bool:
    try:
        os.execv("/there-is-no-such-program", ["none"])  # noqa: S606 - it is not there
    except OSError as error:
        return error.errno in _REFUSED
    return False


def _no_fork() -> bool:
    if not hasattr(os, "fork"):
        return False
    try:
        pid = os.fork()
    except OSError:
        return True
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return False


def _processes(walls: Dict[str, Any]) -> bool:
    parent = walls["parent"]
    if parent is None:
        return True
    # To signal 0 means something else on Windows.
    return os.name == "posix" and _no_signal(parent) and _no_memory(parent)


def _no_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def _no_memory(pid: int) -> bool:
    """Whether the memory of a process cannot be read; where nothing lies, a reader gets EFAULT."""
    library = ctypes.CDLL(None, use_errno=True)
    nowhere = struct.pack("@PN", 0, 1)
    buffer = ctypes.create_string_buffer(1)
    here = struct.pack("@PN", ctypes.addressof(buffer), 1)
    try:
        read = library.process_vm_readv
    except AttributeError:
        return True
    read.restype = ctypes.c_ssize_t
    long = ctypes.c_ulong
    if read(pid, here, long(1), nowhere, long(1), long(0)) >= 0:
        return False
    return ctypes.get_errno() in (*_REFUSED, errno.ESRCH, errno.ENOSYS)


TRIALS = {
    "reads": _reads,
    "writes": _writes,
    "network": _network,
    "programs": _programs,
    "processes": _processes,
}

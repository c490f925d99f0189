"""Landlock: which files a process may read and write, from now on and for all it starts.

Part of the probe (see `probe.py`): Python 3.7 syntax. Each kernel knows more of it than the one
before; what it knows is used. A process takes rights away from itself alone, which needs no
privilege, and a second set of rules can only take more away.
"""

import os
import stat
import struct
from typing import Iterable, List, Tuple

from .syscalls import MACHINE, call, no_new_privileges

READ_FILE, READ_DIR = 1 << 2, 1 << 3
EXECUTE, WRITE_FILE = 1 << 0, 1 << 1
REMOVE_DIR, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_DIR, MAKE_REG, MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

LIST = READ_DIR
READ = READ_FILE | READ_DIR
# No devices, pipes and sockets by name: whoever looks after a scratch finds files there.
WRITE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE
WRITE |= MAKE_DIR | MAKE_REG | MAKE_SYM | REFER
# All that means something for a file.
_OF_FILES = EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV
_TCP = 0b11  # bind and connect
_SCOPES = 0b11  # abstract sockets and signals stay among those who are behind the same wall

# Entries of /proc are made anew when memory is short, and a rule belongs to the one that it was
# made for: while a descriptor is open, it stays.
_kept: List[int] = []


def abi() -> int:
    """Which Landlock this kernel has; 0 for none."""
    if MACHINE is None:
        return 0
    try:
        return call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def restrict(rules: Iterable[Tuple[str, int]], network: bool) -> None:
    """Take all rights away but those in `rules`: (path, rights), a folder with all below it.

    A path that is not there needs no rule. `network` leaves TCP alone.
    """
    version = abi()
    known = _known(version)
    ruleset = _ruleset(version, known, network)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & known)
        no_new_privileges()
        call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _known(version: int) -> int:
    bits = {0: 0, 1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    return (1 << bits) - 1


def _ruleset(version: int, known: int, network: bool) -> int:
    handled = [known]
    if version >= 4:
        handled.append(0 if network else _TCP)
    if version >= 6:
        handled.append(_SCOPES)
    attributes = struct.pack("=%dQ" % len(handled), *handled)
    return call("landlock_create_ruleset", attributes, len(attributes), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        rights &= _OF_FILES
    try:
        if rights:
            rule = struct.pack("=Qi", rights, descriptor)
            call("landlock_add_rule", ruleset, 1, rule, 0)
    finally:
        if path.startswith("/proc/"):
            _kept.append(descriptor)
        else:
            os.close(descriptor)

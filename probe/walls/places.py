"""Which files a process behind the walls may read and write.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import os
import sys
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from .landlock import EXECUTE, LIST, READ, READ_FILE, TRUNCATE, WRITE, WRITE_FILE

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix/store", "/gnu/store")
_DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# What the C library, Python and TensorFlow look up, and nothing that keeps a secret.
# Not who the users of this machine are: a probe has its name in USER and its home in HOME.
_ETC = """
ld.so.cache ld.so.preload ld.so.conf ld.so.conf.d localtime timezone nsswitch.conf
hosts host.conf resolv.conf gai.conf services protocols networks mime.types
mailcap os-release lsb-release debian_version alternatives fonts locale.alias locale.conf magic
ssl/certs ssl/cert.pem ssl/openssl.cnf ca-certificates ca-certificates.conf pki/tls/certs
pki/tls/cert.pem pki/tls/openssl.cnf pki/ca-trust/extracted crypto-policies OpenCL/vendors
apache2/mime.types httpd/mime.types httpd/conf/mime.types apache/mime.types
"""
ETC = tuple("/etc/" + name for name in _ETC.split())
# `self` is another folder for each process: that of the one which makes the rule.
_PROC = "cpuinfo meminfo stat filesystems version uptime loadavg vmstat sys self thread-self"
PROC = tuple("/proc/" + name for name in _PROC.split())
SYS = ("/sys/devices/system", "/sys/bus/pci", "/sys/fs/cgroup", "/sys/kernel/mm")


# A path, and what may be done with it and below it.
Rule = Tuple[str, int]


def outer(walls: Dict[str, Any]) -> List[Rule]:
    """The rules of the process that imports TensorFlow and forks the checks of a probe."""
    rules = [(path, READ) for path in ("/etc", "/proc", "/sys")]
    return [*rules, *_common(walls, walls["readable"]), *_writable(walls, walls["writable"])]


def inner(
    walls: Dict[str, Any], readable: Sequence[str], listable: Sequence[str], scratch: str
) -> List[Rule]:
    """The rules of one check: its own files, and of the machine what any program looks at."""
    rules = [(path, READ) for path in (*ETC, *PROC, *SYS)]
    rules += [(path, LIST) for path in listable]
    return [*rules, *_common(walls, readable), *_writable(walls, [scratch])]


def _common(walls: Dict[str, Any], readable: Iterable[str]) -> List[Rule]:
    right = READ | EXECUTE if walls["programs"] else READ
    rules = [(path, right) for path in [*SYSTEM, *_python()]]
    rules += [(path, READ_FILE) for path in _DEVICES]
    rules.append(("/dev/null", READ_FILE | WRITE_FILE | TRUNCATE))
    rules += [(path, LIST) for path in walls.get("listable", ())]
    return rules + [(path, READ) for path in readable]


def _writable(walls: Dict[str, Any], folders: Iterable[str]) -> List[Rule]:
    right = WRITE | EXECUTE if walls["programs"] else WRITE
    return [(path, right) for path in folders]


def _python() -> List[str]:
    """The interpreter, its packages, the probe, and libraries that the cell brings."""
    probe = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, probe, *sys.path]
    places += os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    # An empty entry is the folder that we are in, and nobody means the whole machine.
    return [path for path in places if os.path.isabs(path) and os.path.realpath(path) != "/"]

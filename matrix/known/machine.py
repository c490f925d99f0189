"""What of this machine and of this tool decides what a cell answers."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.catalogue.pinned import PINNED
from matrix.catalogue.releases import host_platform
from matrix.catalogue.runtime import PROBE

try:
    import resource
except ImportError:
    # Windows has no such limits.
    resource = None  # type: ignore[assignment]

_MATRIX = Path(__file__).resolve().parents[1]
# What asks, holds back and believes a probe.
_MEASURING = (PROBE.parent, _MATRIX / "run", _MATRIX / "isolation", _MATRIX / "known")
# What makes the inputs of a model, from what its files say.
_FEEDING = (PROBE.parent, _MATRIX / "inputs", _MATRIX / "model", _MATRIX / "known")
# What a processor is called and can do, in the words of Linux on any of them.
_PROCESSOR = ("model name", "flags", "Features", "CPU implementer", "CPU part", "cpu", "isa")
# Limits of the caller that probes inherit: with less, libraries fail to load and recursion crashes.
_LIMITS = ("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_STACK")
# A larger file beside the Python of the caller is not read for a key.
_MOST_READ = 2**24


@functools.cache
def machine() -> dict[str, Any]:
    """The system, its C library and its processor, as JSON values."""
    return {
        "platform": host_platform(),
        "system": [platform.system(), platform.machine(), *platform.libc_ver()],
        "windows_or_mac": platform.release() if sys.platform in ("win32", "darwin") else "",
        "processor": _processor(),
        "libraries": os.environ.get("LD_LIBRARY_PATH", ""),
        "limits": _limits(),
        "pinned": dict(PINNED),
    }


@functools.cache
def measuring() -> str:
    """A digest of the sources that measure: another version may ask or believe otherwise."""
    return _digest_of(_MEASURING)


@functools.cache
def feeding() -> str:
    """A digest of the sources that make inputs."""
    return _digest_of(_FEEDING)


def digest_of_files(files: Sequence[Path]) -> str:
    """A digest of names and contents; of a file that cannot be read, that it cannot be.

    What is no file, such as a pipe, is not opened. Of a large one its size and time stand for it.
    """
    total = hashlib.sha256()
    for file in files:
        total.update(os.fsencode(file) + b"\0")
        try:
            found = file.stat()
            if stat.S_ISREG(found.st_mode) and found.st_size <= _MOST_READ:
                total.update(hashlib.sha256(file.read_bytes()).digest())
            else:
                total.update(f"\0{found.st_mode} {found.st_size} {found.st_mtime_ns}".encode())
        except OSError as error:
            total.update(f"\0{error.errno}".encode())
    return total.hexdigest()


def _digest_of(folders: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            # Not by where the tool is installed.
            total.update(f"{folder.name}/{file.relative_to(folder).as_posix()}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _limits() -> list[int]:
    if resource is None:
        return []
    kinds = [getattr(resource, name) for name in _LIMITS if hasattr(resource, name)]
    return [resource.getrlimit(kind)[0] for kind in kinds]


def _processor() -> list[str]:
    """What the first processor is; kernels are chosen by its features."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return [platform.processor()]
    return list(_of_the_first(lines)) or [platform.processor()]


def _of_the_first(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip():
            return
        name, _, value = line.partition(":")
        if name.strip() in _PROCESSOR:
            yield f"{name.strip()}: {' '.join(sorted(value.split()))}"

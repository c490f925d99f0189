"""The processes below a process, read cheaply: who runs a probe looks at them ten times a second.

psutil reads the state of every process of the machine for this. Linux has the children of each
thread in a file of its own, where it was built to have them.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from pathlib import Path


def children_of(process: int) -> list[int]:
    """The numbers of the processes right below one; none where it is gone."""
    if not _has_files():
        return _by_psutil(process, recursive=False)
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_bytes().split())
    return found


def below(process: int) -> list[int]:
    """The numbers of all processes below one, parents first."""
    if not _has_files():
        return _by_psutil(process, recursive=True)
    found = children_of(process)
    for each in found:
        # What ends meanwhile and is taken by another process may be met twice.
        found += [child for child in children_of(each) if child not in found]
    return found


@functools.cache
def _has_files() -> bool:
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").exists()


def _by_psutil(process: int, *, recursive: bool) -> list[int]:
    # Here, because it is imported each time nox starts.
    import psutil

    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(process).children(recursive=recursive)]
    return []

"""A command with what it takes: seconds, and the most memory of it and of all its processes."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EACH = 0.1
_MB = 2**20


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Wall and CPU seconds of a command with its children, and memory in MB (resident).

    `parent_mb` is the most of the process that was started, `tree_mb` the most of it and all its
    descendants together: memory that they share counts once for each.
    """

    wall: float
    cpu: float
    parent_mb: float
    tree_mb: float

    @property
    def shown(self) -> str:
        """All figures in a line."""
        return (
            f"{self.wall:.0f} s wall, {self.cpu:.0f} CPU s, parent {self.parent_mb:.0f} MB, "
            f"all processes {self.tree_mb:.0f} MB"
        )


@dataclass
class _Peak:
    parent: int = 0
    tree: int = 0


def measured(
    words: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    codes: Collection[int] = (0, 3),
) -> Measured:
    """Run a command to its end in a folder; what it prints goes to `output.txt` there.

    Raises:
        subprocess.CalledProcessError: it ended with a code that is not among `codes`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    foreign = ("NOX", "PYTHONDONTWRITEBYTECODE")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with (folder / "output.txt").open("ab") as output:
        started = subprocess.Popen(
            words,
            cwd=folder,
            env={**environment, "NOX_SCRIPT_MODE": "none", **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        peak, over = _Peak(), threading.Event()
        watch = threading.Thread(target=_watch, args=(started.pid, peak, over), daemon=True)
        watch.start()
        code = started.wait()
        over.set()
        watch.join()
    if code not in codes:
        raise subprocess.CalledProcessError(code, words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        wall=time.monotonic() - clock,
        cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        parent_mb=peak.parent / _MB,
        tree_mb=peak.tree / _MB,
    )


def _watch(pid: int, peak: _Peak, over: threading.Event) -> None:
    while not over.wait(_EACH):
        try:
            parent = psutil.Process(pid)
            own = parent.memory_info().rss
            others = sum(map(_resident, parent.children(recursive=True)))
        except psutil.Error:
            continue
        peak.parent, peak.tree = max(peak.parent, own), max(peak.tree, own + others)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0

"""How many cores and how much memory this process may use, including container limits."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

# What one cell takes while it imports TensorFlow and holds a small model.
_TYPICAL_MB = 1500


def cores() -> int:
    """The cores this process may run on, as far as its container lets it."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    quotas = [math.ceil(quota) for group in _groups(Path("/")) if (quota := group.cores())]
    return max(1, min([allowed, *quotas]))


def free_memory() -> int:
    """The bytes that may still be used."""
    limits = [free for group in _groups(Path("/")) if (free := group.free()) is not None]
    return max(0, min([int(psutil.virtual_memory().available), *limits]))


def default_jobs() -> int:
    """As many cells at a time as cores and memory allow, of a container where this is one."""
    memory = free_memory() // (_TYPICAL_MB * 2**20)
    return max(1, min(cores(), memory))


@dataclass(frozen=True, kw_only=True)
class Group:
    """The folder of a control group of Linux, of version 1 or 2; limits are `None` where unset."""

    folder: Path

    def cores(self) -> float | None:
        """The cores whose time it may take, as a number that need not be whole."""
        quota, period = (_words(self.folder / "cpu.max") or ["", ""])[:2]
        if not quota:
            quota = _word(self.folder / "cpu.cfs_quota_us")
            period = _word(self.folder / "cpu.cfs_period_us")
        found = _number(quota), _number(period)
        return found[0] / found[1] if found[0] and found[1] else None

    def free(self) -> int | None:
        """The bytes below its limit, with what the kernel only caches and would give back."""
        for limit, used, cache in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            most = _number(_word(self.folder / limit))
            if most is not None:
                now = _number(_word(self.folder / used)) or 0
                return most - max(0, now - self._statistic(cache))
        return None

    def _statistic(self, name: str) -> int:
        words = _words(self.folder / "memory.stat")
        statistics = dict(zip(words[::2], words[1::2], strict=False))
        return _number(statistics.get(name, "")) or 0


def _groups(root: Path) -> Iterator[Group]:
    """Every group that this process is in, up to the top: each may have a limit."""
    seen = set()
    for mount, top in _mounts(root):
        for path in _own_paths(root):
            # What is mounted may be a part only, and a container may see none of its own path.
            inside = Path(path).relative_to(top) if Path(path).is_relative_to(top) else Path()
            folder = mount / inside
            for place in (folder, *folder.parents):
                if place.is_relative_to(mount) and place not in seen and place.is_dir():
                    seen.add(place)
                    yield Group(folder=place)


def _mounts(root: Path) -> Iterator[tuple[Path, str]]:
    """Where control groups are mounted, and which part of their tree is to be seen there."""
    for line in _lines(root / "proc/self/mountinfo"):
        fields, _, kind = line.partition(" - ")
        words = fields.split()
        if kind.split()[:1] in (["cgroup2"], ["cgroup"]) and len(words) > 4:  # noqa: PLR2004
            yield root / words[4].lstrip("/"), words[3]


def _own_paths(root: Path) -> list[str]:
    lines = [line.split(":", 2) for line in _lines(root / "proc/self/cgroup")]
    return list(dict.fromkeys(found[2] for found in lines if len(found) == 3))  # noqa: PLR2004


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _word(path: Path) -> str:
    return next(iter(_words(path)), "")


def _number(text: str) -> int | None:
    """A limit; `max`, -1 and numbers as large as the address space mean that there is none."""
    number = int(text) if text.isdecimal() else 0
    return number if 0 < number < 2**60 else None

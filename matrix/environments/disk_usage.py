"""Disk space: what environments occupy, and whether the installer's cache shares files."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from matrix.environments import command
from matrix.environments.programs.uv_program import found, uv


def hardlinks_impossible(envdir: Path) -> str | None:
    """A sentence where uv's cache and the environments are on two filesystems, else `None`.

    Then every environment is a full copy: some 20 GB for all releases instead of one copy in all.
    """
    if not found():
        return None
    done = command.run([uv(), "cache", "dir"])
    cache = Path(done.stdout.strip())
    if done.returncode != 0 or _device(cache) == _device(envdir):
        return None
    return (
        f"Note: uv's cache {cache} and the environments in {envdir} are on different filesystems, "
        "so files are copied, not linked: about 1 GB per release. Set UV_CACHE_DIR or --envdir."
    )


def _device(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


def own_bytes(folder: Path) -> int:
    """What a folder occupies beyond files that are also linked from elsewhere, in bytes."""
    seen: Counter[tuple[int, int]] = Counter()
    own = 0
    for status in _walk(folder):
        seen[status.st_dev, status.st_ino] += 1
        # A file counts when the last of its links was found inside.
        if (
            not stat.S_ISREG(status.st_mode)
            or seen[status.st_dev, status.st_ino] == status.st_nlink
        ):
            own += _occupied(status)
    return own


def folder_bytes(folder: Path) -> int:
    """What the folders themselves occupy, without any file, in bytes."""
    return sum(_occupied(status) for status in _walk(folder) if stat.S_ISDIR(status.st_mode))


def all_bytes(folder: Path) -> int:
    """What a folder occupies, its linked files too, in bytes."""
    return sum(_occupied(status) for status in _walk(folder))


def _walk(folder: Path) -> Iterator[os.stat_result]:
    for place, _, files in os.walk(folder):
        yield os.lstat(place)
        yield from (os.lstat(Path(place, name)) for name in files)


def _occupied(status: os.stat_result) -> int:
    # Windows has no block count.
    return getattr(status, "st_blocks", 0) * 512 or status.st_size

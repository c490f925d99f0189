"""What lies in folders before and after a run."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Kind and rights, size, time of change of the content, owner, and where a link leads.
State = tuple[int, int, int, int, str]
Snapshot = Mapping[str, State]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A path that is not what it was."""

    path: Path
    how: str

    def __str__(self) -> str:
        return f"{self.how} {self.path}"


def snapshot(folders: Iterable[Path]) -> Snapshot:
    """Every path below some folders."""
    return {path: state for folder in folders for path, state in _below(str(folder))}


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """What appeared, changed or went; a folder in which something did is not named as well."""
    found = [Change(path=Path(path), how="made") for path in after.keys() - before.keys()]
    found += [Change(path=Path(path), how="removed") for path in before.keys() - after.keys()]
    found += [
        Change(path=Path(path), how="changed")
        for path in before.keys() & after.keys()
        if before[path] != after[path]
    ]
    return sorted(found, key=lambda change: str(change.path))


def _below(folder: str) -> Iterator[tuple[str, State]]:
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    state = entry.stat(follow_symlinks=False)
                    yield entry.path, _state(entry, state)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue


def _state(entry: os.DirEntry[str], state: os.stat_result) -> State:
    if stat.S_ISDIR(state.st_mode):
        # Its size and time follow from what is in it.
        return state.st_mode, 0, 0, state.st_uid, ""
    link = str(Path(entry.path).readlink()) if entry.is_symlink() else ""
    return state.st_mode, state.st_size, state.st_mtime_ns, state.st_uid, link


def room_taken(folders: Iterable[Path]) -> int:
    """How many bytes on disk the files below some folders take."""
    return sum(_room(str(folder)) for folder in folders)


def _room(folder: str) -> int:
    total, waiting = 0, [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return total

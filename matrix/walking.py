"""Goes through folders of any depth: those of Python 3.11 fail where there are a thousand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk(
    top: Path, onerror: Callable[[OSError], object] = lambda _: None
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder from `top` on, with the names of the folders and of all else in it, sorted.

    Folders that are taken out of the list of names are not entered, and links are not followed.
    """
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted((entry.name, _is_folder(entry)) for entry in found)
        except OSError as error:
            onerror(error)
            continue
        names = [name for name, is_folder in entries if is_folder]
        yield folder, names, [name for name, is_folder in entries if not is_folder]
        below = (folder / name for name in reversed(names))
        waiting += [path for path in below if not path.is_symlink()]


def all_below(folder: Path) -> Iterator[Path]:
    """Everything below a folder; nothing where it cannot be read."""
    for place, names, others in walk(folder):
        yield from (place / name for name in (*names, *others))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False

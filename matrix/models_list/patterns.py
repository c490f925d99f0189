"""What a pattern such as `hub/**/*.keras` matches; no link to a folder is followed for `**`."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.walking import walk

_ANY_FOLDERS = "**"


def matched_by(pattern: Path) -> Iterator[Path]:
    """The files and folders that an absolute pattern matches, hidden ones left out.

    A pattern that ends with `**` matches the folder itself. Links may lead to a folder above them,
    so that there are more paths than anybody can wait for: `**` does not go through them.
    """
    root = Path(pattern.anchor)
    return _matched(root, pattern.parts[1:])


def _matched(root: Path, parts: Sequence[str]) -> Iterator[Path]:
    if _ANY_FOLDERS not in parts:
        # `Path.glob` finds what is hidden.
        found = glob.iglob(str(Path(*parts)), root_dir=root)  # noqa: PTH207
        yield from (root / name for name in found)
        return
    place = parts.index(_ANY_FOLDERS)
    rest = parts[place + 1 :]
    for top in _matched(root, parts[:place]) if place else (root,):
        if not rest:
            yield top
            continue
        for folder in _folders(top):
            yield from _matched(folder, rest)


def _folders(top: Path) -> Iterator[Path]:
    """A folder and all below it."""
    for folder, names, _ in walk(top):
        names[:] = [name for name in names if not name.startswith(".")]
        yield folder

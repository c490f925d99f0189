"""Copies of folders of results that take no space where the disk can have a file twice."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

# A lock is held on the file itself, so that two folders must not share one.
_LOCK = ".lock"


def link_tree(source: Path, target: Path) -> None:
    """Have all files below a folder also below another one; what is there stays.

    Links, and all else that is no file, are left out: a model may have put them there. So is the
    folder if it is a link itself.

    Raises:
        OSError: it cannot be written.
    """
    if source.is_symlink():
        return
    for place, folders, files in os.walk(source, followlinks=False):
        here = target / Path(place).relative_to(source)
        here.mkdir(parents=True, exist_ok=True)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place, name)
            if name != _LOCK and stat.S_ISREG(path.lstat().st_mode):
                _link(path, here / name)


def _link(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except FileExistsError:
        pass
    except OSError:
        # Another disk, or one that knows no links.
        shutil.copy2(path, target)

"""The folder that a probe may write to, and what is taken out of it.

A model may have written whatever is there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:
    # Windows: what killed runs left stays there.
    fcntl = None  # type: ignore[assignment]

_PREFIX = "loadmatrix-probe-"
_NEW_SECONDS = 60
# More than any probe stores: twice what it may keep of large outputs.
_MOST_OUTPUTS = 128 * 2**20


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder, which is gone afterwards with whatever is in it."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    try:
        with _held(folder):
            yield folder
    finally:
        remove_tree(folder)


def remove_left_behind() -> None:
    """Remove the folders of probes whose runs were killed, so that no disk fills up with them."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            seen = folder.lstat()
            # One that was just made may not be held yet.
            is_old = time.time() - seen.st_ctime > _NEW_SECONDS
            if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and is_old:
                with contextlib.suppress(OSError), _held(folder):
                    remove_tree(folder)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, until this process ends at the latest.

    Raises:
        OSError: another process holds it.
    """
    if fcntl is None:
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(place)


def remove_tree(folder: Path) -> None:
    """Remove a folder however deep it is, and as far as that is possible."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        if _open_up(folder):
            shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        _flatten(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _open_up(folder: Path) -> bool:
    """Let us into the folders that are left, whatever their mode; whether there are any."""
    waiting = [folder] if folder.is_dir() and not folder.is_symlink() else []
    for upper in waiting:
        with contextlib.suppress(OSError):
            upper.chmod(0o700)
        waiting += _folders_in(upper)
    return bool(waiting)


def _flatten(folder: Path) -> None:
    """Move every folder up to the top, one level at a time: no path of it is too long then."""
    waiting = _folders_in(folder)
    while waiting:
        upper = waiting.pop()
        for lower in _folders_in(upper):
            moved = folder / uuid.uuid4().hex
            with contextlib.suppress(OSError):
                lower.rename(moved)
                waiting.append(moved)


def _folders_in(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return []


def take_outputs(source: Path, target: Path) -> bool:
    """Copy what a check stored, if it did: a regular file of a bounded size, and no link to one."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(source, flags)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        is_plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        content = _content(descriptor) if is_plain else None
    finally:
        os.close(descriptor)
    if content is None:
        return False
    target.write_bytes(content)
    return True


def _content(descriptor: int) -> bytes | None:
    """All bytes of a file, `None` where there are too many."""
    content = bytearray()
    while len(content) <= _MOST_OUTPUTS:
        if not (piece := os.read(descriptor, 2**20)):
            return bytes(content)
        content += piece
    return None

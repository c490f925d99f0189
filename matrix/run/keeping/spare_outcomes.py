"""Where an outcome goes that cannot be written into its results, such as on a full disk.

The place has the name of the results folder in a digest, so that the same command finds it again.
Only who owns it can write there: other users share the folder for temporary files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matrix.files import write_json


def spare_file(results: Path, cell: str) -> Path | None:
    """The outcome of a cell that was kept outside of its results, if there is one."""
    return next(
        (file for place in _places(results) if (file := place / f"{cell}.json").is_file()), None
    )


def keep(results: Path, cell: str, document: dict[str, Any]) -> Path | None:
    """Write an outcome to the first place that has room; `None` where none has."""
    for place in _places(results, make=True):
        with contextlib.suppress(OSError):
            write_json(place / f"{cell}.json", document, durable=True)
            return place / f"{cell}.json"
    return None


def kept_cells(results: Path) -> list[str]:
    """The cells whose outcomes were kept there."""
    files = (file for place in _places(results) for file in place.glob("*.json"))
    return sorted({file.name.removesuffix(".json") for file in files})


def forget(results: Path, cell: str | None = None) -> None:
    """Remove the outcome of a cell, or of all cells, from there."""
    for place in _places(results):
        if cell is None:
            shutil.rmtree(place, ignore_errors=True)
        else:
            (place / f"{cell}.json").unlink(missing_ok=True)


def _places(results: Path, *, make: bool = False) -> Iterator[Path]:
    digest = hashlib.sha256(os.fsencode(results.resolve())).hexdigest()[:16]
    for folder in _folders():
        place = folder / f"loadmatrix-outcomes-{digest}"
        if make:
            with contextlib.suppress(OSError):
                place.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(place):
            yield place


def _folders() -> Iterator[Path]:
    # It raises where no folder can be written, as on a full disk.
    with contextlib.suppress(OSError):
        yield Path(tempfile.gettempdir())
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)
    # Memory: the last place that may have room.
    yield Path("/dev/shm")  # noqa: S108 - a folder of our own in it, which others cannot write


def _is_ours(place: Path) -> bool:
    """Whether it is a folder that nobody else may write."""
    try:
        seen = place.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(seen.st_mode):
        return False
    return not hasattr(os, "getuid") or (seen.st_uid == os.getuid() and not seen.st_mode & 0o022)

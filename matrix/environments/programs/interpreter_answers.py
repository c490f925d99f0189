"""What interpreters have said of themselves, kept in the cache of the user.

Starting every Python of a machine costs a second, and its file tells whether it is still the one
that was asked. Only answers are kept: what did not answer is asked again the next time.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from matrix.files import write_json

# The libraries of an interpreter can change without its file.
_DAY = 24 * 3600
Ask = Callable[[Path], list[Any] | None]


def answers(paths: Iterable[Path], ask: Ask, kept: Path) -> list[tuple[Path, list[Any]]]:
    """What each interpreter answers, in their order; those that do not answer are left out.

    `ask` starts one, `kept` is the file of earlier answers. A damaged file is as good as none.
    """
    known = _read(kept)
    noted = {path: _noted(known.get(str(path)), path) for path in paths}
    unknown = [path for path, answer in noted.items() if answer is None]
    if unknown:
        with ThreadPoolExecutor(4) as pool:
            fresh = {
                path: got for path, got in zip(unknown, pool.map(ask, unknown), strict=True) if got
            }
        noted |= fresh
        _write(kept, known, fresh)
    return [(path, answer) for path, answer in noted.items() if answer is not None]


def _noted(entry: Any, path: Path) -> list[Any] | None:
    """What was answered, if it is of the same file and of the last day."""
    try:
        answer, identity, asked = entry["answer"], entry["identity"], float(entry["asked"])
        if identity == _identity(path) and 0 <= time.time() - asked < _DAY:
            return list(answer)
    except (OSError, KeyError, TypeError, ValueError):
        pass
    return None


def _identity(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]


def _read(kept: Path) -> dict[str, Any]:
    try:
        known = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(kept: Path, known: dict[str, Any], fresh: dict[Path, list[Any]]) -> None:
    now = time.time()
    for path, answer in fresh.items():
        with contextlib.suppress(OSError):
            known[str(path)] = {"answer": answer, "identity": _identity(path), "asked": now}
    with contextlib.suppress(OSError):
        write_json(kept, {path: entry for path, entry in known.items() if Path(path).exists()})

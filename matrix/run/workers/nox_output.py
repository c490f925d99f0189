"""What the nox below a run prints: kept in a file, and logged where somebody wants to see it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from matrix.log import logger

_LOG = logger(__name__)
# What is left to read when nox has ended is little; an orphan may keep the pipe open for long.
_REST_SECONDS = 2.0
_MOST_TAIL = 16 * 1024


@contextlib.contextmanager
def kept(output: IO[bytes], path: Path) -> Iterator[None]:
    """Append what comes out of a process to a file, line by line, until it has ended.

    Through a pipe, so that a disk that is full stops the file and never nox.
    """
    reader = threading.Thread(target=_copy, args=(output, path), daemon=True)
    reader.start()
    try:
        yield
    finally:
        reader.join(_REST_SECONDS)


def _copy(output: IO[bytes], path: Path) -> None:
    with output, contextlib.ExitStack() as stack:
        file: IO[bytes] | None = None
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("ab", buffering=0))
        for line in output:
            _LOG.debug("%s", line.decode(errors="backslashreplace").rstrip())
            with contextlib.suppress(OSError):
                if file:
                    file.write(line)


def last_lines(path: Path, most: int = 10) -> str:
    """The end of what was kept, as lines that are set in; empty where there is nothing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _MOST_TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    told = [line.rstrip() for line in lines if line.strip()]
    return "".join(f"\n    {line}" for line in told[-most:])

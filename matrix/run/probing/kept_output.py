"""Keeps what a probe says and prints: `events.jsonl` and logs, written by this process alone.

Where no wall keeps a model from writing, it may change these files, or put links, pipes or folders
in their place. Nothing is followed, and at the end of a probe they are again what was kept here.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

EVENTS = "events.jsonl"
LOG = "log.txt"
# Of a log the begin and the end are kept.
_HEAD = 2**18
_TAIL = 2**18


def log_name(number: int) -> str:
    """The log of a check that was forked, by its place in the request."""
    return f"log-{number}.txt"


class EventFile:
    """The events of a probe and its checks, one JSON object a line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / EVENTS
        self._kept: list[bytes] = []
        as_kept(self._path, b"")
        self._file = self._path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()
        as_kept(self._path, b"".join(self._kept))

    def write(self, event: Mapping[str, Any]) -> None:
        """Add an event, so that it outlives this process."""
        line = f"{json.dumps(event, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace")
        self._kept.append(line)
        self._file.write(line)
        self._file.flush()


@dataclass(kw_only=True)
class Log:
    """The output of one process; of one that is too long the middle is left out."""

    path: Path
    _head: bytearray = field(default_factory=bytearray)
    _tail: deque[bytes] = field(default_factory=deque)
    _waiting: int = 0
    _left_out: int = 0

    def __post_init__(self) -> None:
        as_kept(self.path, b"")

    def add(self, content: bytes) -> None:
        """Add what was printed."""
        room = max(0, _HEAD - len(self._head))
        first, rest = content[:room], content[room:]
        if first:
            self._head += first
            _append(self.path, first)
        if rest:
            self._tail.append(rest)
            self._waiting += len(rest)
        while self._waiting - len(self._tail[0] if self._tail else b"") > _TAIL:
            oldest = self._tail.popleft()
            self._waiting -= len(oldest)
            self._left_out += len(oldest)

    def close(self) -> None:
        """Write the end, behind how much was left out."""
        end = b"".join(self._tail)
        self._tail.clear()
        if self._left_out:
            end = b"\n... %d KB of output left out ...\n" % (self._left_out // 2**10) + end
        if end:
            _append(self.path, end)
        as_kept(self.path, bytes(self._head) + end)


# A link, a pipe that nobody reads, a folder, nothing: a model has put it there.
_NOT_OURS = (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENOENT)
_APPENDING = os.O_WRONLY | os.O_APPEND
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _APPENDING |= getattr(os, _name, 0)


def _append(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, _APPENDING)
    except OSError as error:
        if error.errno in _NOT_OURS:
            return
        raise
    try:
        # One with another name is not ours alone.
        while content and os.fstat(descriptor).st_nlink == 1:
            content = content[os.write(descriptor, content) :]
    finally:
        os.close(descriptor)


def as_kept(path: Path, content: bytes) -> None:
    """Have this content in a file of its own there, whatever was put in its place.

    Raises:
        OSError: it cannot be written.
    """
    with contextlib.suppress(OSError):
        found = path.lstat()
        own = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if own and found.st_size == len(content) and path.read_bytes() == content:
            return
        if stat.S_ISDIR(found.st_mode):
            shutil.rmtree(path, ignore_errors=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.write_bytes(content)
    partial.replace(path)


@dataclass(kw_only=True)
class Lines:
    """Whole lines of a stream that comes in pieces; one that is longer than `most` is dropped.

    `dropped` says that one was; `size` is what came in all.
    """

    most: int
    dropped: bool = False
    size: int = 0
    _begun: bytearray = field(default_factory=bytearray)
    _skipping: bool = False

    def of(self, content: bytes) -> list[bytes]:
        """The lines that end in this piece."""
        self.size += len(content)
        *whole, begun = content.split(b"\n")
        lines = []
        for part in whole:
            line = bytes(self._begun) + part
            self._begun.clear()
            if not self._skipping and len(line) <= self.most:
                lines.append(line)
            else:
                self.dropped = True
            self._skipping = False
        if len(self._begun) + len(begun) > self.most:
            self._skipping = self.dropped = True
            self._begun.clear()
        elif not self._skipping:
            self._begun += begun
        return [line for line in lines if line.strip()]

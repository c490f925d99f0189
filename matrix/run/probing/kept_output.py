"""Keeps what a probe says and prints: `events.jsonl` and logs, written by this process alone."""

from __future__ import annotations

import json
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
        self._file = (folder / EVENTS).open("w", encoding="utf-8", errors="backslashreplace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, event: Mapping[str, Any]) -> None:
        """Add an event, so that it outlives this process."""
        self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._file.flush()


@dataclass(kw_only=True)
class Log:
    """The output of one process; of one that is too long the middle is left out."""

    path: Path
    _head: int = 0
    _tail: deque[bytes] = field(default_factory=deque)
    _waiting: int = 0
    _left_out: int = 0

    def __post_init__(self) -> None:
        self.path.write_bytes(b"")

    def add(self, content: bytes) -> None:
        """Add what was printed."""
        first, rest = content[: _HEAD - self._head], content[max(0, _HEAD - self._head) :]
        if first:
            self._head += len(first)
            with self.path.open("ab") as file:
                file.write(first)
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
            with self.path.open("ab") as file:
                file.write(end)


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

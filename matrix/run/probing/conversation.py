"""Talks with one probe from its start to its end: sends checks, keeps what it says, limits it.

What the probe says of itself comes before any model is loaded, or from the process that forks and
loads none. What a check says comes on a stream of its own (`speaker.py`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from matrix.run.probe_output import sanitize
from matrix.run.probing.guard import Guard, too_much
from matrix.run.probing.kept_output import LOG, EventFile, Lines, Log, log_name
from matrix.run.probing.speaker import MOST_LINE, NOT_OURS, Speaker
from matrix.run.probing.streams import Inbox, LogPipe, Piece, SocketEnd, as_line

# More than any honest check says of itself: what says more is stopped.
_MOST_EVENTS = 256 * 2**20
# How long the end of a stream may take when its process is gone.
_REST_SECONDS = 2.0
_POLL_SECONDS = 0.1
_OF_A_CHECK = ("stage", "loaded", "ran", "failed")
_OF_A_PROBE = ("start", "walls", "import", "unsafe", "ready", "exit", "end")
_PROBE, _PROBE_LOG = "probe", "probe log"


class End(Protocol):
    """Our end of the connection with a probe."""

    def send(self, content: bytes, descriptors: tuple[int, ...] = ()) -> bool: ...
    def receive(self) -> tuple[bytes, int | None]: ...
    def close(self) -> None: ...


@dataclass(kw_only=True)
class Conversation:
    """What is said between us and one probe.

    `following` gives the line of the next check from the names of those that loaded, `None` at the
    end. `done` is called when a check has ended and nothing of it runs any more.
    """

    folder: Path
    connection: End
    guard: Guard
    events: EventFile
    request: Mapping[str, Any]
    following: Callable[[frozenset[str]], Mapping[str, Any] | None]
    done: Callable[[str], None]
    inbox: Inbox = field(default_factory=Inbox)
    _token: str = field(default_factory=lambda: secrets.token_hex(16))
    _lines: Lines = field(default_factory=lambda: Lines(most=MOST_LINE))
    _logs: dict[str, Log] = field(default_factory=dict)
    _check: Speaker | None = None
    _loaded: set[str] = field(default_factory=set)
    _begun: int = 0
    _is_ready: bool = False
    _over: set[str] = field(default_factory=set)

    @property
    def forking(self) -> bool:
        return bool(self.request["isolation"] == "fork")

    def hold(self, has_ended: Callable[[], bool], log: LogPipe) -> None:
        """Until the process has ended and its streams are read."""
        self._logs[_PROBE_LOG] = Log(path=self.folder / LOG)
        self.inbox.listen(_PROBE, self.connection.receive)
        self.inbox.listen(_PROBE_LOG, log.receive)
        self.guard.importing()
        self.connection.send(as_line({**self.request, "token": self._token}))
        if not self.forking:
            self._begin_alone()
        polled, ended_at = 0.0, None
        while ended_at is None or not self._is_read(ended_at):
            # Its streams end a moment before it does.
            if piece := self.inbox.next(0.01 if self._is_read() else _POLL_SECONDS):
                self._take(piece)
            now = time.monotonic()
            if ended_at is None and (self._is_read() or now - polled >= _POLL_SECONDS):
                polled = now
                ended_at = now if has_ended() else None
                if ended_at is None:
                    self.guard.poll()
            self._end_of_check()
            if self._is_ready and self._check is None:
                self._begin_next()
        if self._check:
            # The probe is gone: a check that it did not see the end of has ended with it.
            self._close(self._check)

    def _is_read(self, ended_at: float | None = None) -> bool:
        """Whether the streams of the probe have ended, or should have."""
        late = ended_at is not None and time.monotonic() - ended_at > _REST_SECONDS
        return late or {_PROBE, _PROBE_LOG} <= self._over

    def close(self, code: int | None) -> None:
        """The process has ended with a code, and nothing of it is left."""
        self.inbox.close()
        for log in self._logs.values():
            log.close()
        killed = self.guard.killed
        self.events.write(
            {"event": "exit", "code": code, "killed": killed.to_dict() if killed else None}
        )

    def _take(self, piece: Piece) -> None:
        if log := self._logs.get(piece.stream):
            log.add(piece.content)
        if not piece.content:
            self._over.add(piece.stream)
            if self._check:
                self._check.open_streams.discard(piece.stream)
        elif piece.stream == _PROBE:
            self.guard.probe = self.guard.probe or piece.pid
            for raw in self._lines.of(piece.content):
                self._hear(sanitize.parsed(raw))
            self._limit(self._lines)
        elif self._check and piece.stream == self._check.name:
            self._check.hear(piece)
            self._limit(self._check.lines)

    def _limit(self, lines: Lines) -> None:
        if lines.size > _MOST_EVENTS and not self.guard.killed:
            self.guard.stop(too_much(f"it wrote {lines.size // 2**20} MB to its results"))

    def _hear(self, line: dict[str, Any] | None) -> None:
        """A line on the stream of the probe."""
        if line is None or line.pop("token", None) != self._token:
            if self._check:
                self._check.doubt(NOT_OURS)
            return
        event = line.get("event")
        if event in _OF_A_CHECK and self._check and not self.forking:
            self._check.hear_line(line)
        elif event in _OF_A_PROBE:
            self._hear_probe(str(event), line)

    def _hear_probe(self, event: str, line: dict[str, Any]) -> None:
        check = self._check
        if event == "ready":
            self._is_ready = True
        elif event == "exit":
            if self.forking and check and line.get("check") == check.name:
                check.end, check.ended_at = line, time.monotonic()
        elif check and not self.forking and self._begun and event != "end":
            # The model runs in the same process: it shall not begin anew, with all its time.
            check.doubt(f"it says {event!r} after its import")
        else:
            self.events.write(line)
            if event == "import" and check and not self.forking:
                self._begun += 1
                self.guard.checking(forked=False)
                check.begin()

    def _begin_alone(self) -> None:
        document = self.following(frozenset())
        assert document is not None
        self._check = Speaker(
            name=document["check"],
            token=self._token,
            log=LOG,
            events=self.events,
            lines=self._lines,
        )
        self.connection.send(as_line(dict(document)))

    def _begin_next(self) -> None:
        self._is_ready = False
        document = self.following(frozenset(self._loaded))
        if document is None:
            self.guard.waiting()
            self.connection.send(as_line({}))
            return
        name, log = document["check"], log_name(self._begun)
        self._begun += 1
        own, output = SocketEnd(), LogPipe()
        self._check = Speaker(
            name=name,
            token=secrets.token_hex(16),
            log=log,
            events=self.events,
            socket=own,
            open_streams={name, log},
        )
        self._logs[log] = Log(path=self.folder / log)
        # First of all: what is sent may be answered at once.
        self._check.begin()
        self.guard.checking(forked=True)
        own.send(self._check.token.encode() + b"\n")
        self.connection.send(as_line(dict(document)), (own.theirs, output.theirs))
        for end in (own, output):
            end.handed_over()
        self.inbox.listen(name, own.receive)
        self.inbox.listen(log, output.receive)

    def _end_of_check(self) -> None:
        """The end of a forked check: when its streams are read, or do not end with it."""
        check = self._check
        if check is None or check.end is None:
            return
        if check.open_streams and time.monotonic() - check.ended_at <= _REST_SECONDS:
            return
        self._close(check)
        self._loaded |= {check.name} if check.loaded else set()
        self._check = None
        self.guard.waiting()

    def _close(self, check: Speaker) -> None:
        check.close(self.guard.killed)
        if log := self._logs.pop(check.log, None):
            log.close()
        self.done(check.name)

"""Talks with one probe from its start to its end: sends checks, keeps what it says, limits it.

What the probe says of itself comes before any model is loaded, or from the process that forks and
loads none. What a check says comes on a stream of its own; a line without the token of that stream,
or from another process than the one that began it, is no word of the probe.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.order import Order
from matrix.run.probing.guard import Guard, wrote_too_much
from matrix.run.probing.kept_output import LOG, EventFile, Lines, Log, log_name
from matrix.run.probing.streams import Inbox, LogPipe, Piece, SocketEnd, as_line

MOST_LINE = 8 * 2**20
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
class Speaker:
    """One check: its stream, where that is its own, and what was seen of it."""

    name: str
    token: str
    log: str
    order: Order
    lines: Lines = field(default_factory=lambda: Lines(most=MOST_LINE))
    socket: SocketEnd | None = None
    pid: int | None = None
    began: float = field(default_factory=time.monotonic)
    loaded: bool = False
    contradiction: str = ""
    open_streams: set[str] = field(default_factory=set)
    ended_at: float | None = None
    end: Mapping[str, Any] | None = None


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
            self._end_of_check(now)
            if self._is_ready and self._check is None:
                self._begin_next()
        self._abandon()

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
            self._hear_check(self._check, piece)

    def _limit(self, lines: Lines) -> None:
        if lines.size > _MOST_EVENTS and not self.guard.killed:
            self.guard.stop(wrote_too_much(lines.size, "its results"))

    def _hear(self, line: dict[str, Any] | None) -> None:
        """A line on the stream of the probe."""
        if line is None or line.pop("token", None) != self._token:
            self._doubt("its stream has a line that is not from the probe")
            return
        event = line.get("event")
        if event in _OF_A_CHECK and self._check and not self.forking:
            self._hear_line(self._check, line)
        elif event in _OF_A_PROBE:
            self._hear_probe(str(event), line)

    def _hear_probe(self, event: str, line: dict[str, Any]) -> None:
        if event == "ready":
            self._is_ready = True
        elif event == "exit":
            if self.forking and self._check and line.get("check") == self._check.name:
                self._check.end, self._check.ended_at = line, time.monotonic()
        else:
            self.events.write(line)
            if event == "import" and not self.forking:
                self.guard.checking(forked=False)
                if self._check:
                    self._check.began = time.monotonic()
                    self._note_begin(self._check)

    def _begin_alone(self) -> None:
        document = self.following(frozenset())
        assert document is not None
        name = document["check"]
        self._check = Speaker(name=name, token=self._token, log=LOG, order=Order(name=name))
        self.connection.send(as_line(dict(document)))

    def _begin_next(self) -> None:
        self._is_ready = False
        document = self.following(frozenset(self._loaded))
        if document is None:
            self.guard.waiting()
            self.connection.send(as_line({}))
            return
        name, log = document["check"], log_name(self._begun)
        check = Speaker(
            name=name,
            token=secrets.token_hex(16),
            log=log,
            order=Order(name=name),
            socket=SocketEnd(),
            open_streams={name, log},
        )
        self._begun += 1
        self._check = check
        self._logs[log] = Log(path=self.folder / log)
        self._note_begin(check)
        output = LogPipe()
        assert check.socket is not None
        check.socket.send(check.token.encode() + b"\n")
        # First of all: what is sent may be answered at once.
        self.guard.checking(forked=True)
        self.connection.send(as_line(dict(document)), (check.socket.theirs, output.theirs))
        check.socket.handed_over()
        output.handed_over()
        self.inbox.listen(name, check.socket.receive)
        self.inbox.listen(log, output.receive)

    def _note_begin(self, check: Speaker) -> None:
        self.events.write({"event": "check", "check": check.name, "log": check.log})

    def _hear_check(self, check: Speaker, piece: Piece) -> None:
        check.pid = check.pid or piece.pid
        if piece.pid != check.pid:
            self._doubt(f"process {piece.pid} wrote into the stream of process {check.pid}")
        for raw in check.lines.of(piece.content):
            line = sanitize.parsed(raw)
            if line is None or line.pop("token", None) != check.token:
                self._doubt("its stream has a line that is not from the probe")
            else:
                self._hear_line(check, line)
        self._limit(check.lines)

    def _hear_line(self, check: Speaker, line: dict[str, Any]) -> None:
        if check.contradiction or line.get("event") not in _OF_A_CHECK:
            return
        if wrong := check.order.contradiction(line, time.monotonic() - check.began):
            self._doubt(wrong)
            return
        check.loaded = check.loaded or line["event"] == "loaded"
        self.events.write(line)

    def _doubt(self, why: str) -> None:
        """What the check that runs has written cannot be: nothing of it counts."""
        if (check := self._check) and not check.contradiction:
            check.contradiction = why
            self.events.write({"event": "contradiction", "check": check.name, "evidence": why})

    def _end_of_check(self, now: float) -> None:
        """The end of a forked check: when its streams are read, or do not end with it."""
        check = self._check
        if check is None or check.end is None or check.ended_at is None:
            return
        if check.open_streams and now - check.ended_at <= _REST_SECONDS:
            return
        self._note_end(check, check.end)
        if check.loaded and check.end.get("code") == 0 and not check.contradiction:
            self._loaded.add(check.name)
        self._check = None
        self.guard.waiting()

    def _note_end(self, check: Speaker, end: Mapping[str, Any]) -> None:
        if check.lines.dropped:
            self.events.write({"event": "too-long", "check": check.name})
        killed = self.guard.killed
        ending = {"code": end.get("code"), "signal": end.get("signal")}
        self.events.write(
            {
                "event": "exit",
                "check": check.name,
                **ending,
                "killed": killed.to_dict() if killed else None,
            }
        )
        if log := self._logs.pop(check.log, None):
            log.close()
        if check.socket:
            check.socket.close()
        self.done(check.name)

    def _abandon(self) -> None:
        """The probe is gone: a check that it did not see the end of has ended with it."""
        if (check := self._check) is None:
            return
        if check.lines.dropped or (not self.forking and self._lines.dropped):
            self.events.write({"event": "too-long", "check": check.name})
        if check.socket:
            check.socket.close()
        self.done(check.name)

"""One check that speaks to us: which of its lines are believed, and what is kept of them.

A line without the token of its stream, from another process than the one that began it, or that
cannot be true where it stands, is no word of the probe: then nothing on that stream counts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.order import Order
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probing.kept_output import EventFile, Lines
from matrix.run.probing.streams import Piece, SocketEnd

MOST_LINE = 8 * 2**20
NOT_OURS = "its stream has a line that is not from the probe"


@dataclass(kw_only=True)
class Speaker:
    """One check. `socket` is our end of its stream, `None` where it has that of its probe.

    `log` is the file with its output, `pid` the process that wrote first, `open_streams` what has
    not ended yet, `end` the line that says how its process ended.
    """

    name: str
    token: str
    log: str
    events: EventFile
    socket: SocketEnd | None = None
    lines: Lines = field(default_factory=lambda: Lines(most=MOST_LINE))
    open_streams: set[str] = field(default_factory=set)
    pid: int | None = None
    contradiction: str = ""
    end: Mapping[str, Any] | None = None
    ended_at: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _order: Order = field(init=False)
    _loaded: bool = False

    def __post_init__(self) -> None:
        self._order = Order(name=self.name)

    @property
    def loaded(self) -> bool:
        """Whether it came to its end with the model loaded, as far as it is believed."""
        ended_well = self.end is not None and self.end.get("code") == 0
        return self._loaded and ended_well and not self.contradiction

    def begin(self) -> None:
        """The check begins now."""
        self._began = time.monotonic()
        self.events.write({"event": "check", "check": self.name, "log": self.log})

    def hear(self, piece: Piece) -> None:
        """What came on its own stream."""
        self.pid = self.pid or piece.pid
        if piece.pid != self.pid:
            self.doubt(f"process {piece.pid} wrote into the stream of process {self.pid}")
        for raw in self.lines.of(piece.content):
            line = sanitize.parsed(raw)
            if line is None or line.pop("token", None) != self.token:
                self.doubt(NOT_OURS)
            else:
                self.hear_line(line)

    def hear_line(self, line: Mapping[str, Any]) -> None:
        """One line that has the token."""
        if self.contradiction:
            return
        if wrong := self._order.contradiction(line, time.monotonic() - self._began):
            self.doubt(wrong)
            return
        self._loaded = self._loaded or line["event"] == "loaded"
        self.events.write(line)

    def doubt(self, why: str) -> None:
        """What it said cannot be: nothing of it counts."""
        if not self.contradiction:
            self.contradiction = why
            self.events.write({"event": "contradiction", "check": self.name, "evidence": why})

    def close(self, killed: ProcessExit | None = None) -> None:
        """Nothing of it runs any more; without an `end` its probe is gone as well."""
        if self.lines.dropped:
            self.events.write({"event": "too-long", "check": self.name})
        if self.end is not None:
            code, number = self.end.get("code"), self.end.get("signal")
            why = killed.to_dict() if killed else None
            ended = {"event": "exit", "check": self.name, "code": code, "signal": number}
            self.events.write({**ended, "killed": why})
        if self.socket:
            self.socket.close()

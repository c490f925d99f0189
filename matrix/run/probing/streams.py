"""The streams between this tool and a probe: made here, each for one process and nobody else.

On POSIX they are sockets, which cannot be opened by their path below `/proc`. On Linux the kernel
says with each piece which process wrote it.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from matrix.run.processes import Process

_CHUNK = 2**16
# Pieces that wait to be taken: what writes faster than we read has to wait.
_MOST_WAITING = 64
# What a probe that takes no more requests is given to take one.
_SEND_SECONDS = 30
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What came from a stream at once; no `content` is its end. `pid` wrote it, where known."""

    stream: str
    content: bytes
    pid: int | None = None


Receive = Callable[[], tuple[bytes, int | None]]


class Inbox:
    """What comes from all streams of a probe, in the order in which it comes.

    A thread for each stream, because Windows cannot wait for several pipes at a time.
    """

    def __init__(self) -> None:
        self._pieces: queue.Queue[Piece] = queue.Queue(_MOST_WAITING)
        self._closed = threading.Event()

    def listen(self, stream: str, receive: Receive) -> None:
        """Take what `receive` gives until its end, under the name of a stream."""
        threading.Thread(target=self._taken, args=(stream, receive), daemon=True).start()

    def next(self, seconds: float) -> Piece | None:
        """The next piece; `None` where none comes for so long."""
        try:
            return self._pieces.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        """Take no more, so that no thread waits for a reader."""
        self._closed.set()

    def _taken(self, stream: str, receive: Receive) -> None:
        content = b"-"
        while content and not self._closed.is_set():
            content, pid = b"", None
            with contextlib.suppress(OSError):
                content, pid = receive()
            piece = Piece(stream=stream, content=content, pid=pid)
            while not self._closed.is_set():
                with contextlib.suppress(queue.Full):
                    self._pieces.put(piece, timeout=1)
                    break


class SocketEnd:
    """Our end of a pair of sockets; `theirs` is the descriptor of the other one."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        # Whoever does not take what we send must not hold us up for ever.
        wait = struct.pack("ll", _SEND_SECONDS, 0)
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        if sys.platform == "linux":
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    @property
    def theirs(self) -> int:
        return self._theirs.fileno()

    def handed_over(self) -> None:
        """The other end has its new owner."""
        self._theirs.close()

    def send(self, content: bytes, descriptors: Iterable[int] = ()) -> bool:
        """Send it, with copies of some descriptors; `False` where nobody takes it."""
        numbers = array.array("i", descriptors)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)] if numbers else []
        try:
            sent = self._ours.sendmsg([content], rights)
            self._ours.sendall(content[sent:])
        except OSError:
            return False
        return True

    def receive(self) -> tuple[bytes, int | None]:
        if sys.platform != "linux":
            return self._ours.recv(_CHUNK), None
        content, ancillary, _, _ = self._ours.recvmsg(_CHUNK, socket.CMSG_SPACE(_CREDENTIALS.size))
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                return content, int(_CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0])
        return content, None

    def close(self) -> None:
        for end in (self._ours, self._theirs):
            with contextlib.suppress(OSError):
                # Wakes the thread that reads from it.
                end.shutdown(socket.SHUT_RDWR)
        self._ours.close()
        self._theirs.close()


class PipeEnd:
    """Our end of the two pipes to a process, where there are no pairs of sockets to hand over."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def handed_over(self) -> None:
        """Nothing is to be done: the pipes are the process's own."""

    def send(self, content: bytes, _descriptors: Iterable[int] = ()) -> bool:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(content)
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def receive(self) -> tuple[bytes, int | None]:
        assert self._process.stdout is not None
        return os.read(self._process.stdout.fileno(), _CHUNK), None

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


class LogPipe:
    """A pipe for the output of a process."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.pipe()

    def handed_over(self) -> None:
        """The other end has its new owner."""
        os.close(self.theirs)

    def receive(self) -> tuple[bytes, int | None]:
        content = os.read(self._ours, _CHUNK)
        if not content:
            os.close(self._ours)
        return content, None


def as_line(document: dict[str, Any]) -> bytes:
    """A document as one line of JSON."""
    return json.dumps(document).encode("utf-8", "backslashreplace") + b"\n"

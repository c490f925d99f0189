"""What hears of a hostile model: listeners of every family, and who opens a secret."""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

_OPENED_OR_READ = 0x20 | 0x01  # IN_OPEN, IN_ACCESS
_EVENT = struct.Struct("iIII")


class Listeners:
    """TCP, UDP and local sockets of this process; `heard` says which were spoken to."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[str] = []
        self.path = str(folder / "listener")
        self._selector = selectors.DefaultSelector()
        tcp = _server(folder / "port")
        self.port: int = tcp.getsockname()[1]
        self.abstract = f"hostile-{self.port}"
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        self._add("TCP", tcp)
        self._add("UDP", udp)
        for word, place in (("local", self.path), ("abstract", f"\0{self.abstract}")):
            Path(place).unlink(missing_ok=True) if word == "local" else None
            local = socket.socket(socket.AF_UNIX)
            local.bind(place)
            local.listen()
            self._add(word, local)
        Path(self.path).chmod(0o777)
        threading.Thread(target=self._listen, daemon=True).start()

    def _add(self, word: str, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, word)

    def _listen(self) -> None:
        while True:
            for key, _ in self._selector.select():
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                with contextlib.suppress(OSError):
                    self._hear(key.data, listener)

    def _hear(self, word: str, listener: socket.socket) -> None:
        if word == "UDP":
            listener.recv(1 << 16)
        else:
            # What came is no matter, and nobody waits for an answer.
            listener.accept()[0].close()
        self.heard.append(word)

    def taken(self) -> list[str]:
        """What was heard since the last time this was asked."""
        heard, self.heard = self.heard, []
        return heard


def _server(noted: Path) -> socket.socket:
    """On the port of the last time where it is free: the models know it."""
    try:
        return socket.create_server(("127.0.0.1", int(noted.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        server = socket.create_server(("127.0.0.1", 0))
        noted.write_text(str(server.getsockname()[1]), encoding="utf-8")
        return server


@contextlib.contextmanager
def watched(folders: Sequence[Path]) -> Iterator[set[str]]:
    """The names in some folders that any process opens or reads meanwhile.

    By inotify: an open that a wall refuses is none, and who is in a mount namespace of its own is
    seen as well. The set is filled when the block ends.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    seen = set[str]()
    try:
        for folder in folders:
            libc.inotify_add_watch(descriptor, os.fsencode(folder), _OPENED_OR_READ)
        yield seen
        with contextlib.suppress(BlockingIOError):
            while content := os.read(descriptor, 1 << 16):
                seen.update(_names(content))
    finally:
        os.close(descriptor)


def _names(content: bytes) -> Iterator[str]:
    place = 0
    while place < len(content):
        _, _, _, length = _EVENT.unpack_from(content, place)
        place += _EVENT.size
        name = content[place : place + length].rstrip(b"\0")
        yield os.fsdecode(name) or "(the folder)"
        place += length

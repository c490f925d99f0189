"""Bytes with random access, and a cache of what was parsed from them."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

HEAD = 512
CHUNK = 2**20

_T = TypeVar("_T")


class _Result:
    """What was made for a key, or the error; other callers wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done = False
        self._value: Any = None
        self._error: Exception | None = None

    def made(self, make: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._done:
                try:
                    self._value = make()
                except Exception as error:  # noqa: BLE001 - raised here, and at every further call
                    self._error = error
                self._done = True
        if self._error is not None:
            raise self._error
        return self._value


class Readable:
    """Bytes that are read at any place; several threads may read at once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._results: dict[Hashable, _Result] = {}
        self._lock = threading.Lock()
        self._resources: list[Any] = []

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` on, fewer where the file ends."""
        raise NotImplementedError

    @property
    def head(self) -> bytes:
        """The first 512 bytes."""
        return self.once("head", lambda: self.read_at(0, HEAD))

    def tail(self, size: int) -> bytes:
        """The last bytes."""
        return self.read_at(max(0, self.size - size), size)

    def content(self) -> bytes:
        """All bytes. They are not kept, so that large files do not fill the memory."""
        return self.read_at(0, self.size)

    def chunks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes in pieces of one megabyte."""
        end = self.size if size is None else start + size
        while start < end and (chunk := self.read_at(start, min(CHUNK, end - start))):
            yield chunk
            start += len(chunk)

    def view(self) -> BinaryIO:
        """The bytes as a file with a position of its own; closing it closes nothing else."""
        return io.BufferedReader(_View(self), buffer_size=2**13)

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` gives, made at the first call only; so is the error that it raises."""
        with self._lock:
            result = self._results.setdefault(key, _Result())
        value: _T = result.made(make)
        return value

    def keep(self, resource: _T) -> _T:
        """Close something that was made from these bytes together with them."""
        self._resources.append(resource)
        return resource

    def sha256(self) -> str:
        """The SHA-256 of all bytes."""

        def computed() -> str:
            total = hashlib.sha256()
            for chunk in self.chunks():
                total.update(chunk)
            return total.hexdigest()

        return self.once("sha256", computed)

    def close(self) -> None:
        """Forget what was parsed, and close what was made from it."""
        for resource in reversed(self._resources):
            with suppress(Exception):
                resource.close()
        self._resources.clear()
        self._results.clear()


class InMemory(Readable):
    """Bytes that are in memory, such as an unpacked member of an archive."""

    def __init__(self, content: bytes) -> None:
        super().__init__(len(content))
        self._content = content

    def read_at(self, offset: int, size: int) -> bytes:
        return self._content[offset : offset + size]


class Part(Readable):
    """A part of a file, such as a member that an archive stores uncompressed."""

    def __init__(self, whole: Readable, start: int, size: int) -> None:
        super().__init__(size)
        self._whole, self._start = whole, start

    def read_at(self, offset: int, size: int) -> bytes:
        return self._whole.read_at(self._start + offset, max(0, min(size, self.size - offset)))


class Stream(Readable):
    """Bytes behind a file object that can seek, such as a compressed member of an archive."""

    def __init__(self, file: BinaryIO | Any, size: int) -> None:
        super().__init__(size)
        self._file, self._reading = file, threading.Lock()

    def read_at(self, offset: int, size: int) -> bytes:
        with self._reading:
            self._file.seek(offset)
            content: bytes = self._file.read(size)
        return content


class _View(io.RawIOBase):
    def __init__(self, bytes_: Readable) -> None:
        self._bytes, self._place = bytes_, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._bytes.size}[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, "a place before the start of the file")
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        content = self._bytes.read_at(self._place, len(buffer))
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

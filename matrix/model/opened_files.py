"""The files of a model: each is opened once, and what was read or parsed is shared.

Facts, checksums, risks and input rules all come from the same `OpenedFile`.
"""

from __future__ import annotations

import mmap
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from matrix.model.codecs.readable import Readable

# A small file is read whole and its handle closed at once: a folder may have thousands of them.
_SMALL = 2**16
_MOST_KEPT = 2**26
_MOST_HANDLES = 128


class OpenedFile(Readable):
    """A regular file on the disk."""

    def __init__(self, path: Path, owner: OpenedFiles) -> None:
        """Open the file.

        Raises:
            OSError: it cannot be opened, or is no regular file (a pipe may never end).
        """
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"{path} is not a regular file")
        self.path = path
        self._owner = owner
        self._whole: bytes | None = None
        with owner.handle_of(self) as handle:
            super().__init__(os.fstat(handle.fileno()).st_size)
        if self.size <= _SMALL and owner.may_keep(self.size):
            self._whole = self.read_at(0, self.size)
            owner.close_handle(self)

    def read_at(self, offset: int, size: int) -> bytes:
        if self._whole is not None:
            return self._whole[offset : offset + size]
        parts: list[bytes] = []
        with self._owner.handle_of(self) as handle:
            while size > 0 and (part := _read_at(handle, offset, size)):
                parts.append(part)
                offset, size = offset + len(part), size - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def mapped(self) -> bytes | mmap.mmap:
        """The bytes to be read at any place without being copied first."""
        if self._whole is not None or not self.size:
            return self._whole or b""

        def made() -> mmap.mmap:
            with self._owner.handle_of(self) as handle:
                return self.keep(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))

        return self.once("mapped", made)


class OpenedFiles:
    """The files of one model: each is opened when it is first asked for, all are closed together.

    Of more than 128 large files, the one that was not used for longest is closed, and opened again
    where more of it is wanted.
    """

    def __init__(self) -> None:
        self._files: dict[Path, OpenedFile] = {}
        # In the order of their last use, each with the number of those who read from it now.
        self._handles: OrderedDict[OpenedFile, tuple[BinaryIO, int]] = OrderedDict()
        self._kept = 0
        self._lock = threading.Lock()
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def at(self, path: Path) -> OpenedFile:
        """The file at a path.

        Raises:
            OSError: it cannot be opened, or is no regular file.
        """
        with self._opening:
            if path not in self._files:
                self._files[path] = OpenedFile(path, self)
            return self._files[path]

    def close(self) -> None:
        """Close all files, and forget what was parsed."""
        for file in self._files.values():
            file.close()
            self.close_handle(file)
        self._files.clear()

    def may_keep(self, size: int) -> bool:
        """Whether so many more bytes may stay in memory; they count from now on."""
        self._kept += size
        return self._kept <= _MOST_KEPT

    @contextmanager
    def handle_of(self, file: OpenedFile) -> Iterator[BinaryIO]:
        """The handle of a file, which stays open at least until it was used."""
        with self._lock:
            handle, users = self._handles.pop(file, (None, 0))
            handle = handle or file.path.open("rb", buffering=0)
            self._handles[file] = (handle, users + 1)
            self._close_idle()
        try:
            yield handle
        finally:
            with self._lock:
                handle, users = self._handles[file]
                self._handles[file] = (handle, users - 1)

    def close_handle(self, file: OpenedFile) -> None:
        """Close the handle of a file that nobody reads from."""
        handle, _ = self._handles.pop(file, (None, 0))
        if handle is not None:
            handle.close()

    def _close_idle(self) -> None:
        surplus = len(self._handles) - _MOST_HANDLES
        if surplus > 0:
            idle = [file for file, (_, users) in self._handles.items() if not users]
            for file in idle[:surplus]:
                self.close_handle(file)


def _read_at(handle: BinaryIO, offset: int, size: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(handle.fileno(), size, offset)
    with _SEEKING:
        handle.seek(offset)
        return handle.read(size)


# Windows has no way to read at a place without moving the position of the handle.
_SEEKING = threading.Lock()

"""A member of a zip file as a file of its own, without unpacking what is not compressed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LOCAL_HEADER = 30


@contextmanager
def member(
    path: Path, archive: zipfile.ZipFile, name: str, most: int
) -> Iterator[BinaryIO | io.RawIOBase | None]:
    """The member, to be read at any place; `None` where it is missing, or compressed and too large.

    Raises:
        zipfile.BadZipFile: the archive is damaged.
    """
    if name not in archive.namelist():
        yield None
        return
    info = archive.getinfo(name)
    if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
        with path.open("rb") as file:
            yield _Window(file, _start(file, info), info.file_size)
        return
    with archive.open(info) as compressed:
        content = compressed.read(most + 1)
    yield io.BytesIO(content) if len(content) <= most else None


def _start(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("a member is not at the recorded place")
    name, extra = (int.from_bytes(header[place : place + 2], "little") for place in (26, 28))
    return info.header_offset + _LOCAL_HEADER + name + extra


class _Window(io.RawIOBase):
    """A part of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self.file, self.start, self.size, self.place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.file.seek(self.start + self.place)
        content = self.file.read(max(0, min(len(buffer), self.size - self.place)))
        buffer[: len(content)] = content
        self.place += len(content)
        return len(content)

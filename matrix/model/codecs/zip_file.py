"""Zip files, each opened once, and their members as bytes with random access."""

from __future__ import annotations

import zipfile

from matrix.model.codecs.readable import InMemory, Part, Readable

_LOCAL_HEADER = 30
# Weights that are compressed are unpacked into memory up to here.
MOST_IN_MEMORY = 2**28


def zip_in(file: Readable) -> zipfile.ZipFile:
    """The zip file of these bytes; it is closed together with them.

    Raises:
        zipfile.BadZipFile: it is damaged. The module may raise others as well, such as ValueError
            and NotImplementedError.
    """
    return file.once("zip", lambda: file.keep(parse_zip(file)))


def parse_zip(file: Readable) -> zipfile.ZipFile:
    """The same, opened at every call."""
    return zipfile.ZipFile(file.view())


def is_encrypted(info: zipfile.ZipInfo) -> bool:
    """Whether a member needs a password."""
    return bool(info.flag_bits & 1)


def names_in(file: Readable) -> list[str]:
    """The names in a zip file; none where it is damaged."""
    try:
        return zip_in(file).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def member(file: Readable, name: str, most: int, *, in_place: bool = False) -> Readable | None:
    """A member of a zip file, held against its checksum.

    With `in_place` one that is not compressed is read where it lies, without the checksum. `None`
    where it is missing, or larger than `most` bytes and not read in place.

    Raises:
        zipfile.BadZipFile: the archive is damaged; others as the module raises them.
    """
    make = _in_place if in_place else _unpacked
    return file.once(("member", name), lambda: make(file, name, most))


def _in_place(file: Readable, name: str, most: int) -> Readable | None:
    archive = zip_in(file)
    if name in archive.namelist():
        info = archive.getinfo(name)
        if info.compress_type == zipfile.ZIP_STORED and not is_encrypted(info):
            return file.keep(Part(file, _start(file, info), info.file_size))
    return _unpacked(file, name, most)


def _unpacked(file: Readable, name: str, most: int) -> Readable | None:
    archive = zip_in(file)
    # What is declared is the most that can be read.
    if name not in archive.namelist() or archive.getinfo(name).file_size > most:
        return None
    with archive.open(name) as stored:
        content = stored.read(most + 1)
    return file.keep(InMemory(content)) if len(content) <= most else None


def _start(file: Readable, info: zipfile.ZipInfo) -> int:
    header = file.read_at(info.header_offset, _LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("a member is not at the recorded place")
    name, extra = (int.from_bytes(header[place : place + 2], "little") for place in (26, 28))
    return info.header_offset + _LOCAL_HEADER + name + extra

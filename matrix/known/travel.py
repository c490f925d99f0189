"""Known answers travel: written into one file here, read on another machine.

The file is a gzip stream of a mark, of entries one after the other (a line with the key and the
number of bytes, then the entry as it lies in the cache, checksum included), and of a line that
counts them. Nothing in it is a path, a link or a program, and nothing of it is executed. What is
damaged, of another kind or too large is left out; what is there already stays.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from matrix.entries import Entries, Entry
from matrix.errors import LoadmatrixError, UsageError
from matrix.known.answers import answer_from
from matrix.known.fed import is_inputs

_MARK = b"loadmatrix known answers 1\n"
_LINE = re.compile(rb"([0-9a-f]{16,64}) (\d{1,12})\n")
_END = re.compile(rb"end (\d{1,12})\n")
_MOST_LINE = 100
_LEVEL = 6


@dataclass(frozen=True, kw_only=True)
class Exported:
    """How many entries were written, and the bytes of the file."""

    entries: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many entries are new here, were here already, and were damaged or of another kind.

    `torn` says why the end of the file could not be read, empty where it was whole.
    """

    new: int = 0
    kept: int = 0
    damaged: int = 0
    torn: str = ""


class _TornError(Exception):
    """The file ends, or stops making sense, in the middle."""


def export_known(entries: Entries, file: Path) -> Exported:
    """Write all entries into a file, which is complete or not changed.

    Raises:
        OSError: the file cannot be written; the error names it.
    """
    partial = file.with_name(f".{file.name}.part")
    count = 0
    try:
        with gzip.open(partial, "wb", compresslevel=_LEVEL) as stream:
            stream.write(_MARK)
            for key in sorted(entries.all_keys()):
                if content := entries.packed(key):
                    stream.write(b"%b %d\n%b" % (key.encode(), len(content), content))
                    count += 1
            stream.write(b"end %d\n" % count)
        partial.replace(file)
    except OSError as error:
        # Of the file that was asked for, not of the one that becomes it.
        error.filename = str(file)
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return Exported(entries=count, size=file.stat().st_size)


def import_known(entries: Entries, file: Path) -> Imported:
    """Take in the entries of a file that are whole and not here yet.

    Raises:
        UsageError: the file cannot be read, or is no export.
        LoadmatrixError: an entry cannot be written here.
    """
    new = kept = damaged = 0
    torn = ""
    try:
        with gzip.open(file, "rb") as stream:
            if stream.read(len(_MARK)) != _MARK:
                raise UsageError(_no_export(file))
            try:
                for key, content in _entries(stream, entries):
                    entry = None if content is None else entries.unpacked(key, content)
                    if content is None or entry is None or not _is_sound(entry):
                        damaged += 1
                    elif entries.read(key) is not None:
                        kept += 1
                    elif entries.keep_packed(key, content):
                        new += 1
                    else:
                        raise LoadmatrixError(
                            f"Nothing can be written into {entries.folder}. Make room, or choose "
                            "another cache with --envdir."
                        )
            except (_TornError, EOFError, zlib.error, gzip.BadGzipFile) as error:
                torn = str(error)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(_no_export(file)) from error
    except OSError as error:
        said = error.strerror or error
        raise UsageError(f"{file} cannot be read: {said}. Give a file of cache export.") from error
    return Imported(new=new, kept=kept, damaged=damaged, torn=torn)


def _entries(stream: gzip.GzipFile, entries: Entries) -> Iterator[tuple[str, bytes | None]]:
    """Keys with the content of their entries, `None` where it is too large to be one.

    Raises:
        _TornError: the stream ends, or more is in it than the cache may hold.
    """
    left, count = entries.most, 0
    while match := _LINE.fullmatch(line := stream.readline(_MOST_LINE)):
        key, size = match.group(1).decode(), int(match.group(2))
        left -= size
        if left < 0:
            raise _TornError(
                f"it has more than the {entries.most / 2**30:g} GB that may be kept here "
                "(--known-gb)"
            )
        content = _content(stream, size, entries.most_of_one)
        count += 1
        yield key, content
    end = _END.fullmatch(line)
    if end is None or int(end.group(1)) != count or stream.read(1):
        raise _TornError("it is cut short or damaged")


def _content(stream: BinaryIO | gzip.GzipFile, size: int, most: int) -> bytes | None:
    """The next bytes; what is larger than an entry may be is passed over."""
    if size <= most:
        content = stream.read(size)
        if len(content) != size:
            raise _TornError("it is cut short")
        return content
    while size > 0:
        passed = len(stream.read(min(size, 2**20)))
        if not passed:
            raise _TornError("it is cut short")
        size -= passed
    return None


def _is_sound(entry: Entry) -> bool:
    """Whether it is an answer, or the inputs of a model."""
    return answer_from(entry.document) is not None or is_inputs(entry)


def _no_export(file: Path) -> str:
    return f"{file} is no file of `cache export`. Give one that this command has written."

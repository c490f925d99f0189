"""What is kept in the cache of the user: entries with a checksum, which are whole or not believed.

An entry is one file: a line that says what it is, a SHA-256 over its key and all that follows, a
JSON document, and the content of the files that belong to it. Only a file that this user alone can
write counts. What is damaged, cut short, a link or somebody else's is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MARK = b"loadmatrix entry 1\n"
_KEY = re.compile(r"[0-9a-f]{16,64}")
# What a writer that was killed has left is removed after so many seconds.
_ABANDONED = 3600
_WRITABLE_BY_OTHERS = 0o022
_READING = os.O_RDONLY
_CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _READING |= getattr(os, _name, 0)
    _CREATING |= getattr(os, _name, 0)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """JSON values, and the content of files by their names."""

    document: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entries:
    """The entries in a folder, each under a key of hexadecimal digits.

    `most` is what all of them may take, in bytes; a single one may take a sixteenth of that.
    """

    folder: Path
    most: int = 2**30

    @property
    def most_of_one(self) -> int:
        """The bytes that one entry may take."""
        return self.most // 16

    def read(self, key: str) -> Entry | None:
        """The entry of a key, `None` where there is none that can be believed. Never raises."""
        try:
            if not _is_ours_alone(self.folder.lstat(), stat.S_ISDIR):
                return None
            content = self._content(self._file(key))
        except FileNotFoundError:
            return None
        except OSError:
            content = None
        entry = None if content is None else _entry(key, content)
        if entry is None:
            self.forget(key)
            return None
        with contextlib.suppress(OSError):
            # What was not read for the longest time goes first.
            os.utime(self._file(key))
        return entry

    def all_keys(self) -> Iterator[str]:
        """The keys of all that is there, in no order; whether it is whole is not looked at."""
        return (path.name for _, path in self._there() if _KEY.fullmatch(path.name))

    def packed(self, key: str) -> bytes | None:
        """The file of an entry, `None` where there is none that can be believed. Never raises."""
        with contextlib.suppress(OSError):
            content = self._content(self._file(key))
            if content and _entry(key, content):
                return content
        return None

    def unpacked(self, key: str, content: bytes) -> Entry | None:
        """The entry in a file, `None` where it cannot be believed."""
        return _entry(key, content) if len(content) <= self.most_of_one else None

    def keep_packed(self, key: str, content: bytes) -> bool:
        """Keep the file of an entry that was unpacked; false where it is not kept. Never raises."""
        return self._written(key, content)

    def write(self, key: str, entry: Entry) -> bool:
        """Keep an entry, in the place of an older one; false where it is not kept. Never raises."""
        return self._written(key, _content_of(key, entry))

    def _written(self, key: str, content: bytes) -> bool:
        path = self._file(key)
        if len(content) > self.most_of_one:
            return False
        partial = self.folder / f".{key}.{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours_alone(self.folder.lstat(), stat.S_ISDIR):
                return False
            descriptor = os.open(partial, _CREATING, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            partial.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            return False
        return True

    def forget(self, key: str) -> None:
        """Remove the entry of a key, or whatever is in its place."""
        path = self._file(key)
        try:
            path.unlink()
        except OSError:
            shutil.rmtree(path, ignore_errors=True)

    def keep_within(self) -> int:
        """Remove what was not read for the longest time, until all take no more than they may.

        Returns how many entries that were.
        """
        left, removed = self.most, 0
        for found, path in sorted(self._there(), key=lambda one: -one[0].st_mtime):
            left -= found.st_size
            partial = path.name.startswith(".") and found.st_mtime < time.time() - _ABANDONED
            if left < 0 or partial:
                with contextlib.suppress(OSError):
                    path.unlink()
                    removed += not partial
        return removed

    def size(self) -> int:
        """The bytes that all of them take."""
        return sum(found.st_size for found, _ in self._there())

    def _there(self) -> Iterator[tuple[os.stat_result, Path]]:
        with contextlib.suppress(OSError):
            if not _is_ours_alone(self.folder.lstat(), stat.S_ISDIR):
                return
            for one in os.scandir(self.folder):
                with contextlib.suppress(OSError):
                    yield one.stat(follow_symlinks=False), Path(one.path)

    def _file(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of an entry")
        return self.folder / key

    def _content(self, path: Path) -> bytes | None:
        """What is in a file that this user alone can write; `None` where it is another one.

        Raises:
            OSError: there is none, or it is a link.
        """
        descriptor = os.open(path, _READING)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not _is_ours_alone(found, stat.S_ISREG) or found.st_nlink != 1:
                return None
            return None if found.st_size > self.most_of_one else file.read(self.most_of_one)


def _is_ours_alone(found: os.stat_result, kind: Any) -> bool:
    """Whether nobody else can write it."""
    if not kind(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & _WRITABLE_BY_OTHERS


def _content_of(key: str, entry: Entry) -> bytes:
    names = {name: len(content) for name, content in entry.files.items()}
    head = json.dumps({"document": entry.document, "files": names}).encode()
    body = b"%d\n%b%b" % (len(head), head, b"".join(entry.files.values()))
    return _MARK + _checksum(key, body) + b"\n" + body


def _entry(key: str, content: bytes) -> Entry | None:
    if not content.startswith(_MARK):
        return None
    checksum, _, body = content.removeprefix(_MARK).partition(b"\n")
    if checksum != _checksum(key, body):
        return None
    try:
        length, _, rest = body.partition(b"\n")
        head = json.loads(rest[: int(length)])
        files, start = dict[str, bytes](), int(length)
        for name, size in head["files"].items():
            files[name] = rest[start : start + size]
            start += size
        document = head["document"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    whole = start == len(rest) and isinstance(document, dict)
    return Entry(document=document, files=files) if whole else None


def _checksum(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + body).hexdigest().encode()

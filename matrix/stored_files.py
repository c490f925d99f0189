"""Reads files of results, which may come from anywhere: from CI systems, other users, a model.

Only plain files of a size that ours can have are read. A pipe or a device would be waited for
without end, and a link may lead to what is none of a report's business, such as a private key.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

# The plan and an outcome of 64 models have a few MB; a report of thousands in one file has more.
MOST_BYTES = 2**28
MOST_REPORT_BYTES = 2**30
# What the content of a damaged file can raise: nested too deeply, or a number that none is, among
# others.
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
_NEVER_WAITING = 0
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _NEVER_WAITING |= getattr(os, _name, 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@contextlib.contextmanager
def opened_plain(
    path: Path, most: int = MOST_BYTES, *, follow: bool = False
) -> Iterator[IO[bytes]]:
    """A file of results, open to be read, if it is a plain one with at most so many bytes.

    A link counts only if the user has named it, which `follow` says.

    Raises:
        OSError: it is absent, cannot be read, or is no such file; its text says which.
    """
    if not follow and path.is_symlink():
        raise OSError(f"{path} is a link, which is not followed")
    descriptor = os.open(path, os.O_RDONLY | _NEVER_WAITING | (0 if follow else _NO_LINK))
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is a pipe, a device or something else that is no file")
        if found.st_size > most:
            raise OSError(f"{path} has more than {most >> 20} MB, which no file of a run has")
        yield file


def plain_bytes(path: Path, most: int = MOST_BYTES, *, follow: bool = False) -> bytes:
    """The content of a plain file with at most so many bytes.

    Raises:
        OSError: it is absent, cannot be read, or is no such file; its text says which.
    """
    with opened_plain(path, most, follow=follow) as file:
        # One that grows meanwhile has no end either.
        return file.read(most)


def plain_text(path: Path, most: int = MOST_BYTES) -> str:
    """The same as text in UTF-8.

    Raises:
        OSError: it is absent, cannot be read, or is no such file; its text says which.
        UnicodeDecodeError: it is no text.
    """
    return plain_bytes(path, most).decode("utf-8")


def is_plain(path: Path) -> bool:
    """Whether something there is a file, and no link, pipe or device."""
    with contextlib.suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def append_text(path: Path, text: str) -> None:
    """Add to a file that may be there already, and never to where a link leads.

    Raises:
        OSError: it cannot be written, or something else is in its place.
    """

    def opener(name: Any, flags: int) -> int:
        return os.open(name, flags | _NEVER_WAITING | _NO_LINK, 0o666)

    with open(path, "a", encoding="utf-8", errors="backslashreplace", opener=opener) as file:
        file.write(text)

"""Atomic writes: a file is complete, or it is not changed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

_FULL = (errno.ENOSPC, errno.EDQUOT)


def what_failed(error: OSError) -> str:
    """A sentence about an error of the system: which path, and what to do."""
    where = error.filename
    if error.errno in _FULL:
        disk = f"The disk of {where}" if where else "A disk, perhaps that of temporary files,"
        return f"{disk} is full. Free some space, or choose another place."
    said = error.strerror or error
    if where is None:
        return f"The operating system refuses something: {said}."
    return f"{where} cannot be used: {said}. Fix this, or choose another place."


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have errors of the system name a path: of a full disk it does not say which."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, or whatever is in its place; of a link, the link.

    Raises:
        OSError: it cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_json(path: Path, document: Mapping[str, Any], *, durable: bool = False) -> None:
    """Write a document whole or not at all."""
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    write_text(path, text, durable=durable)


def write_text(path: Path, text: str, *, durable: bool = False) -> None:
    """Write a text whole or not at all."""
    # Names of files need not be Unicode; as JSON an escaped surrogate is still right.
    write_bytes(path, text.encode("utf-8", "backslashreplace"), durable=durable)


def write_bytes(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file whole or not at all; what stood there before keeps its mode.

    A `durable` file is on the disk before this returns, so that it outlives a power failure.

    Raises:
        OSError: it cannot be written; the error names the file.
    """
    with replacing(path, durable=durable) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[IO[bytes]]:
    """A file to write piece by piece, which takes the place of `path` when all of it is written.

    Of a link in that place it takes the place as well: results of others may have one that leads to
    a file of the user.

    Raises:
        OSError: it cannot be written; the error names the file, which stays as it was.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with naming(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                yield file
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            if path.is_file() and not path.is_symlink():
                shutil.copymode(path, partial)
            partial.replace(path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()

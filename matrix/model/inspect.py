"""What is this path? Decided by content, never by the extension alone."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from matrix.errors import NothingTestable, UsageError
from matrix.model import readers
from matrix.model.facts import ModelFacts, Written

_HDF5 = b"\x89HDF\r\n\x1a\n"
_CHUNK = 2**20


def inspect(path: Path) -> ModelFacts:
    """The facts of the model at a path.

    Raises:
        UsageError: the path does not exist.
        NothingTestable: what is there is no model that a loader could be tried on.
    """
    try:
        if not path.exists():
            link = " It is a link that leads nowhere." if path.is_symlink() else ""
            raise UsageError(f"There is nothing at {path}.{link} Name a model file or folder.")
        written = _read(path)
        digest, size = _digest(path)
    except PermissionError as error:
        message = f"{error.filename or path} may not be read by this user ({_mode(error, path)})."
        raise NothingTestable(f"{message} Give read access and run again.") from error
    except OSError as error:
        raise UsageError(f"{str(path)[:200]} cannot be opened: {error.strerror}.") from error
    return ModelFacts(
        path=path,
        load_path=path,
        sha256=digest,
        size_bytes=size,
        fingerprint=fingerprint(path),
        **written.__dict__,
    )


def fingerprint(path: Path) -> str:
    """A digest of names, sizes and times: another one where a model was changed or removed."""
    total = hashlib.sha256()
    try:
        for file in _files(path):
            status = file.stat()
            facts = f"{status.st_size}|{status.st_mtime_ns}"
            total.update(os.fsencode(file) + b"\0" + facts.encode())
    except OSError as error:
        total.update(repr(error).encode(errors="backslashreplace"))
    return total.hexdigest()[:16]


def _read(path: Path) -> Written:
    if path.is_dir():
        for name, reader in (
            ("saved_model.pb", readers.saved_model),
            ("saved_model.pbtxt", readers.saved_model_text),
        ):
            if (path / name).is_file():
                return reader(path / name)
        raise NothingTestable(_no_model_in(path))
    if not path.is_file():
        raise NothingTestable(f"{path} is neither a file nor a folder. Name a model.")
    with path.open("rb") as file:
        head = file.read(len(_HDF5))
    if head == _HDF5:
        return readers.hdf5(path)
    if zipfile.is_zipfile(path):
        return readers.keras_zip(path)
    what = "is empty" if not head else f"begins with {head!r}"
    raise NothingTestable(
        f"{path} is neither a SavedModel folder nor a .keras or HDF5 file: it {what}. "
        "Name a model in one of these formats."
    )


def _no_model_in(folder: Path) -> str:
    inside = sorted({str(pb.parent) for pb in folder.glob("*/saved_model.pb*")})
    files = [*folder.glob("*.keras"), *folder.glob("*.h5"), *folder.glob("*.hdf5")]
    if near := inside + sorted(str(file) for file in files):
        return f"{folder} has no saved_model.pb. Did you mean {' or '.join(near[:3])}?"
    return f"{folder} has no saved_model.pb, so it is no SavedModel. Name the folder that has one."


def _digest(path: Path) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    for file in _files(path):
        if path.is_dir():
            total.update(os.fsencode(file.relative_to(path).as_posix()) + b"\0")
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                total.update(chunk)
                size += len(chunk)
    return total.hexdigest(), size


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, names, files in os.walk(path, onerror=_raise):
        names.sort()
        for name in sorted(files):
            file = Path(folder, name)
            if file.is_file():
                yield file


def _raise(error: OSError) -> NoReturn:
    # A folder that is left out would leave its files out of the digest.
    raise error


def _mode(error: PermissionError, path: Path) -> str:
    try:
        status = Path(error.filename or path).stat()
    except OSError:
        return "not even its folder lets us look"
    return f"mode {status.st_mode & 0o777:o}, owner {status.st_uid}"

"""What is this path? Decided by content, never by the extension alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from matrix.cache import cache_folder
from matrix.errors import NothingTestable, UsageError
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats import checkpoint, detect, foreign
from matrix.model.formats.detect import DetectedModel
from matrix.model.formats.folders import folder
from matrix.model.formats.keras_zip import zipped
from matrix.model.path_patterns import is_plain
from matrix.model.source import archives

_CHUNK = 2**20
_PATTERN = (
    "Its path contains a character such as [ or *, which TensorFlow may read as a pattern, so "
    "it is tested under another name. Rename it."
)


def identify(path: Path, cache: Path | None = None) -> ModelFacts:
    """The facts of the model at a path; archives are unpacked into `cache`.

    Raises:
        UsageError: the path does not exist.
        NothingTestable: what is there is no model.
    """
    cache = cache or cache_folder() / "models"
    try:
        found = _found(path, cache)
        digest, size = _digest(path, found)
    except PermissionError as error:
        message = (
            f"This user has no permission to read {error.filename or path} ({_mode(error, path)})."
        )
        raise NothingTestable(f"{message} Give this user read access and run again.") from error
    except OSError as error:
        raise UsageError(f"{str(path)[:200]} cannot be opened: {error.strerror}.") from error
    if found.facts.format is Format.KERAS_V3 and found.path.is_dir():
        found = zipped(found, cache)
    if not is_plain(found.path):
        found = found.noting(_PATTERN)
    facts = dict(found.facts.__dict__)
    return ModelFacts(
        path=path,
        load_path=found.path,
        sha256=digest,
        size_bytes=size,
        fingerprint=_fingerprint(_files(path, found.facts.weights)),
        **facts,
    )


def require_testable(model: ModelFacts) -> None:
    """Refuse what no loader can be tried on.

    Raises:
        NothingTestable: weights without the model they belong to.
    """
    if model.format is Format.WEIGHTS_H5:
        raise NothingTestable(
            f"{model.shown} contains weights only, without a model. Save the whole model with "
            "model.save(), or put its architecture (model.to_json()) next to the weights and "
            "give its path."
        )


def unchanged(model: ModelFacts) -> bool:
    """Whether the files of a model have the names, sizes and times they had."""
    return _fingerprint(_files(model.path, model.weights)) == model.fingerprint


def fingerprint(path: Path) -> str:
    """A digest of names, sizes and times: another one where a model was changed or removed."""
    return _fingerprint(_files(path))


def _found(path: Path, cache: Path) -> DetectedModel:
    def unpack(archive: Path) -> Path:
        return archives.unpacked(archive, cache)

    if path.is_dir():
        return folder(path, unpack)
    if path.is_file():
        return detect.file(path, unpack)
    if path.exists():
        raise NothingTestable(foreign.special(path))
    if prefix := checkpoint.prefix_at(path):
        return DetectedModel(path=prefix, facts=checkpoint.read(prefix))
    link = " It is a link to a missing file." if path.is_symlink() else ""
    raise UsageError(f"{path} does not exist.{link} Give the path of a model file or folder.")


def _fingerprint(files: Iterator[Path]) -> str:
    total = hashlib.sha256()
    try:
        for file in files:
            status = file.stat()
            facts = f"{status.st_size}|{status.st_mtime_ns}"
            total.update(os.fsencode(file) + b"\0" + facts.encode())
    except OSError as error:
        total.update(repr(error).encode(errors="backslashreplace"))
    return total.hexdigest()[:16]


def _digest(path: Path, found: DetectedModel) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    files = list(_files(path, found.facts.weights))
    several = path.is_dir() or len(files) > 1
    base = path if path.is_dir() else path.parent
    for file in files:
        if several:
            total.update(os.fsencode(file.relative_to(base).as_posix()) + b"\0")
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                total.update(chunk)
                size += len(chunk)
    return total.hexdigest(), size


def _files(path: Path, weights: Path | None = None) -> Iterator[Path]:
    """The files of a model: what was named, and what lies beside it and belongs to it."""
    if not path.is_dir():
        parts = () if path.suffix == ".meta" else _parts(path)
        yield from parts or (path,)
        if weights is not None:
            # Those of a MetaGraph are a checkpoint, which is several files.
            yield from (file for file in _parts(weights) or (weights,) if file != path)
        return
    for place, names, files in os.walk(path, onerror=_raise):
        names.sort()
        for name in sorted(files):
            file = Path(place, name)
            if file.is_file():
                yield file


def _parts(path: Path) -> tuple[Path, ...]:
    if path.is_file() and path.stat().st_size == 0:
        return ()
    prefix = checkpoint.prefix_at(path)
    return checkpoint.parts(prefix) if prefix else ()


def _raise(error: OSError) -> NoReturn:
    # A folder that is left out would leave its files out of the digest.
    raise error


def _mode(error: PermissionError, path: Path) -> str:
    try:
        status = Path(error.filename or path).stat()
    except OSError:
        return "its folder cannot be read either"
    return f"mode {status.st_mode & 0o777:o}, owner {status.st_uid}"

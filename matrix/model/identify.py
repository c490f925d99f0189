"""Identifies the model at a path by its content, never by the extension alone."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from matrix.cache import cache_folder
from matrix.errors import NothingTestable, UsageError
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats import foreign
from matrix.model.formats.checkpoint_files import parts_of, prefix_at
from matrix.model.formats.detect import Search, detect_file
from matrix.model.formats.folders import model_in_folder
from matrix.model.formats.keras_zip import zipped
from matrix.model.formats.reader import DetectedModel
from matrix.model.formats.readers.checkpoint import at_prefix
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.model.path_patterns import RAW_BYTE, is_plain
from matrix.model.source import archives
from matrix.walking import walk

_PATTERN = (
    "Its path contains a character such as [ or *, which TensorFlow may read as a pattern, so "
    "it is tested under another name. Rename it."
)
_NOT_UTF_8 = (
    "Its path has bytes that are not UTF-8, which TensorFlow does not open, so it is tested under "
    "another name. Rename it."
)


def identify(path: Path, cache: Path | None = None) -> ModelFacts:
    """The facts of the model at a path; archives are unpacked into `cache`.

    Raises:
        UsageError: the path does not exist.
        NothingTestable: what is there is no model.
    """
    with OpenedFiles() as opened:
        return facts_of(path, detect_model(path, opened, cache), opened)


def detect_model(path: Path, opened: OpenedFiles, cache: Path | None = None) -> DetectedModel:
    """The model at a path: what loaders are given, and what its bytes say.

    Raises:
        UsageError: the path does not exist.
        NothingTestable: what is there is no model.
    """
    cache = cache or cache_folder() / "models"
    with _readable(path):
        model = _detected(path, opened, cache)
        if model.facts.format is Format.KERAS_V3 and model.path.is_dir():
            model = zipped(model, cache, opened)
    if is_plain(model.path):
        return model
    return model.noting(_NOT_UTF_8 if RAW_BYTE.search(str(model.path)) else _PATTERN)


def facts_of(path: Path, model: DetectedModel, opened: OpenedFiles) -> ModelFacts:
    """All facts of a detected model, with the digest of every byte.

    Raises:
        UsageError: a file cannot be opened.
        NothingTestable: a file may not be read.
    """
    with _readable(path):
        paths = list(_files(path, opened, model.facts.weights))
        digest, size = _digest(path, [opened.at(file) for file in paths])
    return ModelFacts(
        path=path,
        load_path=model.path,
        sha256=digest,
        size_bytes=size,
        fingerprint=_fingerprint(paths),
        **model.facts.__dict__,
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say why something at a path cannot be read."""
    try:
        yield
    except PermissionError as error:
        message = (
            f"This user has no permission to read {error.filename or path} ({_mode(error, path)})."
        )
        raise NothingTestable(f"{message} Give this user read access and run again.") from error
    except OSError as error:
        raise UsageError(f"{str(path)[:200]} cannot be opened: {error.strerror}.") from error


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
    return fingerprint_of(model) == model.fingerprint


def fingerprint_of(model: ModelFacts) -> str:
    """What the files of a model have for names, sizes and times now."""
    with OpenedFiles() as opened:
        return _fingerprint(_files(model.path, opened, model.weights))


def digest_of(model: ModelFacts) -> str:
    """The digest of what is at the path of a model now; see `ModelFacts.sha256`.

    Raises:
        OSError: a file is absent or cannot be read.
    """
    with OpenedFiles() as opened:
        paths = list(_files(model.path, opened, model.weights))
        return _digest(model.path, [opened.at(file) for file in paths])[0]


def files_of(model: ModelFacts) -> tuple[Path, ...]:
    """The files of a model, those beside its path that belong to it included.

    Raises:
        OSError: a folder cannot be read.
    """
    with OpenedFiles() as opened:
        return tuple(_files(model.path, opened, model.weights))


def _detected(path: Path, opened: OpenedFiles, cache: Path) -> DetectedModel:
    unpack = functools.partial(archives.unpacked, cache=cache)
    search = Search(opened=opened, unpack=unpack, in_folder=model_in_folder)
    if path.is_dir():
        return model_in_folder(path, search)
    if path.is_file():
        return detect_file(path, search)
    if path.exists():
        raise NothingTestable(foreign.special(path))
    if prefix := prefix_at(path, opened):
        return at_prefix(prefix, opened)
    link = " It is a link to a missing file." if path.is_symlink() else ""
    raise UsageError(f"{path} does not exist.{link} Give the path of a model file or folder.")


def _fingerprint(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    try:
        for file in files:
            status = file.stat()
            facts = f"{status.st_size}|{status.st_mtime_ns}"
            total.update(os.fsencode(file) + b"\0" + facts.encode())
    except OSError as error:
        total.update(repr(error).encode(errors="backslashreplace"))
    return total.hexdigest()[:16]


def _digest(path: Path, files: Sequence[OpenedFile]) -> tuple[str, int]:
    """The digest and the size of a model: of one file its own, of several with their names."""
    if not path.is_dir() and len(files) == 1:
        return files[0].sha256(), files[0].size
    total = hashlib.sha256()
    base = path if path.is_dir() else path.parent
    for file in files:
        total.update(os.fsencode(file.path.relative_to(base).as_posix()) + b"\0")
        for chunk in file.chunks():
            total.update(chunk)
    return total.hexdigest(), sum(file.size for file in files)


def _files(path: Path, opened: OpenedFiles, weights: Path | None = None) -> Iterator[Path]:
    """The files of a model: what was named, and what lies beside it and belongs to it."""
    if not path.is_dir():
        parts = () if path.suffix == ".meta" else _parts(path, opened)
        yield from parts or (path,)
        if weights is not None:
            # Those of a MetaGraph are a checkpoint, which is several files.
            yield from (file for file in _parts(weights, opened) or (weights,) if file != path)
        return
    for place, _, files in walk(path, _raise):
        for name in files:
            file = place / name
            if file.is_file():
                yield file


def _parts(path: Path, opened: OpenedFiles) -> tuple[Path, ...]:
    if path.is_file() and path.stat().st_size == 0:
        return ()
    prefix = prefix_at(path, opened)
    return parts_of(prefix, opened) if prefix else ()


def _raise(error: OSError) -> NoReturn:
    # A folder that is left out would leave its files out of the digest.
    raise error


def _mode(error: PermissionError, path: Path) -> str:
    try:
        status = Path(error.filename or path).stat()
    except OSError:
        return "its folder cannot be read either"
    return f"mode {status.st_mode & 0o777:o}, owner {status.st_uid}"

"""The files and folders that are a model: all that a check of it may read."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path

from matrix.walking import all_below

# A cache of the Hugging Face Hub: snapshots/REVISION/FILE is a link to blobs/DIGEST of the same
# repository.
_SNAPSHOTS, _BLOBS = "snapshots", "blobs"


def readable_paths(path: Path, *, is_prefix: bool = False) -> tuple[Path, ...]:
    """The paths of a model: its file or folder, or the parts of a checkpoint.

    Each is there by its real path, and by the one that it was named by.

    Links inside it that lead elsewhere are not followed, except to the blobs of the cache of the
    Hugging Face Hub that it lies in: those are the model.
    """
    if not is_prefix:
        return tuple(dict.fromkeys([*_real(path), path.absolute()]))
    own = [part for part in _parts(path) if _is_own(part)]
    return tuple(dict.fromkeys([part.resolve() for part in own] + [one.absolute() for one in own]))


def listable_paths(path: Path, *, is_prefix: bool = False) -> tuple[Path, ...]:
    """The folders whose names a loader has to read, besides what is readable."""
    # TensorFlow looks for the parts of a checkpoint by a pattern.
    return (path.parent.resolve(),) if is_prefix else ()


def _parts(prefix: Path) -> list[Path]:
    """The files of a checkpoint, and the list of checkpoints beside it."""
    names = glob.escape(prefix.name)
    files = [file for pattern in (names, f"{names}.*") for file in prefix.parent.glob(pattern)]
    return [*sorted(set(files)), *prefix.parent.glob("checkpoint")]


def _is_own(part: Path) -> bool:
    """Whether a part of a checkpoint is one: nobody named it, and it may be a link to anything."""
    real = part.resolve()
    if not real.is_file():
        return False
    places = [part.parent.resolve(), _blobs(part)]
    # Whoever keeps a part elsewhere has it under the same name.
    return real.name == part.name or any(place and real.is_relative_to(place) for place in places)


def _real(part: Path) -> Iterator[Path]:
    yield part.resolve()
    blobs = _blobs(part)
    if blobs is None or not part.is_dir():
        return
    # Each file alone: other revisions of the repository are other models.
    for file in all_below(part.resolve()):
        if file.is_symlink() and (target := file.resolve()).is_relative_to(blobs):
            yield target


def _blobs(path: Path) -> Path | None:
    """The blobs of the repository whose snapshot a path lies in."""
    place = path.absolute()
    for folder in (place, *place.parents):
        if folder.parent.name == _SNAPSHOTS:
            blobs = folder.parent.parent / _BLOBS
            # A link could lead to everything that the user has.
            return blobs.resolve() if blobs.is_dir() and not blobs.is_symlink() else None
    return None

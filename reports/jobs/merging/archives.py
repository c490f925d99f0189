"""Runs as CI systems hand them on: in a zip or tar file, unpacked for as long as they are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.model.opened_files import OpenedFiles
from matrix.model.source.archives import is_archive, unpacked
from matrix.model.source.limits import OF_RUNS


def is_packed(place: Path) -> bool:
    """Whether a run may lie in an archive here."""
    if place.suffix == ".json" or not place.is_file():
        return False
    try:
        with OpenedFiles() as files:
            return is_archive(files.at(place))
    except OSError:
        return False


@contextmanager
def unpacked_places(places: Sequence[Path]) -> Iterator[list[tuple[Path, str, str]]]:
    """The places with archives unpacked, and what they were called.

    Where an archive could not be unpacked, a sentence says why.
    """
    with tempfile.TemporaryDirectory(prefix="loadmatrix-runs-") as folder, OpenedFiles() as files:
        yield [
            (found, str(place), fault)
            for place in places
            for found, fault in [_unpacked(place, Path(folder), files)]
        ]


def _unpacked(place: Path, folder: Path, files: OpenedFiles) -> tuple[Path, str]:
    if not is_packed(place):
        return place, ""
    try:
        file = files.at(place)
        return unpacked(file, file.size, folder, OF_RUNS), ""
    except (OSError, LoadmatrixError) as error:
        return place, str(error)

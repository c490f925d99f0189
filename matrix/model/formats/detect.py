"""Detects the format of a file: asks each reader, those with the best evidence first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.zip_file import names_in
from matrix.model.facts import Format
from matrix.model.formats import foreign
from matrix.model.formats.reader import DetectedModel, Evidence
from matrix.model.formats.registry import format_readers, formats_promised
from matrix.model.formats.signatures import ZIP
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.model.source import archives

_DEEPEST_ARCHIVE = 3


@dataclass(frozen=True, kw_only=True)
class Search:
    """What the search for a model works with.

    `unpack` gives the folder with what is in an archive, given the size of the outermost one;
    `in_folder` searches a folder. `depth` counts the archives and folders around the place that is
    searched, `outermost` is the size of the archive that all of it came from.
    """

    opened: OpenedFiles
    unpack: Callable[[OpenedFile, int], Path]
    in_folder: Callable[[Path, Search], DetectedModel]
    depth: int = 0
    outermost: int = 0

    def deeper(self) -> Search:
        """The same for a place inside of this one."""
        return replace(self, depth=self.depth + 1)

    def inside(self, archive: OpenedFile) -> Search:
        """The same for what is in an archive."""
        return replace(self.deeper(), outermost=self.outermost or archive.size)


def detect_file(path: Path, search: Search) -> DetectedModel:
    """The model that a file is, or holds.

    Raises:
        NothingTestable: it is something else, which the message names.
    """
    model = _detected(search.opened.at(path), search)
    if model.path != path:
        return model
    return model.noting(*_about_name(path, model.facts.format))


def _about_name(path: Path, kind: Format) -> Iterator[str]:
    suffix = path.suffix.lower()
    promised = formats_promised(suffix)
    if promised and kind not in promised:
        yield f"Its extension is {path.suffix}, but its content is {kind.value}."
    if kind is Format.KERAS_V3 and suffix != ".keras":
        yield "Keras loads a zip file only if its name ends in .keras."
    if kind is Format.KERAS_H5 and suffix not in (".h5", ".hdf5"):
        yield "Keras 3 loads an HDF5 file only if its name ends in .h5 or .hdf5."


def _detected(file: OpenedFile, search: Search) -> DetectedModel:
    readers = format_readers()
    sure = [reader for reader in readers if reader.evidence is Evidence.MAGIC]
    for reader in sure:
        if (model := reader.read(file, search.opened)) is not None:
            return model
    if archives.is_archive(file):
        return _in_archive(file, search)
    for reader in readers[len(sure) :]:
        if (model := reader.read(file, search.opened)) is not None:
            return model
    raise NothingTestable(foreign.refusal(file))


def _in_archive(file: OpenedFile, search: Search) -> DetectedModel:
    path = file.path
    if ZIP.matches_head(file.head) and (refusal := foreign.zipped(path, names_in(file))):
        raise NothingTestable(refusal)
    if search.depth >= _DEEPEST_ARCHIVE:
        raise NothingTestable(f"{path} is nested in more than one archive. Unpack it first.")
    below = search.inside(file)
    inside = search.unpack(file, below.outermost)
    try:
        model = search.in_folder(inside, below)
    except NothingTestable as refusal:
        reason = str(refusal).replace(f"{inside}/", "").replace(str(inside), "its content")
        raise NothingTestable(f"{path} is an archive that contains no model: {reason}") from refusal
    name = model.path.relative_to(inside) if model.path.is_relative_to(inside) else model.path.name
    return model.noting(
        f"It is an archive; the tested model is {(name if str(name) != '.' else 'all')} inside it."
    )

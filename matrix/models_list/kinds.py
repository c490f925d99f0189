"""Whether a file is a model, as far as finding it needs: its bytes decide, and little is parsed.

What is named like a model and is none, or is damaged, counts as one: the report says what is wrong
with it. Weights without a model, and parts of a checkpoint, are no models of their own.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.hdf5 import hdf5_in
from matrix.model.codecs.json_text import MOST_JSON, object_in
from matrix.model.codecs.zip_file import names_in
from matrix.model.formats.checkpoint_files import prefix_at
from matrix.model.formats.graph_file import graph_kind_of
from matrix.model.formats.keras_config import is_architecture
from matrix.model.formats.readers.keras_v3 import CONFIG, METADATA, WEIGHTS
from matrix.model.formats.signatures import (
    HDF5,
    KERAS_ZIP,
    SAVED_MODEL,
    TABLE,
    TFLITE,
)
from matrix.model.opened_files import OpenedFile, OpenedFiles

# Names that nothing but a model has.
_PROMISED = frozenset((*KERAS_ZIP.suffixes, *HDF5.suffixes, *TFLITE.suffixes))
_OF_WEIGHTS = ".weights.h5"
_DATA = re.compile(r".*\.data-\d{5}-of-\d{5}")
_GRAPHS = (".pb", ".pbtxt", ".meta")
_ARCHITECTURE = (b'"class_name"', b'"layers"')
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
# Of an archive, so many members say whether a model is in it.
_MOST_MEMBERS = 64
_MOST_UNPACKED = 2**24


def model_of(path: Path, opened: OpenedFiles) -> Path | None:
    """What to name in order to test the model that a file is or belongs to; `None` for others.

    Raises:
        OSError: the file cannot be opened.
    """
    name = path.name.lower()
    if _DATA.fullmatch(name):
        return None
    file = opened.at(path)
    if HDF5.matches_head(file.head):
        return path if _is_whole(file) else None
    promised = path.suffix.lower() in _PROMISED and not name.endswith(_OF_WEIGHTS)
    if promised or TFLITE.matches_head(file.head) or _is_archive_of_model(file, name):
        return path
    if TABLE.matches(file):
        return prefix_at(path, opened)
    if name.endswith(_GRAPHS):
        return path if _is_graph(file, opened) else None
    return path if _is_architecture(file) else None


def _is_whole(file: OpenedFile) -> bool:
    """Whether an HDF5 file is more than weights or data; one that does not open is damaged."""
    try:
        return "model_config" in hdf5_in(file).attrs
    except (OSError, RuntimeError, KeyError, ValueError):
        return True


def _is_archive_of_model(file: OpenedFile, name: str) -> bool:
    if KERAS_ZIP.matches_head(file.head):
        return _names_a_model(names_in(file))
    return name.endswith(_TARS) and _names_a_model(_tar_names(file))


def _names_a_model(names: list[str]) -> bool:
    last = {name.rpartition("/")[2] for name in names}
    if last & set(SAVED_MODEL.names) or {CONFIG, METADATA} <= last or {CONFIG, WEIGHTS} <= last:
        return True
    return any(Path(name).suffix.lower() in _PROMISED for name in last)


def _tar_names(file: OpenedFile) -> list[str]:
    names = []
    try:
        with tarfile.open(file.path) as archive:
            for member in archive:
                names.append(member.name)
                # The next header is behind its content, which may be large.
                if len(names) >= _MOST_MEMBERS or member.offset_data + member.size > _MOST_UNPACKED:
                    break
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError):
        pass
    return names


def _is_graph(file: OpenedFile, opened: OpenedFiles) -> bool:
    path = file.path
    try:
        kind, _ = graph_kind_of(file)
    except NothingTestable:
        # It begins like a graph, and the rest is missing.
        return True
    if kind == "MetaGraphDef" and path.suffix == ".meta":
        # Beside its checkpoint it is a part of that.
        return prefix_at(path.with_suffix(""), opened) is None
    return kind in ("GraphDef", "MetaGraphDef")


def _is_architecture(file: OpenedFile) -> bool:
    if file.path.suffix.lower() != ".json" or file.size > MOST_JSON:
        return False
    if file.head.lstrip()[:1] != b"{" or not any(word in file.head for word in _ARCHITECTURE):
        return False
    document = object_in(file)
    # What begins so and does not parse was an architecture once.
    return not document or is_architecture(document)

"""What a file is by its content, what its name promises, and what is missing beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.model.codecs.sstable import FOOTER, MAGIC
from matrix.model.formats.detect import text_kind
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning

_PROMISED = {
    ".keras": "zip",
    ".zip": "zip",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".tflite": "tflite",
    ".index": "table",
    ".json": "json",
    ".gz": "gzip",
    ".tgz": "gzip",
    ".pb": "graph",
    ".pbtxt": "graph",
    ".meta": "graph",
}
_WORDS = {
    "hdf5": "an HDF5 file",
    "zip": "a zip file",
    "gzip": "a gzip file",
    "tflite": "a TensorFlow Lite model",
    "table": "a checkpoint index",
    "json": "a JSON file",
    "graph": "a protocol buffer",
    "saved_model": "a SavedModel",
}
_NAMES = {
    "hdf5": "a name that ends in .h5",
    "zip": "a name that ends in .keras",
    "tflite": "a name that ends in .tflite",
    "table": "a name that ends in .index",
    "gzip": "a name that ends in .tar.gz",
    "graph": "a name that ends in .pb",
}
# TensorFlow's own beside the model, messages unknown to us: those that loaders parse, and others.
_PARSED = frozenset({"keras_metadata.pb", "saved_model_debug_info.pb"})
_BESIDE = frozenset({"fingerprint.pb", "tfhub_module.pb"})
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MOST_BLOCK = 4096
_MARKS = (
    (0, _HDF5, "hdf5"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (4, b"TFL3", "tflite"),
)
# Kinds that every file of them shows in its first bytes.
_MARKED = frozenset({"hdf5", "zip", "tflite", "gzip"})
_SAVED_MODEL = ("saved_model.pb", "saved_model.pbtxt")


def content_of(place: ModelFile) -> str | None:
    """What the bytes are for sure; `None` where no mark says so."""
    for at, mark, kind in _MARKS:
        if place.head.startswith(mark, at):
            return kind
    if _hdf5_behind_a_user_block(place):
        return "hdf5"
    if place.size >= FOOTER:
        with place.path.open("rb") as file:
            file.seek(-len(MAGIC), 2)
            if file.read(len(MAGIC)) == MAGIC:
                return "table"
    return None


def _hdf5_behind_a_user_block(place: ModelFile) -> bool:
    if _PROMISED.get(place.path.suffix.lower()) != "hdf5":
        return False
    with place.path.open("rb") as file:
        block = file.read(_MOST_BLOCK)
    return any(block[at : at + len(_HDF5)] == _HDF5 for at in (512, 1024, 2048))


def kind_of(place: ModelFile) -> str | None:
    """How to look into a file: by its content, and where that says nothing by its name."""
    name = place.path.name
    if (found := content_of(place)) is not None:
        return found
    if name in _SAVED_MODEL:
        return "saved_model"
    if name in _PARSED:
        return "message"
    if name in _BESIDE or "assets" in Path(place.name).parts[:-1]:
        return None
    if place.path.suffix == ".pbtxt" and text_kind(place.head) is None:
        # Label maps, schemas and settings are texts of other messages.
        return None
    promised = _PROMISED.get(place.path.suffix.lower())
    return None if promised in _MARKED else promised


def check(path: Path, sound: Sequence[ModelFile]) -> Iterator[Finding]:
    """Names that promise something else than they hold, and parts that are missing as a whole."""
    for place in sound:
        yield from _promise(place)
    if not path.is_dir():
        return
    kind = _PROMISED.get(path.suffix.lower())
    if kind in ("zip", "hdf5", "tflite"):
        sentence = f"{path.name} is a folder, but its name is that of {_WORDS[kind]}."
        advice = "Loaders go by the name, so rename the folder."
        yield warning(Kind.WRONG_NAME, path.name, f"{sentence} {advice}")
    if (path / "variables").is_dir() and not any(_there(path / name) for name in _SAVED_MODEL):
        sentence = "saved_model.pb is missing, but the variables of a SavedModel exist."
        yield damage(Kind.MISSING, "saved_model.pb", sentence)


def _there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _promise(place: ModelFile) -> Iterator[Finding]:
    suffix = place.path.suffix.lower()
    promised, found = _PROMISED.get(suffix), content_of(place)
    if promised is None or promised == found:
        return
    if found is not None:
        sentence = f"{place.name} is {_WORDS[found]}, but its name is that of {_WORDS[promised]}."
        advice = (
            f"Loaders go by the name, so rename it to {_NAMES[found]}." if found in _NAMES else ""
        )
        yield warning(Kind.WRONG_NAME, place.name, f"{sentence} {advice}".strip())
    elif promised in _MARKED:
        begins = f"it starts with {place.head[:8]!r}"
        sentence = f"{place.name} is not {_WORDS[promised]}, as its name says: {begins}."
        yield damage(
            Kind.WRONG_NAME, place.name, f"{sentence} It is damaged, or it is another file."
        )

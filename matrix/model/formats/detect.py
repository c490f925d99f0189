"""What a path is: the kind of a file by its content, the model in a folder or an archive."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf_wire import LENGTH, VARINT, outline
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats import checkpoint, foreign, keras_file, saved_model, tflite
from matrix.model.formats.keras_config import is_architecture, parsed
from matrix.model.source import archives

_HEAD = 512
# The fields of the messages, by wire type.
_FIELDS = {
    "GraphDef": {1: LENGTH, 2: LENGTH, 3: VARINT, 4: LENGTH, 5: LENGTH},
    "MetaGraphDef": dict.fromkeys(range(1, 8), LENGTH),
    "SavedModel": {1: VARINT, 2: LENGTH},
}
_ONNX = {**dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25), LENGTH), 1: VARINT, 5: VARINT}
# How a text form begins tells what it is of.
_TEXT = re.compile(rb"(?:\s|#[^\n]*\n)*(?P<name>[a-z_]+)\s*[:{]")
_TEXT_KINDS = {
    **dict.fromkeys((b"node", b"library", b"versions", b"version"), "GraphDef"),
    **dict.fromkeys((b"meta_info_def", b"graph_def", b"saver_def"), "MetaGraphDef"),
    **dict.fromkeys((b"saved_model_schema_version", b"meta_graphs"), "SavedModel"),
}
_PROMISES = {
    ".keras": frozenset({Format.KERAS_V3}),
    ".h5": frozenset({Format.KERAS_H5, Format.WEIGHTS_H5}),
    ".hdf5": frozenset({Format.KERAS_H5, Format.WEIGHTS_H5}),
    ".tflite": frozenset({Format.TFLITE}),
    ".pb": frozenset({Format.GRAPH_DEF, Format.SAVED_MODEL, Format.SAVED_MODEL_V1}),
    ".json": frozenset({Format.KERAS_JSON}),
    ".meta": frozenset({Format.META_GRAPH}),
}


@dataclass(frozen=True, kw_only=True)
class DetectedModel:
    """A model: what loaders are given, and what its bytes say."""

    path: Path
    facts: FormatFacts

    def noting(self, *notes: str) -> DetectedModel:
        return replace(self, facts=replace(self.facts, notes=(*notes, *self.facts.notes)))


Unpack = Callable[[Path], Path]


def text_kind(head: bytes) -> str | None:
    """The message that a file in text form is, by how it begins; `None` for other texts."""
    return _TEXT_KINDS.get(text["name"]) if (text := _TEXT.match(head)) else None


def file(path: Path, unpack: Unpack, depth: int = 0) -> DetectedModel:
    """The model that a file is, or holds.

    Raises:
        NothingTestable: it is something else, which the message names.
    """
    found = _file(path, unpack, depth)
    return found.noting(*_about_name(path, found.facts.format)) if found.path == path else found


def _about_name(path: Path, kind: Format) -> Iterator[str]:
    suffix = path.suffix.lower()
    if kind not in _PROMISES.get(suffix, (kind,)):
        yield f"Its extension is {path.suffix}, but its content is {kind.value}."
    if kind is Format.KERAS_V3 and suffix != ".keras":
        yield "Keras loads a zip file only if its name ends in .keras."
    if kind is Format.KERAS_H5 and suffix not in (".h5", ".hdf5"):
        yield "Keras 3 loads an HDF5 file only if its name ends in .h5 or .hdf5."


def _file(path: Path, unpack: Unpack, depth: int) -> DetectedModel:
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    if keras_file.is_hdf5(path):
        return DetectedModel(path=path, facts=keras_file.hdf5(path))
    if head[4:8] == b"TFL3":
        return DetectedModel(path=path, facts=tflite.tflite(path))
    if head.startswith(b"PK\x03\x04"):
        return _zip(path, unpack, depth)
    if archives.is_archive(path):
        return _archive(path, unpack, depth)
    return _without_magic(path, head)


def _without_magic(path: Path, head: bytes) -> DetectedModel:
    """Kinds that are told by how they end, by their words, or by their structure."""
    if prefix := checkpoint.prefix_at(path):
        return DetectedModel(path=prefix, facts=checkpoint.read(prefix))
    if checkpoint.is_state(path):
        return _state(path)
    if head.lstrip()[:1] in (b"{", b"[", b'"'):
        return _json(path, head)
    if kind := text_kind(head):
        return _graph(path, kind, text=True)
    return _binary(path, head)


def _zip(path: Path, unpack: Unpack, depth: int) -> DetectedModel:
    if not zipfile.is_zipfile(path):
        message = f"{path} starts like a zip file but does not end like one: it is incomplete"
        raise NothingTestable(f"{message} or damaged. Download or copy it again.")
    names = foreign.names_in(path)
    if "config.json" in names and not _holds_saved_model(names):
        found = keras_file.keras_zip(path)
        if found.layers or {"metadata.json", "model.weights.h5"} & set(names):
            return DetectedModel(path=path, facts=found)
    if refusal := foreign.zipped(path, names):
        raise NothingTestable(refusal)
    return _archive(path, unpack, depth)


def _holds_saved_model(names: list[str]) -> bool:
    return any(name.endswith(("saved_model.pb", "saved_model.pbtxt")) for name in names)


_DEEPEST = 3


def _archive(path: Path, unpack: Unpack, depth: int) -> DetectedModel:
    from matrix.model.formats.folders import folder

    if depth >= _DEEPEST:
        raise NothingTestable(f"{path} is nested in more than one archive. Unpack it first.")
    inside = unpack(path)
    try:
        found = folder(inside, unpack, depth + 1)
    except NothingTestable as refusal:
        reason = str(refusal).replace(f"{inside}/", "").replace(str(inside), "its content")
        raise NothingTestable(f"{path} is an archive that contains no model: {reason}") from refusal
    name = found.path.relative_to(inside) if found.path.is_relative_to(inside) else found.path.name
    return found.noting(
        f"It is an archive; the tested model is {(name if str(name) != '.' else 'all')} inside it."
    )


def _state(path: Path) -> DetectedModel:
    prefix = checkpoint.newest(path.parent) if path.name == "checkpoint" else None
    if prefix is None:
        message = f"{path} refers to a checkpoint that is not in its folder"
        raise NothingTestable(f"{message}. Give the path of the checkpoint without .index.")
    return DetectedModel(path=prefix, facts=checkpoint.read(prefix))


def _json(path: Path, head: bytes) -> DetectedModel:
    if path.stat().st_size > keras_file.MOST_JSON:
        raise NothingTestable(
            f"{path} is a JSON file of more than 64 MB, which is too large for an architecture."
        )
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        if head.lstrip()[:2] in (b'{"', b"{\n", b"{\r", b"{ ") and not isinstance(
            error, RecursionError
        ):
            message = f"{path} starts like JSON but is not valid JSON: {str(error)[:100]}"
            raise NothingTestable(
                f"{message}. It may be incomplete: download or copy it again."
            ) from error
        raise NothingTestable(foreign.sentence(path, head)) from error
    if isinstance(document, str) and is_architecture(parsed(document)):
        # What `json.dump(model.to_json(), file)` writes; no release takes it.
        message = f"{path} is an architecture inside a JSON string, which Keras does not read"
        raise NothingTestable(
            f"{message}. Write the text of model.to_json() into the file without encoding it again."
        )
    if isinstance(document, dict):
        if {"modelTopology", "weightsManifest"} & set(document):
            raise NothingTestable(foreign.tfjs(path))
        if is_architecture(document):
            weights = keras_file.weights_beside(path)
            return DetectedModel(path=path, facts=keras_file.architecture(document, weights))
    raise NothingTestable(
        f"{path} is JSON, but not the architecture of a Keras model. Give the path of the "
        "model itself."
    )


def _binary(path: Path, head: bytes) -> DetectedModel:
    seen = outline(path)
    if seen is None or not head.strip(b"\0"):
        raise NothingTestable(foreign.sentence(path, head))
    if (7, LENGTH) in seen.fields and (1, VARINT) in seen.fields and seen.within(_ONNX):
        raise NothingTestable(foreign.onnx(path))
    for kind, allowed in _FIELDS.items():
        if seen.within(allowed) and saved_model.begins(kind, seen):
            if not seen.whole:
                message = f"{path} starts like a {kind} but is incomplete"
                raise NothingTestable(f"{message}. Download or copy it again.")
            return _graph(path, kind)
    raise NothingTestable(foreign.sentence(path, head))


def _graph(path: Path, kind: str, *, text: bool = False) -> DetectedModel:
    if kind == "SavedModel":
        named = path.name in ("saved_model.pb", "saved_model.pbtxt")
        facts = saved_model.saved_model(path, text=text)
        if not named:
            message = (
                f"{path} is the graph file of a SavedModel, but not inside a SavedModel folder"
            )
            raise NothingTestable(
                f"{message}. Rename it to saved_model.pb and put it next to its variables folder."
            )
        return DetectedModel(path=path.parent, facts=facts)
    if kind == "GraphDef":
        return DetectedModel(path=path, facts=saved_model.graph_def(path, text=text))
    stem = path.name.removesuffix(".meta")
    beside = stem not in ("", path.name)
    weights = checkpoint.prefix_at(path.with_name(stem)) if beside else None
    return DetectedModel(
        path=path, facts=replace(saved_model.meta_graph(path, text=text), weights=weights)
    )

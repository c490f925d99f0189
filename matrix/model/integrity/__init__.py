"""Are the bytes of a model what was saved? Looked at before anything runs.

What is there is told from what should be there: every file that can be read, every checksum that
a format has, everything that one part says about another. Nothing here needs a model that loads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.model.codecs.sstable import DamagedTable, table
from matrix.model.codecs.tensor_bundle import index_of
from matrix.model.integrity import archives, hdf5, names, protobufs, tflite, weights
from matrix.model.integrity.files import ModelFile, model_files
from matrix.model.integrity.finding import Finding, Kind, Severity, damage

__all__ = ["Finding", "Kind", "Severity", "examine", "files_of"]

_MOST_JSON = 2**28


def examine(path: Path) -> tuple[Finding, ...]:
    """What is wrong with the model at a path, the certain damage first.

    Raises:
        OSError: the path itself cannot be looked at.
    """
    found: list[Finding] = []
    sound: list[ModelFile] = []
    for root in _roots(path):
        for one in model_files(root):
            if isinstance(one, Finding):
                found.append(one)
            else:
                sound.append(one)
    for place in sound:
        found += _checked(place)
    found += names.check(path, sound)
    return tuple(dict.fromkeys(sorted(found, key=lambda one: not one.damaged)))


def files_of(path: Path) -> list[ModelFile]:
    """The files of a model that can be read and are what they seem."""
    found = [one for root in _roots(path) for one in model_files(root)]
    return [one for one in found if isinstance(one, ModelFile)]


def _roots(path: Path) -> Sequence[Path]:
    """What belongs to a path: a checkpoint is named by its prefix or by one of its files."""
    if path.is_dir() or (index := index_of(path)) is None:
        return (path,)
    prefix = index.name.removesuffix(".index")
    parts = [*path.parent.glob(f"{_literal(prefix)}.data-*"), path.with_name(f"{prefix}.meta")]
    return (index, *sorted(part for part in parts if part.exists() or part.is_symlink()))


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _checked(place: ModelFile) -> Iterator[Finding]:
    """Look into one file, by what it is and what its name says it should be."""
    match names.kind_of(place):
        case "hdf5":
            yield from hdf5.check(place.path, place.name, place.name)
        case "zip":
            yield from archives.check_zip(place)
        case "gzip":
            yield from archives.check_gzip(place)
        case "tflite":
            yield from tflite.check_tflite(place)
        case "table":
            yield from _table(place)
        case "saved_model":
            yield from protobufs.check_saved_model(place)
        case "graph":
            yield from protobufs.check_graph(place)
        case "message":
            yield from protobufs.check_message(place)
        case "json":
            yield from _json(place)


def _table(place: ModelFile) -> Iterator[Finding]:
    if place.path.suffix == ".index":
        yield from weights.check_bundle(place.path, place.name)
        return
    try:
        for _ in table(place.path.read_bytes()):
            pass
    except DamagedTable as error:
        sentence = f"{place.name} is a damaged checkpoint: {error}. Download or copy it again."
        yield damage(Kind.CHECKSUM, place.name, sentence)


def _json(place: ModelFile) -> Iterator[Finding]:
    if place.size > _MOST_JSON:
        return
    try:
        json.loads(place.path.read_bytes())
    except (ValueError, RecursionError) as error:
        sentence = (
            f"{place.name} is not valid JSON: {error}. It is incomplete or damaged. Download or "
            "copy it again."
        )
        yield damage(Kind.UNPARSABLE, place.name, sentence)

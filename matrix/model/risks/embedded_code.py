"""Looks into every file of a model for pickles, modules, and paths outside of it.

Archives in archives are looked into as well, within limits; what is damaged holds no label, for
damage is told elsewhere.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.model.codecs.json_text import MOST_JSON, json_in
from matrix.model.codecs.protobuf import assets_in, keras_metadata_in
from matrix.model.codecs.readable import Readable
from matrix.model.codecs.zip_file import MOST_IN_MEMORY, member, zip_in
from matrix.model.facts import ModelFacts
from matrix.model.formats.keras_config import parsed
from matrix.model.formats.signatures import HDF5, NUMPY, PICKLE, ZIP
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.config_risks import config_risks
from matrix.model.risks.hdf5_risks import configs_in, hdf5_risks
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.outside import climbing, climbs
from matrix.model.risks.risk import Risk
from matrix.model.source.limits import FREE_BYTES, MOST_RATIO
from matrix.walking import all_below

_PICKLE_NAMES = (".pkl", ".pickle", ".joblib", ".dill")
_MOST_MEMBERS = 100_000
_MOST_FILES = 10_000
_DEEPEST_ARCHIVE = 3
# What declares more is not unpacked to be looked into: it would take too long.
_MOST_READ, _READ_RATIO = 2**28, 20
_OBJECT_ARRAY = re.compile(rb"'descr': *'\|O'")
_UNREADABLE = (
    *(OSError, ValueError, RuntimeError, EOFError, NotImplementedError, zlib.error, KeyError),
    *(zipfile.BadZipFile, tarfile.TarError, RecursionError, TypeError, MemoryError),
    # h5py, where visiting the links of a damaged file raises within its own lock.
    SystemError,
)


def embedded_code(
    model: ModelFacts, graphs: Sequence[Any], opened: OpenedFiles
) -> tuple[Risk, ...]:
    """The labels of files and names, each once; `graphs` are the MetaGraphs of the model."""
    risks: list[Risk] = []
    for path in _files(model):
        risks += _quietly(lambda path=path: _in_file(opened.at(path), path.name))  # type: ignore[misc]
    risks += _assets(graphs)
    for graph in graphs:
        for node in graph.object_graph_def.nodes:
            if node.user_object.metadata:
                risks += config_risks(parsed(node.user_object.metadata))
    return tuple(dict.fromkeys(risks))


def _quietly(look: Callable[[], Iterator[Risk]]) -> Iterator[Risk]:
    """The labels up to where something cannot be read."""
    try:
        yield from look()
    except _UNREADABLE:
        return


def _files(model: ModelFacts) -> Iterator[Path]:
    """What the caller named, and what loaders are given where that lies elsewhere."""
    roots = [model.path, model.load_path, *([model.weights] if model.weights else [])]
    seen: set[Path] = set()
    for root in roots:
        for file in _below(root):
            if file not in seen:
                seen.add(file)
                yield file


def _below(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    elif root.is_dir():
        for number, file in enumerate(sorted(all_below(root))):
            if number >= _MOST_FILES:
                return
            if file.is_file():
                yield file


def _in_file(file: Readable, name: str, depth: int = 0) -> Iterator[Risk]:
    plain = name.split(" in ", maxsplit=1)[0]
    yield from _pickle(name, file.head)
    if ZIP.matches_head(file.head):
        if depth < _DEEPEST_ARCHIVE:
            yield from _zip(file, name, depth)
    elif HDF5.matches_head(file.head):
        yield from _quietly(lambda: hdf5_risks(file, name))
        for config in configs_in(file):
            yield from config_risks(config)
    elif plain == "keras_metadata.pb":
        for node in keras_metadata_in(file):
            yield from config_risks(parsed(node.metadata))
    elif plain.endswith(".json") and file.size <= MOST_JSON:
        yield from config_risks(_architecture(json_in(file)))


def _architecture(document: Any) -> Any:
    """A document that configures a model; those beside it, such as vocabularies, do not."""
    return document if isinstance(document, dict) and "config" in document else {}


def _pickle(name: str, head: bytes) -> Iterator[Risk]:
    plain = name.split(" in ", maxsplit=1)[0].lower()
    if plain.endswith(_PICKLE_NAMES) or PICKLE.matches_head(head):
        sentence = f"{name} is a pickle: unpickling it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)
    elif NUMPY.matches_head(head) and _OBJECT_ARRAY.search(head):
        sentence = f"{name} is an array of pickled objects: reading it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)


def _zip(file: Readable, name: str, depth: int) -> Iterator[Risk]:
    infos = zip_in(file).infolist()[:_MOST_MEMBERS]
    declared = sum(info.file_size for info in infos)
    if declared > max(FREE_BYTES, MOST_RATIO * file.size):
        sentence = (
            f"{name} unpacks to {declared:,} bytes from {file.size:,}: that fills a disk or memory."
        )
        yield Risk(kind="bomb", subject=name, where=OpPlacement.LOAD, sentence=sentence)
    for info in infos:
        if climbs(info.filename):
            yield climbing(f"{info.filename} in {name}", info.filename)
        if declared > _MOST_READ + _READ_RATIO * file.size:
            continue
        yield from _quietly(lambda info=info: _member(file, info, name, depth))  # type: ignore[misc]


def _member(file: Readable, info: zipfile.ZipInfo, name: str, depth: int) -> Iterator[Risk]:
    inside = f"{info.filename} in {name}"
    with zip_in(file).open(info) as content:
        head = content.read(256)
    of_keras = HDF5.matches_head(head) or info.filename.endswith(".json")
    if not (of_keras or ZIP.matches_head(head)):
        yield from _pickle(inside, head)
    elif (part := member(file, info.filename, MOST_IN_MEMORY, in_place=True)) is not None:
        yield from _in_file(part, inside, depth + 1)


def _assets(graphs: Sequence[Any]) -> Iterator[Risk]:
    for graph in graphs:
        for asset in assets_in(graph):
            if climbs(asset.filename):
                yield climbing(f"The asset {asset.filename}", asset.filename)

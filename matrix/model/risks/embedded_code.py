"""Pickles, imported modules, and paths outside the model."""

from __future__ import annotations

import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from matrix.model.codecs.hdf5 import h5py, hdf5_in
from matrix.model.codecs.json_text import MOST_JSON, json_in, parse_json
from matrix.model.codecs.protobuf import assets_in
from matrix.model.codecs.zip_file import member, zip_in
from matrix.model.facts import ModelFacts
from matrix.model.formats.signatures import HDF5, NUMPY, PICKLE, ZIP
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk

_PICKLE_NAMES = (".pkl", ".pickle", ".joblib", ".dill")
_MOST_MEMBERS = 100_000
_MOST_FILES = 10_000
_OBJECT_ARRAY = re.compile(rb"'descr': *'\|O'")
# Modules that Keras itself names in its configurations.
_OWN_MODULES = ("keras", "tf_keras", "tensorflow", "builtins")
_DEEPEST = 200


def embedded_code(
    model: ModelFacts, graphs: Sequence[Any], opened: OpenedFiles
) -> tuple[Risk, ...]:
    """The labels of files and names, each once; `graphs` are the MetaGraphs of the model."""
    root = model.path if model.path.exists() else model.load_path
    risks: list[Risk] = []
    for path in _files(root):
        try:
            risks += _in_file(opened.at(path))
        # Damage is told elsewhere: what cannot be read here holds no label.
        except (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, zlib.error):
            continue
        except (zipfile.BadZipFile, tarfile.TarError, KeyError, RecursionError):
            continue
    risks += _assets(graphs)
    return tuple(dict.fromkeys(risks))


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    elif root.is_dir():
        for number, file in enumerate(sorted(root.rglob("*"))):
            if number >= _MOST_FILES:
                return
            if file.is_file():
                yield file


def _in_file(file: OpenedFile) -> Iterator[Risk]:
    name = file.path.name
    yield from _pickle(name, file.head)
    if ZIP.matches_head(file.head):
        yield from _zip(name, zip_in(file))
        config = member(file, "config.json", MOST_JSON)
        if config is not None:
            yield from _modules(json_in(config))
    elif HDF5.matches_head(file.head):
        yield from _hdf5(file)


def _pickle(name: str, head: bytes) -> Iterator[Risk]:
    plain = name.split(" in ", maxsplit=1)[0].lower()
    if plain.endswith(_PICKLE_NAMES) or PICKLE.matches_head(head):
        sentence = f"{name} is a pickle: unpickling it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)
    elif NUMPY.matches_head(head) and _OBJECT_ARRAY.search(head):
        sentence = f"{name} is an array of pickled objects: reading it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)


def _zip(name: str, archive: zipfile.ZipFile) -> Iterator[Risk]:
    for info in archive.infolist()[:_MOST_MEMBERS]:
        if _climbs(info.filename):
            yield _climbing(f"{info.filename} in {name}", info.filename)
        with archive.open(info) as content:
            head = content.read(256)
            yield from _pickle(f"{info.filename} in {name}", head)
            if ZIP.matches_head(head) and " in " not in name:
                content.seek(0)
                with zipfile.ZipFile(content) as inner:
                    yield from _zip(f"{info.filename} in {name}", inner)
                    yield from _modules(_config_of(inner))


def _config_of(archive: zipfile.ZipFile) -> Any:
    """The configuration in an archive that is a member of another."""
    has_config = "config.json" in archive.namelist()
    if not has_config or archive.getinfo("config.json").file_size > MOST_JSON:
        return None
    return parse_json(archive.read("config.json"))


def _modules(document: Any) -> Iterator[Risk]:
    """Modules that Keras would import, or takes code from, on the word of the configuration."""
    waiting, seen = [(document, 0)], set()
    while waiting:
        value, depth = waiting.pop()
        if depth < _DEEPEST and isinstance(value, dict | list):
            inside = value.values() if isinstance(value, dict) else value
            waiting += [(item, depth + 1) for item in inside]
        module = value.get("module") if isinstance(value, dict) else None
        if not isinstance(module, str) or module.split(".")[0] in _OWN_MODULES or module in seen:
            continue
        seen.add(module)
        sentence = f"Its configuration makes Keras import the module {module[:100]}."
        yield Risk(
            kind="imports_module", subject=module[:100], where=OpPlacement.LOAD, sentence=sentence
        )


def _hdf5(file: OpenedFile) -> Iterator[Risk]:
    links: list[str] = []
    external = h5py().ExternalLink

    def visit(_: str, link: Any) -> None:
        if isinstance(link, external):
            links.append(link.filename)

    hdf5_in(file).visititems_links(visit)
    for name in links:
        sentence = f"{file.path.name} contains a link to another file, {name}, "
        sentence += "which is opened while loading."
        yield Risk(kind="climbs_out", subject=name, where=OpPlacement.LOAD, sentence=sentence)


def _assets(graphs: Sequence[Any]) -> Iterator[Risk]:
    for graph in graphs:
        for asset in assets_in(graph):
            if _climbs(asset.filename):
                yield _climbing(f"The asset {asset.filename}", asset.filename)


def _climbs(name: str) -> bool:
    plain = name.replace("\\", "/")
    return ".." in PurePosixPath(plain).parts or plain.startswith("/") or plain[1:2] == ":"


def _climbing(what: str, name: str) -> Risk:
    sentence = f"{what} refers to a path outside the model."
    return Risk(kind="climbs_out", subject=name, where=OpPlacement.LOAD, sentence=sentence)

"""What lies beside or inside a model: pickles, foreign modules, names that climb out of it."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from matrix.model.facts import Format, ModelFacts
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk

_ZIP = b"PK\x03\x04"
_PICKLE_NAMES = (".pkl", ".pickle", ".joblib", ".dill")
_PICKLE_HEAD = re.compile(rb"\x80[\x02-\x05]")
_MOST_MEMBERS = 100_000
_MOST_FILES = 10_000
_MOST_CONFIG = 2**26
_OBJECT_ARRAY = re.compile(rb"'descr': *'\|O'")
# Modules that Keras itself names in its configurations.
_OWN_MODULES = ("keras", "tf_keras", "tensorflow", "builtins")
_DEEPEST = 200


def embedded_code(model: ModelFacts) -> tuple[Risk, ...]:
    """The labels of files and names, each once."""
    root = model.path if model.path.exists() else model.load_path
    found: list[Risk] = []
    for file in _files(root):
        try:
            found += _in_file(file)
        # Damage is told elsewhere: what cannot be read here holds no label.
        except (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, zlib.error):
            continue
        except (zipfile.BadZipFile, tarfile.TarError, KeyError, RecursionError):
            continue
    found += _assets(model)
    return tuple(dict.fromkeys(found))


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    elif root.is_dir():
        for number, file in enumerate(sorted(root.rglob("*"))):
            if number >= _MOST_FILES:
                return
            if file.is_file():
                yield file


def _in_file(file: Path) -> Iterator[Risk]:
    with file.open("rb") as opened:
        head = opened.read(256)
    yield from _pickle(file.name, head)
    if head.startswith(_ZIP):
        with zipfile.ZipFile(file) as archive:
            yield from _zip(file.name, archive)
    elif head.startswith(b"\x89HDF"):
        yield from _hdf5(file)


def _pickle(name: str, head: bytes) -> Iterator[Risk]:
    if name.split(" in ", maxsplit=1)[0].lower().endswith(_PICKLE_NAMES) or _PICKLE_HEAD.match(
        head
    ):
        sentence = f"{name} is a pickle: unpickling it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)
    elif head.startswith(b"\x93NUMPY") and _OBJECT_ARRAY.search(head):
        sentence = f"{name} is an array of pickled objects: reading it runs the program inside."
        yield Risk(kind="pickle", subject=name, where=OpPlacement.ELSEWHERE, sentence=sentence)


def _zip(name: str, archive: zipfile.ZipFile) -> Iterator[Risk]:
    for info in archive.infolist()[:_MOST_MEMBERS]:
        if _climbs(info.filename):
            yield _climbing(f"{info.filename} in {name}", info.filename)
        with archive.open(info) as member:
            head = member.read(256)
            yield from _pickle(f"{info.filename} in {name}", head)
            if head.startswith(_ZIP) and " in " not in name:
                member.seek(0)
                with zipfile.ZipFile(member) as inner:
                    yield from _zip(f"{info.filename} in {name}", inner)
    if "config.json" in archive.namelist():
        config = archive.getinfo("config.json")
        if config.file_size <= _MOST_CONFIG:
            yield from _modules(json.loads(archive.read(config)))


def _modules(document: Any) -> Iterator[Risk]:
    """Modules that Keras would import, or takes code from, on the word of the configuration."""
    waiting, seen = [(document, 0)], set()
    while waiting:
        value, depth = waiting.pop()
        inside = value.values() if isinstance(value, dict) else value
        if depth < _DEEPEST and isinstance(value, dict | list):
            waiting += [(one, depth + 1) for one in inside]
        module = value.get("module") if isinstance(value, dict) else None
        if not isinstance(module, str) or module.split(".")[0] in _OWN_MODULES or module in seen:
            continue
        seen.add(module)
        sentence = f"Its configuration makes Keras import the module {module[:100]}."
        yield Risk(
            kind="imports_module", subject=module[:100], where=OpPlacement.LOAD, sentence=sentence
        )


def _hdf5(file: Path) -> Iterator[Risk]:
    import h5py

    found: list[str] = []

    def visit(_: str, link: Any) -> None:
        if isinstance(link, h5py.ExternalLink):
            found.append(link.filename)

    with h5py.File(file, "r") as opened:
        opened.visititems_links(visit)
    for name in found:
        sentence = (
            f"{file.name} contains a link to another file, {name}, which is opened while loading."
        )
        yield Risk(kind="climbs_out", subject=name, where=OpPlacement.LOAD, sentence=sentence)


def _assets(model: ModelFacts) -> Iterator[Risk]:
    if model.format not in (Format.SAVED_MODEL, Format.SAVED_MODEL_V1) or model.text:
        return
    from matrix.model.formats.saved_model import parsed

    try:
        message = parsed(model.load_path / "saved_model.pb", "SavedModel")
    except OSError:
        return
    for graph in message.meta_graphs if message is not None else ():
        for asset in graph.asset_file_def:
            if _climbs(asset.filename):
                yield _climbing(f"The asset {asset.filename}", asset.filename)


def _climbs(name: str) -> bool:
    plain = name.replace("\\", "/")
    return ".." in PurePosixPath(plain).parts or plain.startswith("/") or plain[1:2] == ":"


def _climbing(what: str, name: str) -> Risk:
    sentence = f"{what} refers to a path outside the model."
    return Risk(kind="climbs_out", subject=name, where=OpPlacement.LOAD, sentence=sentence)

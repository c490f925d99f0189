"""Models of which copies with other bytes are made, one way for each format."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale import changes
from benchmarks.scale.changes import Change
from matrix.model.codecs.sstable import DamagedTable
from matrix.model.codecs.tensor_bundle import bundle_in
from matrix.model.opened_files import OpenedFiles
from matrix.models_list.models import models_of


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A model at `root`, a file or a folder, which is named by its path `inner` in there.

    `changing` are the files that a copy has other bytes in, by their path from `root`.
    """

    root: Path
    inner: str
    changing: Mapping[str, Change]

    def copy(self, number: int, folder: Path) -> Path:
        """Write copy `number` into a folder; gives the path to name it by. 0 is the seed itself."""
        name = self.root.name
        suffix = ".tar.gz" if name.endswith(".tar.gz") else self.root.suffix
        suffix = suffix if self.root.is_file() else ""
        folder.mkdir(parents=True, exist_ok=True)
        # Many models are called `model` in a folder of their own.
        stem = f"{self.root.parent.name}-{name.removesuffix(suffix)}"
        target = folder / f"{stem}-{number:05}{suffix}"
        if self.root.is_dir():
            shutil.copytree(self.root, target, copy_function=shutil.copyfile)
        for name, change in self.changing.items():
            (target / name).write_bytes(change(number))
        return target / self.inner


def seeds_in(folder: Path) -> Iterator[Seed]:
    """The models below a folder that copies can be made of, in order."""
    for model in models_of([], [str(folder)], folder):
        if isinstance(model, Path) and (seed := seed_of(model)):
            yield seed


def seed_of(model: Path) -> Seed | None:
    """A model as a seed; `None` where no way is known to change it and keep it whole."""
    if not model.exists() or (model.suffix in (".index", ".meta") and _has_index(model)):
        # A checkpoint is named by what its files have in common.
        return _of_folder(model.parent, model.name)
    if model.is_dir():
        return _of_folder(model, "")
    change = _of_file(model)
    return Seed(root=model, inner="", changing={"": change}) if change else None


def _has_index(model: Path) -> bool:
    return model.with_suffix(".index").is_file()


def _of_folder(folder: Path, inner: str) -> Seed | None:
    found: dict[str, Change] = {}
    for index in sorted(folder.rglob("*.index")):
        found = found or _of_bundle(index, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for ending in ("saved_model.pb", ".pbtxt", ".keras", ".tflite", ".h5", ".meta", ".pb"):
        file = changes.first(files, ending)
        if not found and file and (change := _of_file(file)):
            found = {file.relative_to(folder).as_posix(): change}
    return Seed(root=folder, inner=inner, changing=found) if found else None


def _of_bundle(index: Path, folder: Path) -> dict[str, Change]:
    with OpenedFiles() as opened:
        try:
            bundle = bundle_in(opened.at(index), index)
        except (DamagedTable, OSError):
            return {}
    entry = changes.tensor_of(bundle)
    shard = bundle.shard(entry.shard) if entry else None
    if entry is None or shard is None or not shard.is_file():
        return {}
    both = changes.bundle(index.read_bytes(), shard.read_bytes(), entry)
    if both is None:
        return {}
    names = [path.relative_to(folder).as_posix() for path in (index, shard)]
    return dict(zip(names, both, strict=True))


def _of_file(file: Path) -> Change | None:
    content, name = file.read_bytes(), file.name
    if content[:4] == b"PK\3\4":
        return changes.archive(content)
    if content[:4] == b"\x89HDF":
        return changes.hdf5(content)
    if content[4:8] == b"TFL3":
        return changes.tflite(content)
    if content[:2] == b"\x1f\x8b":
        return changes.gzip_date(content)
    appended = {
        "saved_model.pb": changes.version,
        ".pbtxt": changes.comment,
        ".meta": changes.in_meta_graph,
        ".pb": changes.node,
        ".json": changes.blanks,
    }
    way = next((part for ending, part in appended.items() if name.endswith(ending)), None)
    return changes.appended(content, way) if way else None

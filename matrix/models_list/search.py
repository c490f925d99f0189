"""Finds the models below a folder, without inspecting them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from matrix.log import logger
from matrix.model.formats.checkpoint_files import newest, parts_of
from matrix.model.formats.readers.keras_v3 import CONFIG, METADATA, WEIGHTS
from matrix.model.formats.signatures import SAVED_MODEL
from matrix.model.opened_files import OpenedFiles
from matrix.models_list.kinds import model_of

_LOG = logger(__name__)
# What a run of ours leaves in its folders.
_RESULTS = ({"plan.json", "run.json"}, {"parts.json"}, {"report.json", "results"})
_NOT_ENTERED = "__pycache__"
# Where the Hugging Face hub keeps files under their digests; the models beside link to them.
_HUB = {"blobs", "snapshots", "refs"}


def models_below(folder: Path, *, named: bool = False) -> Iterator[Path]:
    """The models in a folder and in all folders below it, in the order of their names.

    A folder that is a model is not entered, nor are hidden ones and results of ours. Links are not
    followed where they lead to a folder or out of the one that is searched. Numbered folders of
    SavedModels are the versions of one model, unless they lie in the searched folder itself; with
    `named`, which stands for a folder that was named as one model may be, there as well.
    """
    search = _Search(folder)
    yield from search.below(folder, versions=named)
    if search.outside:
        links, lead, were = (
            ("1 link", "leads", "was")
            if search.outside == 1
            else (f"{search.outside:,} links", "lead", "were")
        )
        _LOG.warning("%s in %s %s out of it and %s not followed.", links, folder, lead, were)


def model_at(path: Path) -> Path | None:
    """The model that a file is, or a part of; `None` where it is none."""
    with OpenedFiles() as opened:
        return _quietly(path, opened)


class _Search:
    """One search; `outside` counts the links that lead out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.outside = 0

    def below(self, folder: Path, *, versions: bool) -> Iterator[Path]:
        """The models of a folder; `versions` says whether numbered ones are those of one."""
        waiting = [(folder, versions)]
        while waiting:
            here, versions = waiting.pop()
            entries = _listing(here)
            if _is_model(here, entries) or (versions and _has_versions(here, entries)):
                yield here
            elif not any(names <= entries.keys() for names in _RESULTS):
                folders, files = self._sorted_out(entries)
                yield from _in_files(here, files)
                waiting += [(here / name, True) for name in reversed(folders)]

    def _sorted_out(self, entries: Mapping[str, os.DirEntry[str]]) -> tuple[list[str], list[str]]:
        """The names of the folders to enter, and of the files."""
        folders, files = list[str](), list[str]()
        hub = entries.keys() >= _HUB
        for name, entry in entries.items():
            if entry.is_dir(follow_symlinks=False):
                left_out = name.startswith(".") or name == _NOT_ENTERED
                if not (left_out or (hub and name == "blobs")):
                    folders.append(name)
            elif self._is_file(entry):
                files.append(name)
        return folders, files

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        try:
            if not entry.is_symlink():
                return entry.is_file()
            inside = Path(entry.path).resolve().is_relative_to(self.root.resolve())
            self.outside += not inside
            return inside and entry.is_file()
        except (OSError, RuntimeError):
            return False


def _listing(folder: Path) -> Mapping[str, os.DirEntry[str]]:
    """What lies in a folder, by name; nothing where it cannot be read, which is told."""
    try:
        with os.scandir(folder) as found:
            return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}
    except OSError as error:
        _LOG.warning("%s cannot be searched: %s.", folder, error.strerror)
        return {}


def _is_model(folder: Path, names: Mapping[str, object]) -> bool:
    """Whether a folder as a whole is a model, or was one before a part of it was lost."""
    if any(name in names for name in SAVED_MODEL.names):
        return True
    if CONFIG in names and (METADATA in names or WEIGHTS in names):
        return True
    return "variables" in names and (folder / "variables" / "variables.index").is_file()


def _has_versions(folder: Path, names: Mapping[str, object]) -> bool:
    """Whether a folder has numbered versions of one SavedModel, as for TensorFlow Serving."""
    numbered = (name for name in names if name.isascii() and name.isdecimal())
    return any((folder / name / file).is_file() for name in numbered for file in SAVED_MODEL.names)


def _in_files(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """The models among the files of a folder, each once; of a training only its newest state."""
    with OpenedFiles() as opened:
        found = dict.fromkeys(
            model for name in names if (model := _quietly(folder / name, opened)) is not None
        )
        kept = newest(folder, opened) if "checkpoint" in names else None
        if kept is not None:
            stems = {f"{name.removesuffix('.index')}" for name in names if name.endswith(".index")}
            states = {folder / stem for stem in stems} - {kept}
            found = {model: None for model in found if model not in states}
            found.setdefault(kept)
        parts = {part for model in found if not model.exists() for part in parts_of(model, opened)}
    yield from (model for model in found if model not in parts)


def _quietly(path: Path, opened: OpenedFiles) -> Path | None:
    """The model that a file is; one that cannot be opened counts where its name promises one."""
    try:
        return model_of(path, opened)
    except OSError:
        return path if path.suffix.lower() in (".keras", ".h5", ".hdf5", ".tflite") else None

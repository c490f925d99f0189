"""The model in a folder: a SavedModel, a checkpoint, an unzipped `.keras`, or the only one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from matrix.errors import DamagedModel, NothingTestable
from matrix.model.codecs.json_text import object_in
from matrix.model.facts import Format
from matrix.model.formats import foreign
from matrix.model.formats.checkpoint_files import parts_of
from matrix.model.formats.detect import Search, detect_file
from matrix.model.formats.reader import DetectedModel
from matrix.model.formats.registry import folder_readers
from matrix.model.formats.signatures import SAVED_MODEL
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.model.source import archives
from matrix.shown import some_of

# Folders of repositories and archives; a folder of everything is not searched.
_MOST_ENTRIES = 200
_DEEPEST = 4
_MOST_JSON = 2**26
_MOST_NAMES = 3


def model_in_folder(path: Path, search: Search) -> DetectedModel:
    """The model in a folder.

    Raises:
        NothingTestable: there is none, or several.
    """
    if (model := _itself(path, search.opened)) is not None:
        return model
    if _is_tfjs(path, search.opened):
        raise NothingTestable(foreign.tfjs(path))
    if (model := _newest_version(path, search.opened)) is not None:
        return model
    return _only_one(path, search)


def _itself(path: Path, opened: OpenedFiles) -> DetectedModel | None:
    """The model that the folder as a whole is."""
    models = (reader.in_folder(path, opened) for reader in folder_readers())
    return next((model for model in models if model is not None), None)


def _no_archive(file: OpenedFile, _: int) -> Path:
    message = f"{file.path} is an archive, not a SavedModel graph"
    raise NothingTestable(f"{message}. Unpack it first.")


def _newest_version(path: Path, opened: OpenedFiles) -> DetectedModel | None:
    """The highest of the numbered versions that TensorFlow Serving keeps in a folder."""
    versions = [
        entry
        for entry in _entries(path)
        if entry.name.isascii()
        and entry.name.isdecimal()
        and any((entry / name).is_file() for name in SAVED_MODEL.names)
    ]
    if not versions:
        return None
    newest = max(versions, key=lambda entry: (int(entry.name[:50]), entry.name))
    model = _itself(newest, opened)
    note = f"The folder has {len(versions)} version{'s' if len(versions) > 1 else ''}; "
    return model.noting(f"{note}the highest, {newest.name}, is tested.") if model else None


def _only_one(path: Path, search: Search) -> DetectedModel:
    """The only model in a folder: whole ones before weights, which are part of something."""
    entries = _entries(path)
    folders = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    files = [entry for entry in entries if entry.is_file()]
    models, refusals = _candidates(files, search)
    damaged = [refusal for refusal in refusals if isinstance(refusal, DamagedModel)]
    for place in folders:
        if (model := _itself_quietly(place, search.opened)) is not None:
            models[place] = model
    if not models and (archive := _only_archive(files, search.opened)) is not None:
        model = detect_file(archive, search.deeper())
        return model.noting(f"The folder contains one archive: {archive.name}.")
    whole = {place: model for place, model in models.items() if _is_whole(model)}
    if damaged and not whole:
        # Weights beside it are a part of it, and not what is wrong.
        raise damaged[0]
    chosen = whole or models
    if len(chosen) == 1:
        place, model = next(iter(chosen.items()))
        note = f"The folder contains one model: {place.name}."
        return model if search.depth else model.noting(note)
    if len(chosen) > 1:
        raise NothingTestable(_several_in(path, sorted(chosen), search))
    below = len(folders) == 1 and not (refusals or _lacks_its_graph(path))
    if below and search.depth < _DEEPEST:
        return model_in_folder(folders[0], search.deeper())
    raise NothingTestable(_no_model_in(path, entries, [str(refusal) for refusal in refusals]))


def _several_in(path: Path, places: list[Path], search: Search) -> str:
    """What somebody meant who named a folder of models: one of them, or all."""
    names = some_of([place.name for place in places], _MOST_NAMES)
    # What is packed has no folder that a call could name.
    all_of_them = "" if search.depth else f", or all of them with --models-from {path}"
    return f"{path} contains {len(places)} models: {names}. Give the path of one{all_of_them}."


def _only_archive(files: list[Path], opened: OpenedFiles) -> Path | None:
    packed = [file for file in files if archives.is_archive(opened.at(file))]
    return packed[0] if len(packed) == 1 else None


def _candidates(
    files: list[Path], search: Search
) -> tuple[dict[Path, DetectedModel], list[NothingTestable]]:
    """The models among files, each once, and why the others are none."""
    # What is packed in a folder that the caller named may be anything.
    inside = search if search.depth else replace(search, unpack=_no_archive)
    models: dict[Path, DetectedModel] = {}
    refusals: list[NothingTestable] = []
    for file in files:
        try:
            model = detect_file(file, inside)
        except NothingTestable as refusal:
            refusals.append(refusal)
            continue
        models.setdefault(model.path, model)
    claimed = {model.facts.weights for model in models.values()}
    prefixes = [model.path for model in models.values() if _is_checkpoint(model)]
    claimed |= {file for prefix in prefixes for file in parts_of(prefix, search.opened)}
    own = {
        place: model for place, model in models.items() if place not in claimed or place in prefixes
    }
    return own, refusals


def _itself_quietly(path: Path, opened: OpenedFiles) -> DetectedModel | None:
    try:
        return _itself(path, opened)
    except (NothingTestable, PermissionError):
        return None


def _is_checkpoint(model: DetectedModel) -> bool:
    return model.facts.format is Format.CHECKPOINT


def _is_whole(model: DetectedModel) -> bool:
    return model.facts.format is not Format.WEIGHTS_H5


def _is_tfjs(path: Path, opened: OpenedFiles) -> bool:
    model = path / "model.json"
    if not model.is_file() or model.stat().st_size > _MOST_JSON:
        return False
    return foreign.is_tfjs(object_in(opened.at(model)))


def _no_model_in(path: Path, entries: list[Path], refusals: list[str]) -> str:
    if _lacks_its_graph(path):
        message = f"{path} is a SavedModel folder without saved_model.pb"
        return f"{message}. The copy may be incomplete: download or copy it again."
    if not entries:
        return f"{path} is an empty folder. Give the path of a model file or folder."
    if len(set(refusals)) == 1:
        return f"{path} contains no model: {refusals[0]}"
    near = list(_near(path))
    if near:
        return f"{path} has no model at its top level. Did you mean {' or '.join(near[:3])}?"
    return (
        f"{path} has no saved_model.pb and no other model. Give the path of a model file or folder."
    )


def _lacks_its_graph(path: Path) -> bool:
    return (path / "variables").is_dir() or (path / "keras_metadata.pb").exists()


def _near(path: Path) -> Iterator[str]:
    for name in SAVED_MODEL.names:
        for file in path.glob(f"*/*/{name}"):
            yield str(file.parent)


def _entries(path: Path) -> list[Path]:
    entries = sorted(path.iterdir())
    if len(entries) > _MOST_ENTRIES:
        named = [entry for entry in entries if entry.name.isdecimal()]
        return named[-_MOST_ENTRIES:] if named else []
    return entries

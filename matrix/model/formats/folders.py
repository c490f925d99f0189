"""The model in a folder: a SavedModel, a checkpoint, an unzipped `.keras`, or the only one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf_wire import outline
from matrix.model.facts import Format
from matrix.model.formats import checkpoint, detect, foreign, keras_file, saved_model
from matrix.model.formats.detect import DetectedModel, Unpack
from matrix.model.source import archives

# Folders of repositories and archives; a folder of everything is not searched.
_MOST_ENTRIES = 200
_DEEPEST = 4
_MOST_JSON = 2**20
_SAVED_MODELS = ("saved_model.pb", "saved_model.pbtxt")


def folder(path: Path, unpack: Unpack, depth: int = 0) -> DetectedModel:
    """The model in a folder.

    Raises:
        NothingTestable: there is none, or several.
    """
    if found := _itself(path):
        return found
    if _is_tfjs(path):
        raise NothingTestable(foreign.tfjs(path))
    if found := _newest_version(path):
        return found
    return _only_one(path, unpack, depth)


def _itself(path: Path) -> DetectedModel | None:
    """The model that the folder as a whole is."""
    for name in _SAVED_MODELS:
        if (path / name).is_file():
            return _saved_model(path / name)
    if facts := keras_file.keras_folder(path):
        return DetectedModel(path=path, facts=facts)
    if prefix := checkpoint.newest(path):
        return DetectedModel(path=prefix, facts=checkpoint.read(prefix))
    return None


def _saved_model(path: Path) -> DetectedModel:
    size = path.stat().st_size
    if not size:
        raise NothingTestable(
            f"{path} is empty. The copy may be incomplete: download or copy it again."
        )
    with path.open("rb") as file:
        head = file.read(512)
    if foreign.known(head):
        raise NothingTestable(foreign.sentence(path, head))
    if path.suffix == ".pb":
        seen = outline(path)
        if seen and (1, 0) not in seen.fields and saved_model.begins("GraphDef", seen):
            found = detect.file(path, _never)
            return found.noting("Its name is saved_model.pb, but it contains only a graph.")
        if seen is None or not seen.whole:
            raise NothingTestable(f"{path} is incomplete or damaged. Download or copy it again.")
    return DetectedModel(
        path=path.parent, facts=saved_model.saved_model(path, text=path.suffix == ".pbtxt")
    )


def _never(path: Path) -> Path:
    raise NothingTestable(f"{path} is an archive, not a SavedModel graph. Unpack it first.")


def _newest_version(path: Path) -> DetectedModel | None:
    """The highest of the numbered versions that TensorFlow Serving keeps in a folder."""
    versions = [
        entry
        for entry in _entries(path)
        if entry.name.isascii()
        and entry.name.isdecimal()
        and any((entry / name).is_file() for name in _SAVED_MODELS)
    ]
    if not versions:
        return None
    newest = max(versions, key=lambda entry: (int(entry.name[:50]), entry.name))
    found = _itself(newest)
    note = f"The folder has {len(versions)} version{'s' if len(versions) > 1 else ''}; "
    return found.noting(f"{note}the highest, {newest.name}, is tested.") if found else None


def _only_one(path: Path, unpack: Unpack, depth: int) -> DetectedModel:
    """The only model in a folder: whole ones before weights, which are part of something."""
    entries = _entries(path)
    folders = [entry for entry in entries if entry.is_dir() and not entry.is_symlink()]
    files = [entry for entry in entries if entry.is_file()]
    found, refusals = _candidates(files, unpack if depth else _never, depth)
    found.update({place: one for place in folders if (one := _itself_quietly(place)) is not None})
    if not found and len(packed := [file for file in files if archives.is_archive(file)]) == 1:
        return detect.file(packed[0], unpack, depth + 1).noting(
            f"The folder contains one archive: {packed[0].name}."
        )
    whole = {place: one for place, one in found.items() if _is_whole(one)}
    chosen = whole or found
    if len(chosen) == 1:
        place, one = next(iter(chosen.items()))
        return one if depth else one.noting(f"The folder contains one model: {place.name}.")
    if len(chosen) > 1:
        names = " or ".join(str(place) for place in sorted(chosen)[:3])
        raise NothingTestable(f"{path} contains several models. Did you mean {names}?")
    if len(folders) == 1 and not (refusals or _is_torso(path)) and depth < _DEEPEST:
        return folder(folders[0], unpack, depth + 1)
    raise NothingTestable(_no_model_in(path, entries, refusals))


def _candidates(
    files: list[Path], unpack: Unpack, depth: int
) -> tuple[dict[Path, DetectedModel], list[str]]:
    """The models among files, each once, and why the others are none."""
    found: dict[Path, DetectedModel] = {}
    refusals = []
    for file in files:
        try:
            one = detect.file(file, unpack, depth)
        except NothingTestable as refusal:
            refusals.append(str(refusal))
            continue
        found.setdefault(one.path, one)
    claimed = {one.facts.weights for one in found.values()}
    prefixes = [one.path for one in found.values() if _is_checkpoint(one)]
    claimed |= {file for prefix in prefixes for file in checkpoint.parts(prefix)}
    own = {place: one for place, one in found.items() if place not in claimed or place in prefixes}
    return own, refusals


def _itself_quietly(path: Path) -> DetectedModel | None:
    try:
        return _itself(path)
    except (NothingTestable, PermissionError):
        return None


def _is_checkpoint(found: DetectedModel) -> bool:
    return found.facts.format is Format.CHECKPOINT


def _is_whole(found: DetectedModel) -> bool:
    return found.facts.format is not Format.WEIGHTS_H5


def _is_tfjs(path: Path) -> bool:
    model = path / "model.json"
    if not model.is_file() or model.stat().st_size > _MOST_JSON * 64:
        return False
    try:
        document = json.loads(model.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool({"modelTopology", "weightsManifest"} & set(document))


def _no_model_in(path: Path, entries: list[Path], refusals: list[str]) -> str:
    if _is_torso(path):
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


def _is_torso(path: Path) -> bool:
    return (path / "variables").is_dir() or (path / "keras_metadata.pb").exists()


def _near(path: Path) -> Iterator[str]:
    for name in _SAVED_MODELS:
        for file in path.glob(f"*/*/{name}"):
            yield str(file.parent)


def _entries(path: Path) -> list[Path]:
    entries = sorted(path.iterdir())
    if len(entries) > _MOST_ENTRIES:
        named = [entry for entry in entries if entry.name.isdecimal()]
        return named[-_MOST_ENTRIES:] if named else []
    return entries

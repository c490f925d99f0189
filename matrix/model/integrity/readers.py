"""Which loaders read which file of a model: what no loader reads cannot damage it."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import TypeAlias

from matrix.model.facts import Format, ModelFacts

# `None` stands for every loader of the format.
Readers: TypeAlias = tuple[str, ...] | None
ALL: Readers = None
NONE: Readers = ()
# Beside the graph and its variables. Whatever is in `fingerprint.pb`, no release fails for it;
# `assets.extra` is read by TensorFlow Serving alone.
_BESIDE = {
    "keras_metadata.pb": ("keras", "tf_keras"),
    "debug/saved_model_debug_info.pb": ("saved_model", "keras", "tf_keras", "tfsm_layer"),
}
_VARIABLES = re.compile(r"variables/variables(\.index|(\.data)?-\d{5}-of-\d{5})?")
_KERAS_FOLDER = ("config.json", "metadata.json", "model.weights.h5")
_PART = re.compile(r"\.index|\.data-\d{5}-of-\d{5}|-\d{5}-of-\d{5}|")


def readers_of(file: str, model: ModelFacts) -> Readers:
    """The loaders that read a file of a model, under the name that findings give it."""
    archive = model.path.is_file() and model.load_path != model.path
    if archive and file == model.path.name:
        return ALL
    if archive and model.load_path.is_dir():
        return _of_saved_model(model.load_path / file, model)
    place = (model.path if model.path.is_dir() else model.path.parent) / file
    match model.format:
        case Format.SAVED_MODEL | Format.SAVED_MODEL_V1:
            return _of_saved_model(place, model)
        case Format.CHECKPOINT:
            return ALL if _is_part(place, model.load_path) else NONE
        case Format.KERAS_V3 if model.path.is_dir() and not _below(model.load_path, model.path):
            # The file of an unzipped one was made from these, elsewhere.
            return ALL if place.name in _KERAS_FOLDER or "assets" in place.parts else NONE
        case _:
            beside = model.weights is not None and _is_part(place, model.weights)
            return ALL if place == model.load_path or beside else NONE


def _of_saved_model(place: Path, model: ModelFacts) -> Readers:
    if not _below(place, model.load_path):
        return NONE
    name = place.relative_to(model.load_path).as_posix()
    graph = "saved_model.pbtxt" if model.text else "saved_model.pb"
    if name == graph or name.startswith("assets/") or _VARIABLES.fullmatch(name):
        return ALL
    # A folder that should be there, or may not be listed.
    return ALL if name in ("variables", "assets", ".") else _BESIDE.get(name, NONE)


def _is_part(place: Path, prefix: Path) -> bool:
    """Whether a file belongs to a checkpoint, whose prefix is a pattern where V1 has shards.

    Or is that file of weights itself.
    """
    if place.parent != prefix.parent:
        return False
    if fnmatch.fnmatchcase(place.name, prefix.name):
        return True
    return place.name.startswith(prefix.name) and bool(
        _PART.fullmatch(place.name[len(prefix.name) :])
    )


def _below(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)

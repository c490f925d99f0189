"""Which loaders read which file of a model: a file that no loader reads cannot damage it."""

from __future__ import annotations

from matrix.model.facts import ModelFacts
from matrix.model.formats.reader import ALL_LOADERS, Loaders
from matrix.model.formats.registry import reader_of


def loaders_reading(file: str, model: ModelFacts) -> Loaders:
    """The loaders that read a file of a model, under the name that findings give it."""
    archive = model.path.is_file() and model.load_path != model.path
    if archive and file == model.path.name:
        return ALL_LOADERS
    loaders_of = reader_of(model.format).loaders_of
    if archive and model.load_path.is_dir():
        return loaders_of(model.load_path / file, model)
    return loaders_of((model.path if model.path.is_dir() else model.path.parent) / file, model)

"""Finds the models of a plan on the machine of a worker: the same bytes, wherever they lie."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matrix.cache import cache_folder
from matrix.errors import LoadmatrixError
from matrix.model.facts import ModelFacts
from matrix.model.identify import detect_model, digest_of, fingerprint_of, unchanged
from matrix.model.opened_files import OpenedFiles
from matrix.model.source.address import Address
from matrix.model.source.remote import fetched
from matrix.run.remote.shipping import at, place_of_shipped
from matrix.run.remote.unit import host_name
from matrix.shown import on_one_line


@dataclass(frozen=True, kw_only=True)
class LocalModels:
    """The models of a plan as they lie here; those in `absent` do not, each with a sentence.

    `names` are the paths of the plan with what they are here, where they differ.
    """

    models: tuple[ModelFacts, ...]
    absent: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def lies_as_planned(self, number: int) -> bool:
        """Whether a model has the path here that it has in the plan."""
        model = self.models[number]
        ours = (model.path, model.load_path, model.weights)
        return number not in self.absent and not any(str(path) in self.told for path in ours)

    @property
    def has_come_meanwhile(self) -> bool:
        """Whether one that was absent was sent to this machine since."""
        absent = (self.models[number] for number in self.absent)
        return any(place_of_shipped(model).parent.exists() for model in absent)

    @property
    def told(self) -> Mapping[str, str]:
        """The paths here with those of the plan, for what is said of them."""
        return {ours: theirs for theirs, ours in self.names.items()}


def local_models(
    models: tuple[ModelFacts, ...], addresses: Mapping[int, str], *, offline: bool
) -> LocalModels:
    """Look for the models of a plan; of each every byte is compared, but where nothing changed.

    `addresses` are those of models that lie elsewhere, by their numbers.
    """
    here: list[ModelFacts] = []
    absent: dict[int, str] = {}
    names: dict[str, str] = {}
    for number, model in enumerate(models):
        found = _found(model, addresses.get(number), offline=offline)
        if isinstance(found, str):
            absent[number] = found
            here.append(model)
            continue
        here.append(found)
        names |= _differing(model, found)
    # A longer path may begin with a shorter one.
    ordered = sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True)
    return LocalModels(models=tuple(here), absent=absent, names=dict(ordered))


def _found(model: ModelFacts, address: str | None, *, offline: bool) -> ModelFacts | str:
    """A model as it lies here, or why it does not."""
    if unchanged(model) and _is_loadable(model):
        return model
    why = ""
    try:
        for path in _places(model, address, offline=offline):
            moved = at(model, path)
            if _has_its_digest(moved):
                loaded = _load_path(model, moved)
                return dataclasses.replace(
                    moved, load_path=loaded, fingerprint=fingerprint_of(moved)
                )
    except (LoadmatrixError, OSError) as error:
        why = f" ({on_one_line(str(error))[:300]})"
    name = on_one_line(model.named)
    return (
        f"the worker on {host_name()} has no model at {name} with the digest of the plan{why}; "
        "put the same model there, or use --ship-models"
    )


def _places(model: ModelFacts, address: str | None, *, offline: bool) -> Iterator[Path]:
    if address is None:
        yield model.path
    yield place_of_shipped(model)
    if address is not None:
        yield fetched(Address(full=address), cache_folder() / "models", offline=offline)


def _has_its_digest(model: ModelFacts) -> bool:
    try:
        return digest_of(model) == model.sha256
    except OSError:
        return False


def _is_loadable(model: ModelFacts) -> bool:
    return _lies_beside(model) or model.load_path.exists()


def _lies_beside(model: ModelFacts) -> bool:
    """Whether loaders are given a part of what was named, and nothing that was made of it."""
    return model.load_path.is_relative_to(model.path.parent)


def _load_path(model: ModelFacts, moved: ModelFacts) -> Path:
    """What loaders are given here: a part of the model, or what is unpacked from it once more."""
    if _lies_beside(model):
        if model.load_path == model.path:
            return moved.path
        if model.load_path.is_relative_to(model.path):
            return moved.path / model.load_path.relative_to(model.path)
        return moved.path.parent / model.load_path.relative_to(model.path.parent)
    with OpenedFiles() as opened:
        return detect_model(moved.path, opened).path


def _differing(model: ModelFacts, found: ModelFacts) -> dict[str, str]:
    pairs = [(model.load_path, found.load_path), (model.path, found.path)]
    if model.weights is not None and found.weights is not None:
        pairs.append((model.weights, found.weights))
    return {str(theirs): str(ours) for theirs, ours in pairs if theirs != ours}

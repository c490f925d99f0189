"""Keras as an axis: which Keras 3 versions to test, each on a TensorFlow that it supports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.cell import Companion
from matrix.catalogue.keras import KerasRelease, keras_releases
from matrix.catalogue.releases import Release
from matrix.model.facts import Format, ModelFacts
from matrix.versions import version_of

# What is read by Keras alone, so that its version decides and that of TensorFlow does not.
_FORMATS = frozenset({Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON, Format.WEIGHTS_H5})
_KERAS_3 = Version("3")


@dataclass(frozen=True, kw_only=True)
class KerasCell:
    """One Keras on the release chosen for it, with the numbers of the models that follow it."""

    release: Release
    companion: Companion
    pythons: tuple[str, ...]
    models: frozenset[int]


def keras_cells(
    models: Sequence[ModelFacts],
    releases: Sequence[Release],
    wanted: SpecifierSet | None,
    asked: Sequence[str],
) -> list[KerasCell]:
    """The Keras versions to test besides those of the plain cells, on the chosen `releases`.

    `wanted` is what the caller selects; otherwise it is the Keras that wrote the model.
    """
    found: dict[Version, KerasCell] = {}
    for number, model in enumerate(models):
        for keras in _versions(model, wanted):
            cell = _cell(keras, releases, asked)
            if cell is not None:
                known = found.get(keras.version, cell)
                models_of_it = known.models | {number}
                found[keras.version] = KerasCell(
                    release=cell.release,
                    companion=cell.companion,
                    pythons=cell.pythons,
                    models=models_of_it,
                )
    return [found[version] for version in sorted(found)]


def written_by(model: ModelFacts) -> Version | None:
    """The Keras 3 that wrote a model which follows Keras, `None` where it was another."""
    said = version_of(model.keras)
    # What is built from its repository is published under the same numbers, or never.
    version = Version(said.base_version) if said else None
    return version if model.format in _FORMATS and version and version >= _KERAS_3 else None


def _versions(model: ModelFacts, wanted: SpecifierSet | None) -> Iterator[KerasRelease]:
    known = keras_releases()
    wrote = written_by(model)
    if wanted is None:
        if wrote is not None:
            minors = [one for one in known if one.version.release[:2] <= wrote.release[:2]]
            yield (minors or known)[-1 if minors else 0].at(wrote)
    elif model.format in _FORMATS:
        yield from (one for one in known if one.version in wanted)


def _cell(
    keras: KerasRelease, releases: Sequence[Release], asked: Sequence[str]
) -> KerasCell | None:
    """On the newest release it runs on; `None` where a plain cell has it or none can."""
    if any(version_of(release.keras) == keras.version for release in releases):
        return None
    for release in reversed(releases):
        pythons = tuple(
            python
            for python in release.pythons
            if f"{python}.99" in keras.python and (not asked or python in asked)
        )
        if release.version in keras.tensorflow and pythons:
            return KerasCell(
                release=release, companion=keras.companion, pythons=pythons, models=frozenset()
            )
    return None

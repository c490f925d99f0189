"""Keras as an axis: which Keras 3 versions to test, each on a TensorFlow that it supports. Pure."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.cell import Companion
from matrix.catalogue.releases import Release
from matrix.errors import LoadmatrixError
from matrix.model.facts import Format, ModelFacts
from matrix.schemas import require_schema
from matrix.versions import version_of

KERAS = "keras"
_VERSIONS = Path(__file__).resolve().parents[1] / "catalogue" / "keras.toml"

# What is read by Keras alone, so that its version decides and that of TensorFlow does not.
_FORMATS = frozenset({Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON, Format.WEIGHTS_H5})
_KERAS_3 = Version("3")


@dataclass(frozen=True, kw_only=True)
class KerasRelease:
    """The newest patch of a Keras 3 minor, the Pythons it takes and the TensorFlows it runs on."""

    version: Version
    python: SpecifierSet
    tensorflow: SpecifierSet

    def at(self, version: Version) -> KerasRelease:
        """Another patch of the same minor, or one that is not known yet."""
        return KerasRelease(version=version, python=self.python, tensorflow=self.tensorflow)

    @property
    def companion(self) -> Companion:
        return Companion(
            name=KERAS, label=f"keras{self.version}", requirement=f"keras=={self.version}"
        )


@dataclass(frozen=True, kw_only=True)
class KerasCell:
    """One Keras on the release chosen for it, with the numbers of the models that follow it."""

    release: Release
    companion: Companion
    pythons: tuple[str, ...]
    models: frozenset[int]


@functools.cache
def keras_releases(path: Path = _VERSIONS) -> tuple[KerasRelease, ...]:
    """Every Keras 3 minor we know, oldest first.

    Raises:
        LoadmatrixError: the file is damaged.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        require_schema(document, path, shipped=True)
        found = [_release(entry) for entry in document["keras"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"The Keras catalogue {path} cannot be read: {error}. Reinstall loadmatrix."
        raise LoadmatrixError(message) from error
    return tuple(sorted(found, key=lambda one: one.version))


def _release(entry: Mapping[str, Any]) -> KerasRelease:
    return KerasRelease(
        version=Version(entry["version"]),
        python=SpecifierSet(entry["python"]),
        tensorflow=SpecifierSet(entry["tensorflow"]),
    )


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

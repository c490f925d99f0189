"""Keras 3 versions, each on a TensorFlow that it supports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.keras import KerasRelease, keras_matching, keras_releases
from matrix.catalogue.releases import Release
from matrix.model.facts import Format, ModelFacts
from matrix.options.options import Options
from matrix.plan.axis import Axis, AxisCell
from matrix.versions import version_of

# What is read by Keras alone, so that its version decides and that of TensorFlow does not.
_FORMATS = frozenset({Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON, Format.WEIGHTS_H5})
_KERAS_3 = Version("3")


def _cells(
    models: Sequence[ModelFacts], releases: Sequence[Release], options: Options
) -> Iterator[AxisCell]:
    """The Keras versions to test besides those of the plain cells, on the chosen `releases`.

    Which is what the caller selects, or else the Keras that wrote a model.
    """
    cells: dict[Version, AxisCell] = {}
    for number, model in enumerate(models):
        for keras in _versions(model, options.keras):
            cell = cells.get(keras.version) or _cell(keras, releases, options.pythons)
            if cell is not None:
                cells[keras.version] = replace(cell, models=cell.models | {number})
    yield from (cells[version] for version in sorted(cells))


def written_by(model: ModelFacts) -> Version | None:
    """The Keras 3 that wrote a model which follows Keras, `None` where it was another."""
    said = version_of(model.keras)
    # What is built from its repository is published under the same numbers, or never.
    version = Version(said.base_version) if said else None
    return version if model.format in _FORMATS and version and version >= _KERAS_3 else None


def _versions(model: ModelFacts, wanted: SpecifierSet | None) -> Iterator[KerasRelease]:
    releases = keras_releases()
    wrote = written_by(model)
    if wanted is None:
        if wrote is not None:
            minors = [
                release for release in releases if release.version.release[:2] <= wrote.release[:2]
            ]
            yield (minors or releases)[-1 if minors else 0].at(wrote)
    elif model.format in _FORMATS:
        yield from keras_matching(wanted)


def _cell(
    keras: KerasRelease, releases: Sequence[Release], asked: Sequence[str]
) -> AxisCell | None:
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
            return AxisCell(
                release=release,
                companions=(keras.companion,),
                pythons=pythons,
                models=frozenset(),
            )
    return None


AXIS = Axis(
    name="Keras version",
    cells=_cells,
    asked_by_files=lambda options: options.keras is None,
    advice="Choose it yourself with --keras",
)

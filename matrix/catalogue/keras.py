"""The Keras 3 catalogue: reads `keras.toml`, which `nox -s releases` writes."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.cell import Companion
from matrix.catalogue.cell_id import keras_label
from matrix.errors import LoadmatrixError
from matrix.schemas import require_schema

KERAS = "keras"
KERAS_VERSIONS = Path(__file__).with_name("keras.toml")


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
            name=KERAS, label=keras_label(self.version), requirement=f"keras=={self.version}"
        )


@functools.cache
def keras_releases(path: Path = KERAS_VERSIONS) -> tuple[KerasRelease, ...]:
    """Every Keras 3 minor we know, oldest first.

    Raises:
        LoadmatrixError: the file is damaged.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        require_schema(document, path, shipped=True)
        releases = [_release(entry) for entry in document["keras"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"The Keras catalogue {path} cannot be read: {error}. Reinstall loadmatrix."
        raise LoadmatrixError(message) from error
    return tuple(sorted(releases, key=lambda release: release.version))


def keras_matching(wanted: SpecifierSet) -> Iterator[KerasRelease]:
    """What a caller asks for: the newest patch of each Keras 3 minor, or one that is named.

    A patch that the catalogue has not heard of may exist all the same.
    """
    exact = [Version(p.version) for p in wanted if p.operator == "==" and "*" not in p.version]
    for release in keras_releases():
        minor = release.version.release[:2]
        named = [one for one in exact if one.release[:2] == minor and one in wanted]
        if release.version in wanted:
            yield release
        elif named:
            yield release.at(named[0])


def _release(entry: Mapping[str, Any]) -> KerasRelease:
    return KerasRelease(
        version=Version(entry["version"]),
        python=SpecifierSet(entry["python"]),
        tensorflow=SpecifierSet(entry["tensorflow"]),
    )

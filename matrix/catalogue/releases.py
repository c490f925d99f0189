"""The catalogue: `releases.toml` as typed, immutable releases.

A new TensorFlow release is one entry in `releases.toml` and one lock beside it, written by
`nox -s releases`; no code changes.
"""

from __future__ import annotations

import functools
import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.errors import LoadmatrixError
from matrix.schemas import require_schema

CATALOGUE = Path(__file__).with_name("releases.toml")
LOCKS = Path(__file__).with_name("locks")
LOCK_CONSTRAINTS = Path(__file__).with_name("lock_constraints.txt")

_KEYS = frozenset(
    {"tensorflow", "patches", "pythons", "distributions", "keras", "tf_keras"}
    | {"pythons_on", "pins", "graphdef", "installed_mb"}
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """One TensorFlow version with what it needs.

    `pythons` are minor versions such as `3.11`, oldest first; `pythons_on` has those of the
    platforms that differ. `distributions` maps a platform (`linux-x86_64`, ...) to the package to
    install there, with a version where it is not that of the release: the package that holds the
    code, never an empty one that only asks for it. `keras` and `tf_keras` are versions; `keras` is
    what plain `tf.keras` is in this release. `graphdef` is the producer number its graphs carry.
    `installed_mb` is the size of the installed environment in MB, measured on Linux x86_64.
    """

    version: Version
    patches: tuple[Version, ...]
    pythons: tuple[str, ...]
    distributions: Mapping[str, str]
    keras: str
    tf_keras: str | None
    pins: tuple[str, ...]
    graphdef: int
    installed_mb: int
    pythons_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def on(self, place: str) -> Release:
        """The same release with the Pythons that it has on one platform."""
        return replace(self, pythons=self.pythons_on.get(place, self.pythons))

    @property
    def minor(self) -> tuple[int, int]:
        return (self.version.major, self.version.minor)

    def at(self, version: Version) -> Release:
        """The same minor at another patch: it takes the pins, Pythons and packages of its minor."""
        if version == self.version:
            return self
        others = tuple(sorted({*self.patches, self.version} - {version}))
        packages = {place: name.split("==")[0] for place, name in self.distributions.items()}
        return replace(self, version=version, patches=others, distributions=packages)

    def matching(self, wanted: SpecifierSet) -> tuple[Version, ...]:
        """The versions of this minor that `wanted` admits, oldest first."""
        return tuple(v for v in sorted({*self.patches, self.version}) if v in wanted)


@functools.cache
def catalogue(path: Path = CATALOGUE) -> tuple[Release, ...]:
    """Every release we know, oldest first.

    Raises:
        LoadmatrixError: the file is damaged or has a key that no code reads.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        require_schema(document, path, shipped=True)
        entries = [_release(entry) for entry in document["release"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"The release catalogue {path} cannot be read: {error}. Reinstall loadmatrix."
        raise LoadmatrixError(message) from error
    return tuple(sorted(entries, key=lambda release: release.version))


def _release(entry: Mapping[str, Any]) -> Release:
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"unknown keys {sorted(unknown)} in the entry {entry.get('tensorflow')}")
    return Release(
        version=Version(entry["tensorflow"]),
        patches=tuple(sorted(Version(patch) for patch in entry.get("patches", ()))),
        pythons=tuple(entry["pythons"]),
        distributions=MappingProxyType(dict(entry["distributions"])),
        keras=entry["keras"],
        tf_keras=entry.get("tf_keras"),
        pins=tuple(entry.get("pins", ())),
        graphdef=int(entry.get("graphdef", 0)),
        installed_mb=int(entry.get("installed_mb", 0)),
        pythons_on=MappingProxyType(
            {place: tuple(pythons) for place, pythons in entry.get("pythons_on", {}).items()}
        ),
    )


def host_platform() -> str:
    """This machine in the words of the catalogue, e.g. `linux-x86_64` or `macos-arm64`."""
    system = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform)
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    return f"{system or sys.platform}-{machine}"

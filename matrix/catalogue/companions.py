"""The companion catalogue `companions.toml`, and which version of each matches a release."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from matrix.catalogue.cell import Companion
from matrix.catalogue.registration import Handover
from matrix.catalogue.releases import Release
from matrix.errors import LoadmatrixError
from matrix.schemas import require_schema

COMPANIONS = Path(__file__).with_name("companions.toml")
TF_KERAS = "tf-keras"
LITERT = "ai-edge-litert"

Minor = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The version of a package for one TensorFlow minor.

    `pythons` are those it has wheels for, empty where it is pure Python. `also` are requirements
    that its metadata lacks. `fails` says why it does not import there, whatever its metadata
    promises. `verified` is the Python on which it was installed and imported beside that
    TensorFlow, empty where nobody tried.
    """

    version: str
    pythons: tuple[str, ...] = ()
    extras: str = ""
    also: tuple[str, ...] = ()
    fails: str = ""
    verified: str = ""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package that models ask for, with all we know of it.

    A model asks for it through the packages of its ops, or through what it calls its objects:
    `registered` are the names in front of `>`, `modules` those in front of a dot, `classes` bare
    names. `scopes`, `objects`, `registerers` (from the release `registerers_from` on) and `touches`
    are how these reach a loader (`handover.py`). From `keras_2_from` on its import puts Keras 2 in
    the place of `tf.keras`. With `formats` every model of these formats gets a cell with it, from
    the release `cells_from` on, or on the newest release alone.
    """

    name: str
    module: str
    source: str
    imported: bool = True
    registered: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    registerers: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    registerers_from: Minor | None = None
    keras_2_from: Minor | None = None
    formats: tuple[str, ...] = ()
    cells_from: Minor | None = None
    newest_only: bool = False
    same_minor_from: Minor | None = None
    fits: Mapping[Minor, Fit] = field(default_factory=dict)

    def fit(self, release: Release) -> Fit | None:
        """The version for a release, `None` where there is none."""
        if self.same_minor_from and release.minor >= self.same_minor_from:
            # Published together with every TensorFlow since then.
            return Fit(version="{}.{}.*".format(*release.minor))
        return self.fits.get(release.minor)

    def beside(self, fit: Fit, release: Release) -> Companion:
        """The package as a cell of a release has it."""
        return Companion(
            name=self.name,
            label=label(self.name),
            requirement=self.requirement(fit),
            also=fit.also,
            module=self.module,
            imported=self.imported,
            handover=self.handover(release),
            keras_2=self.takes_keras_over(release),
        )

    def handover(self, release: Release) -> Handover:
        """What loaders are given of it beside a release."""
        lite = self.registerers_from is not None and release.minor >= self.registerers_from
        return Handover(
            scopes=self.scopes,
            objects=self.objects,
            registerers=self.registerers if lite else (),
            touches=self.touches,
        )

    def takes_keras_over(self, release: Release) -> bool:
        """Whether `tf.keras` is Keras 2 once it is imported, beside a release of Keras 3."""
        return self.keras_2_from is not None and release.minor >= self.keras_2_from

    def requirement(self, fit: Fit) -> str:
        extras = f"[{fit.extras}]" if fit.extras else ""
        return f"{self.name}{extras}=={fit.version}"

    def in_every_cell_of(self, release: Release, newest: Release) -> bool:
        """Whether models of its formats get a cell with it beside this release, asked or not."""
        if not self.formats or (self.cells_from and release.minor < self.cells_from):
            return False
        return release.minor == newest.minor if self.newest_only else True


@functools.cache
def packages(path: Path = COMPANIONS) -> Mapping[str, Package]:
    """Every companion we know, by name.

    Raises:
        LoadmatrixError: the file is damaged or has a key that no code reads.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        require_schema(document, path, shipped=True)
        return {name: _package(name, entry) for name, entry in document["companion"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The companion catalogue {path} cannot be read: {error}. Reinstall loadmatrix."
        raise LoadmatrixError(message) from error


def _package(name: str, entry: Mapping[str, Any]) -> Package:
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()
    }
    for key in ("cells_from", "same_minor_from", "registerers_from", "keras_2_from"):
        if key in values:
            values[key] = _minor(values[key])
    fits = {_minor(minor): _fit(fit) for minor, fit in values.pop("fits", {}).items()}
    return Package(name=name, fits=fits, **values)


def _fit(entry: Mapping[str, Any]) -> Fit:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    return Fit(**values)


def _minor(text: str) -> Minor:
    major, minor = text.split(".")
    return int(major), int(minor)


def asked_for(text: str, release: Release) -> Companion:
    """What `--with` names, for one release: a known package comes at the version that fits."""
    from packaging.requirements import Requirement

    wanted = Requirement(text)
    name = canonicalize_name(wanted.name)
    package = packages().get(name)
    fit = package.fit(release) if package else None
    if package and fit and not wanted.specifier and not wanted.extras:
        return package.beside(fit, release)
    return Companion(
        name=name,
        label=label(text),
        requirement=str(wanted),
        # Most packages are imported under their name; where this one is not, nothing is.
        module=package.module if package else f"{name.replace('-', '_')}?",
        imported=package.imported if package else True,
        handover=package.handover(release) if package else Handover(),
        keras_2=package is not None and package.takes_keras_over(release),
    )


def tf_keras_beside(release: Release) -> Companion:
    """Keras 2 as it goes with a release of Keras 3.

    Raises:
        LoadmatrixError: that release has none.
    """
    package = packages()[TF_KERAS]
    fit = package.fit(release)
    if fit is None:
        raise LoadmatrixError(f"TensorFlow {release.version} has no matching {TF_KERAS}.")
    return package.beside(fit, release)


def label(requirement: str) -> str:
    """A requirement as a part of a cell's id, which is a session and a folder as well."""
    plain = requirement.replace(" ", "").replace("==", "").replace("-", "_")
    return re.sub(r"[^A-Za-z0-9._]+", "_", plain).strip("_.").lower()


def pairs(release: Release) -> Iterator[str]:
    """Constraints that keep each companion at its version for a release.

    The names of TensorFlow itself are overridden when locks are made, so nothing else would keep
    a dependency such as tf-keras from coming in the version of another release.
    """
    for package in packages().values():
        if fit := package.fit(release):
            yield f"{package.name}=={fit.version}"
    if packages()[TF_KERAS].fit(release) is None:
        yield f"{TF_KERAS}<0"

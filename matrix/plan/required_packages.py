"""Packages that a model needs, and their version for a release. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matrix.catalogue.cell import Companion
from matrix.catalogue.companions import Fit, Package, packages
from matrix.catalogue.op_packages import package_of
from matrix.catalogue.releases import Release
from matrix.model.facts import ModelFacts

# What Keras puts in front of a registered class whose author names no package.
_KERAS_DEFAULT = "Custom"


@dataclass(frozen=True, kw_only=True)
class MissingPackage:
    """A package that a model asks for, as seen from one plain cell.

    `because` says what in the model asks for it, such as `the op SentencepieceOp`, and `asked_by`
    is the name alone. `requirement`
    is what fits the release and `cell` the cell that has it; where nothing fits, both are `None`
    and `reason` says why, as `no version for TensorFlow 2.21`.
    """

    model: int
    package: str
    module: str
    because: str
    asked_by: str = ""
    requirement: str | None = None
    cell: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Asker:
    """What in a model asks for a package: an `op`, an `object` or a `module`, by its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.name}"


def needed(model: ModelFacts) -> dict[str, Asker]:
    """The companions a model asks for, by name, and what in it does."""
    askers = {package_of(op): Asker("op", op) for op in sorted(model.ops, reverse=True)}
    for package in packages().values():
        for name in (*model.layers, *model.custom_objects):
            if is_of(package, name):
                askers.setdefault(package.name, Asker("object", name))
        for module in model.packages:
            if module in package.modules:
                askers.setdefault(package.name, Asker("module", module))
    return {name: askers[name] for name in packages() if name in askers}


def is_of(package: Package, name: str) -> bool:
    """Whether an object that a model names comes from a package."""
    registered, _, bare = name.rpartition(">")
    if registered and registered != _KERAS_DEFAULT:
        return registered in package.registered
    if "." in bare:
        return any(bare.startswith(f"{module}.") for module in package.modules)
    return bare in package.classes


def unfit(package: Package, release: Release, asked: Sequence[str]) -> str | None:
    """Why nothing of a package fits a release, `None` where something does.

    `asked` are the Pythons the caller wants, empty where any will do.
    """
    fit = package.fit(release)
    version = "{}.{}".format(*release.minor)
    if fit is None:
        return f"no version for TensorFlow {version}"
    if fit.fails:
        return f"no version that works with TensorFlow {version} ({fit.version}: {fit.fails})"
    if pythons_for([fit], release, asked):
        return None
    wanted = f"Python {' or '.join(asked)}" if asked else "a supported Python version"
    return f"no version for TensorFlow {version} on {wanted}"


def pythons_for(fits: Sequence[Fit], release: Release, asked: Sequence[str]) -> tuple[str, ...]:
    """The Pythons on which all of them fit a release, oldest first."""
    every = [set(fit.pythons) for fit in fits if fit.pythons]
    pythons = asked or release.pythons
    good = [python for python in release.pythons if python in pythons]
    return tuple(python for python in good if all(python in some for some in every))


def companion_sets(
    model: ModelFacts,
    wanted: Mapping[str, Asker],
    release: Release,
    newest: Release,
    asked: Sequence[str],
) -> Iterator[tuple[tuple[Companion, ...], Collection[str]]]:
    """The sets of companions a model gets a cell with each, and the Pythons that set allows.

    `wanted` is what it asks for (`needed`).
    """
    table = packages()
    for package in table.values():
        always = package.in_every_cell_of(release, newest) and model.format.value in package.formats
        if always and package.name not in wanted:
            yield from _together([package], release, asked)
    if wanted:
        yield from _together([table[name] for name in wanted], release, asked)


def _together(
    wanted: Sequence[Package], release: Release, asked: Sequence[str]
) -> Iterator[tuple[tuple[Companion, ...], Collection[str]]]:
    fits = [package.fit(release) for package in wanted]
    whole = [fit for fit in fits if fit is not None and not fit.fails]
    pythons = pythons_for(whole, release, asked)
    if len(whole) == len(fits) and pythons:
        both = zip(wanted, whole, strict=True)
        yield tuple(package.beside(fit, release) for package, fit in both), pythons

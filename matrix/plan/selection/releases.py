"""Which releases a model is tested in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.releases import Release
from matrix.options.options import Options

# Where TensorFlow 2 begins to be what people still run; older ones are there for who asks.
DEFAULT_FROM = (2, 2)


@dataclass(frozen=True, kw_only=True)
class ChosenRelease:
    """A release, and the numbers of the models that are tested in it."""

    release: Release
    models: frozenset[int]


def selected(
    releases: Sequence[Release], options: Options, nearest: Sequence[Release | None]
) -> Iterator[ChosenRelease]:
    """The releases to test, oldest first: the newest patch of each minor, or all of them.

    `nearest` is, for each model, the release that comes nearest to its writer: one that nobody
    asked for is for the models near it alone, since the cells of a model must not depend on the
    other models of the call.
    """
    everyone = frozenset(range(len(nearest)))
    for release in releases:
        by_default = options.tensorflow is not None or release.minor >= DEFAULT_FROM
        near = (n for n, home in enumerate(nearest) if home and home.minor == release.minor)
        if models := everyone if by_default else frozenset(near):
            for version in _versions(release, options):
                yield ChosenRelease(release=release.at(version), models=models)


def asked(release: Release, specifier: SpecifierSet) -> tuple[Version, ...]:
    """The versions of a minor release that a caller asks for, oldest first."""
    # A patch the catalogue has not heard of may exist all the same: the index will know.
    exact = [
        Version(part.version)
        for part in specifier
        if part.operator == "==" and "*" not in part.version
    ]
    unheard = [version for version in exact if version.release[:2] == release.minor]
    return tuple(sorted({*release.matching(specifier), *(v for v in unheard if v in specifier)}))


def _versions(release: Release, options: Options) -> Sequence[Version]:
    if options.tensorflow is None:
        return release.matching(SpecifierSet()) if options.patches else (release.version,)
    versions = asked(release, options.tensorflow)
    return versions if options.patches else versions[-1:]

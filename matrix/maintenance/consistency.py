"""Checks that all tables of the catalogue cover the same releases."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.version import Version

from matrix.catalogue.api_history import PLACE as API_HISTORY
from matrix.catalogue.api_history import ApiHistory, api_history
from matrix.catalogue.cell import KERAS_3_FROM
from matrix.catalogue.companions import COMPANIONS, Package, packages
from matrix.catalogue.keras import KERAS_VERSIONS, keras_releases
from matrix.catalogue.keras_configs import PLACE as KERAS_CONFIGS
from matrix.catalogue.keras_configs import keras_configs
from matrix.catalogue.messages import KERAS as KERAS_3
from matrix.catalogue.messages import PLACE as MESSAGES
from matrix.catalogue.messages import TENSORFLOW, TF_KERAS, Messages
from matrix.catalogue.op_details import PLACE as OP_DETAILS
from matrix.catalogue.op_details import op_details
from matrix.catalogue.releases import CATALOGUE, LOCKS, Release, catalogue

_README = Path(__file__).resolve().parents[2] / "README.md"
_RANGE = re.compile(r"\((\d+\.\d+) to (\d+\.\d+)\)")


def problems(folder: Path = CATALOGUE.parent, readme: Path = _README) -> list[str]:
    """What one part of the catalogue in `folder` lacks, a sentence each; empty where all is there.

    `readme` is left out where it does not exist, as in an installed tool.
    """
    # Each file is read again: a refresh has just written it.
    releases = catalogue.__wrapped__(folder / CATALOGUE.name)
    sentences = [
        *_releases(releases),
        *_locks(releases, folder / LOCKS.name),
        *_companions(releases, folder / COMPANIONS.name),
        *_keras(releases, folder / KERAS_VERSIONS.name),
        *_api_history(releases, folder / API_HISTORY.name),
        *_op_details(releases, folder / OP_DETAILS.name),
        *_keras_configs(releases, folder / KERAS_CONFIGS.name),
        *_messages(releases, folder),
    ]
    return sentences + (list(_readme(releases, readme)) if readme.exists() else [])


def _releases(releases: Sequence[Release]) -> Iterator[str]:
    minors = [release.minor for release in releases]
    for (major, minor), after in itertools.pairwise(minors):
        if after not in {(major, minor + 1), (major + 1, 0)}:
            yield f"{CATALOGUE.name} has no release between {major}.{minor} and {_text(after)}."


def _locks(releases: Sequence[Release], folder: Path) -> Iterator[str]:
    wanted = {f"{release.version}.txt" for release in releases}
    wanted |= {f"{release.version}+tf_keras.txt" for release in releases if release.tf_keras}
    there = {path.name for path in folder.glob("*.txt")}
    yield from (f"{LOCKS.name}/{name} is missing." for name in sorted(wanted - there))
    yield from (f"{LOCKS.name}/{name} belongs to no release." for name in sorted(there - wanted))


def _companions(releases: Sequence[Release], path: Path) -> Iterator[str]:
    minors = [release.minor for release in releases]
    for package in packages.__wrapped__(path).values():
        yield from (
            (
                f"{path.name}: {package.name} names TensorFlow {_text(minor)}, which is not a "
                "known release."
            )
            for minor in sorted(set(package.fits) - set(minors))
        )
        yield from (
            f"{path.name}: {package.name} lacks TensorFlow {_text(minor)}."
            for minor in _lacking(package, releases)
        )


def _lacking(package: Package, releases: Sequence[Release]) -> list[tuple[int, int]]:
    """The releases between the first and the last that a package fits, which it lacks.

    A package that fits the release before the newest goes on: it has to name the newest too.
    """
    fitting = [place for place, release in enumerate(releases) if package.fit(release)]
    if not fitting:
        return []
    goes_on = fitting[-1] == len(releases) - 2
    last = len(releases) - 1 if goes_on else fitting[-1]
    return [releases[place].minor for place in range(fitting[0], last + 1) if place not in fitting]


def _keras(releases: Sequence[Release], path: Path) -> Iterator[str]:
    entries = keras_releases.__wrapped__(path)
    versions = [entry.version for entry in entries]
    for before, after in itertools.pairwise(versions):
        if after.minor != before.minor + 1:
            yield f"{path.name} has no version between {before} and {after}."
    for release in releases:
        if release.minor < KERAS_3_FROM:
            continue
        if Version(release.keras) not in versions:
            yield f"{path.name} lacks Keras {release.keras} of TensorFlow {release.version}."
        if not any(release.version in entry.tensorflow for entry in entries):
            yield f"{path.name} has no Keras for TensorFlow {release.version}."


def _api_history(releases: Sequence[Release], path: Path) -> Iterator[str]:
    history = api_history.__wrapped__(path)
    yield from _listed(history.releases, releases, path)
    yield from (
        f"{path.name} has Keras {asked} for {release.version}, not {release.keras}."
        for release, asked in outdated_keras(history, releases)
    )


def _op_details(releases: Sequence[Release], path: Path) -> Iterator[str]:
    yield from _listed(op_details.__wrapped__(path).releases, releases, path)


def _listed(known: Sequence[str], releases: Sequence[Release], path: Path) -> Iterator[str]:
    """Releases that a table of ours lacks, and those that it names and nobody knows."""
    versions = [str(release.version) for release in releases]
    yield from (f"{path.name} lacks {version}." for version in versions if version not in known)
    yield from (
        f"{path.name} names {version}, which is not a known release."
        for version in known
        if version not in versions
    )


def _keras_configs(releases: Sequence[Release], path: Path) -> Iterator[str]:
    known = keras_configs.__wrapped__(path)
    yield from _listed(known.releases, releases, path)
    # Both are asked of the same environments: what one says of Keras the other says too.
    history = api_history.__wrapped__(path.with_name(API_HISTORY.name))
    if list(known.releases) == list(history.releases) and known.keras != history.keras:
        yield f"{path.name} was asked of other versions of Keras than {API_HISTORY.name}."


def _messages(releases: Sequence[Release], folder: Path) -> Iterator[str]:
    place = folder / MESSAGES.name
    keras = keras_releases.__wrapped__(folder / KERAS_VERSIONS.name)
    wanted = {(TENSORFLOW, str(release.version)) for release in releases}
    wanted |= {(TF_KERAS, str(release.version)) for release in releases if release.tf_keras}
    wanted |= {(KERAS_3, str(entry.version)) for entry in keras}
    there = set(Messages(place).editions)
    for space, version in sorted(wanted - there):
        yield f"{place.name} lacks {space} {version}."
    for space, version in sorted(there - wanted):
        yield f"{place.name} has {space} {version}, which is not a known release."


def outdated_keras(
    history: ApiHistory, releases: Sequence[Release] | None = None
) -> list[tuple[Release, str]]:
    """The releases that now have another Keras 3 than when they were asked, with that one."""
    asked = [
        (release, history.keras_of(str(release.version)))
        for release in (catalogue() if releases is None else releases)
        if release.minor >= KERAS_3_FROM
    ]
    return [(release, keras) for release, keras in asked if keras and keras != release.keras]


def _readme(releases: Sequence[Release], path: Path) -> Iterator[str]:
    written = _RANGE.search(path.read_text(encoding="utf-8"))
    wanted = (_text(releases[0].minor), _text(releases[-1].minor))
    if written is None or written.groups() != wanted:
        yield (
            f"{path.name} does not contain ({wanted[0]} to {wanted[1]}), the range of the known "
            "releases."
        )


def _text(minor: tuple[int, int]) -> str:
    return "{}.{}".format(*minor)

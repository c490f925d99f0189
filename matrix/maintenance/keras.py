"""Writes `keras.toml`: the newest patch of each Keras 3 minor, and its TensorFlow releases.

Keras 3 asks for no TensorFlow. TensorFlow asks for a Keras that is new enough, so the packages of
the releases themselves say which Keras versions they run with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.cache import cache_folder
from matrix.catalogue.cell import KERAS_3_FROM, Cell
from matrix.catalogue.keras import KERAS_VERSIONS, KerasRelease, keras_releases
from matrix.catalogue.releases import Release, catalogue, host_platform
from matrix.environments import command
from matrix.environments.environments import Environments
from matrix.environments.programs.interpreters import installed
from matrix.errors import LoadmatrixError
from matrix.maintenance.package_index import PYTHONS, versions

Say = Callable[[str], None]

_OLDEST = Version("3")
# Keras releases are for Python 3.9 and newer.
_PYTHONS = PYTHONS[PYTHONS.index("3.9") :]
_QUESTION = """\
import importlib.metadata, sys
for line in importlib.metadata.requires(sys.argv[1]) or ():
    print(line)
"""
_HEAD = """\
# Keras 3, the newest patch of each minor: the Pythons its metadata takes, and the TensorFlow
# releases whose metadata takes it. Keras 3 itself asks for no TensorFlow. Written by
# `nox -s releases` from the package index and from what each TensorFlow asks for.
schema = 1
"""


def refresh(pip: Sequence[str], say: Say, path: Path = KERAS_VERSIONS) -> None:
    """Bring `keras.toml` up to date.

    Raises:
        LoadmatrixError: the index names no Keras 3, or a TensorFlow does not say what it needs.
    """
    offered = {python: versions(pip, "keras", *_limits(python)) for python in _PYTHONS}
    entries = keras_entries(offered, [(release, _wanted(release)) for release in _with_keras_3()])
    if not entries:
        raise LoadmatrixError("The package index has no Keras 3. Check the address of the index.")
    known = {entry.version for entry in keras_releases(path)}
    path.write_text(keras_text(entries), encoding="utf-8")
    keras_releases.cache_clear()
    new = [str(entry.version) for entry in entries if entry.version not in known]
    say(f"Keras versions: {', '.join(new)} added" if new else "Keras versions: unchanged")


def _limits(python: str) -> list[str]:
    return ["--python-version", python, "--only-binary", ":all:"]


def _with_keras_3() -> list[Release]:
    return [release for release in catalogue() if release.minor >= KERAS_3_FROM]


def _wanted(release: Release) -> SpecifierSet:
    """The Keras versions that a release asks for, as its installed package says it."""
    platform, pythons = host_platform(), installed()
    there = release.on(platform).pythons
    python = ([name for name in there if name in pythons] or list(there))[-1]
    cell = Cell(release=release, python=python)
    package = release.distributions[platform].partition("==")[0]
    with Environments(folder=cache_folder()).ready(cell) as interpreter:
        said = command.run([str(interpreter), "-I", "-c", _QUESTION, package]).stdout
    for line in said.splitlines():
        if line.replace(" ", "").startswith("keras>"):
            return SpecifierSet(line.partition(";")[0].removeprefix("keras"))
    raise LoadmatrixError(f"TensorFlow {release.version} does not say which Keras it needs.")


def keras_entries(
    offered: Mapping[str, frozenset[Version]], wanted: Sequence[tuple[Release, SpecifierSet]]
) -> list[KerasRelease]:
    """An entry for each Keras 3 minor, oldest first.

    `offered` maps a Python, oldest first, to the Keras versions for it; `wanted` are releases of
    TensorFlow, oldest first, with the Keras that each takes.
    """
    every = {version for versions in offered.values() for version in versions if version >= _OLDEST}
    newest = {version.release[:2]: version for version in sorted(every)}
    entries: list[KerasRelease] = []
    oldest = next(iter(offered), "")
    for version in sorted(newest.values()):
        takers = [release for release, keras in wanted if version in keras]
        if takers:
            python = next(python for python in offered if version in offered[python])
            # No minor goes back to an older Python; an index that does not say what a file needs
            # offers it to all of them.
            oldest = python = max(python, oldest, key=Version)
            tensorflow = _range(takers, wanted[-1][0])
            entries.append(
                KerasRelease(
                    version=version,
                    python=SpecifierSet(f">={python}"),
                    tensorflow=SpecifierSet(tensorflow),
                )
            )
    return entries


def _range(takers: Sequence[Release], newest: Release) -> str:
    """The TensorFlow releases as a specifier, open above where the newest is one of them."""
    first, last = takers[0].minor, takers[-1].minor
    low = ">={}.{}".format(*first)
    if last == newest.minor:
        return low
    return f"{low},<{last[0]}.{last[1] + 1}"


def keras_text(entries: Sequence[KerasRelease]) -> str:
    """`keras.toml` for these entries."""
    return "\n".join([_HEAD, *map(_entry, entries)])


def _entry(entry: KerasRelease) -> str:
    lower_first = sorted(str(entry.tensorflow).split(","), reverse=True)
    return (
        f'[[keras]]\nversion = "{entry.version}"\npython = "{entry.python}"\n'
        f'tensorflow = "{",".join(lower_first)}"\n'
    )

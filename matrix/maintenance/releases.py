"""Refreshes the release catalogue and its locks from the index and from working environments.

A lock is written only after an environment was built from it here, TensorFlow imported in it and
the example model loaded. What does not get that far leaves the catalogue as it was.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from packaging.version import Version

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import CATALOGUE, LOCKS, Release, catalogue
from matrix.environments import command, disk_usage
from matrix.environments import lock as locking
from matrix.environments.environments import Environments
from matrix.environments.programs import interpreters
from matrix.errors import EnvironmentUnavailable, LockError
from matrix.maintenance import package_index
from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.plan.variant import ONLY
from matrix.run.probe_process import verify
from matrix.run.probing.launcher import Launcher, python_probe

Say = Callable[[str], None]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "half_plus_two"
# From here on tf.keras is Keras 3, and tf-keras is Keras 2 beside it.
_TF_KERAS_FROM = (2, 16)
# The Keras of 2.13 does not say its version, but its package does.
_FACTS = """\
import json, tensorflow as tf
keras = getattr(tf.keras, "__version__", None)
if keras is None:
    import importlib.metadata
    keras = importlib.metadata.version("keras")
print(json.dumps([tf.version.GRAPH_DEF_VERSION, keras]))
"""
_HEAD = """\
# Every TensorFlow release we know: the newest patch of each minor. Written by `nox -s releases`,
# which keeps `pins` (what a fresh install lacks to be able to import): edit those by hand.
# `distributions` are the packages with the code of TensorFlow on a platform; some of the name
# `tensorflow` are empty there. `pythons_on` are the Pythons of platforms that differ.
schema = 1
"""


class _Refused(Exception):
    """Why a release was not written."""


def refresh(pip: Sequence[str], minors: Sequence[str], *, relock: bool, say: Say) -> list[str]:
    """Bring the catalogue up to date; returns the releases whose new lock did not prove itself.

    `minors` (like `2.15`) limits what is looked at. Without `relock` only what the index changed
    is locked and built again.
    """
    known = {release.minor: release for release in catalogue()}
    refused = []
    say("asking the package index for new releases")
    for entry in package_index.entries(package_index.offers(pip)):
        release = _merged(entry, known)
        if minors and f"{release.minor[0]}.{release.minor[1]}" not in minors:
            continue
        if not relock and release == known.get(release.minor):
            say(f"{release.version} is unchanged")
            continue
        try:
            known[release.minor] = _renewed(release, say, keep=not relock)
        except _Refused as reason:
            refused.append(str(release.version))
            say(f"{release.version} is NOT written: {reason}")
            continue
        # After each one: an interrupt must not cost what was proven.
        text = catalogue_text(sorted(known.values(), key=lambda release: release.version))
        CATALOGUE.write_text(text, encoding="utf-8")
        catalogue.cache_clear()
        say(f"{release.version} is written")
    return refused


def _merged(entry: Mapping[str, Any], known: Mapping[tuple[int, int], Release]) -> Release:
    """What the index says, over what we knew of that minor."""
    version = Version(entry["tensorflow"])
    nothing = Release(
        version=version,
        patches=(),
        pythons=(),
        distributions={},
        keras="",
        tf_keras=None,
        pins=(),
        graphdef=0,
        installed_mb=0,
    )
    return replace(
        known.get((version.major, version.minor), nothing),
        version=version,
        patches=tuple(Version(patch) for patch in entry["patches"]),
        pythons=tuple(entry["pythons"]),
        distributions=MappingProxyType(dict(entry["distributions"])),
        pythons_on=MappingProxyType(
            {place: tuple(pythons) for place, pythons in entry["pythons_on"].items()}
        ),
    )


def _renewed(release: Release, say: Say, *, keep: bool) -> Release:
    """The release with new locks, and with the facts seen in an environment built from them.

    With `keep`, versions stay what they are in the present lock where they can.

    Raises:
        _Refused: a lock cannot be made, or what it makes does not work.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = _cell(release, Path(folder))
        release = _proven(plain, say, keep=keep)
        if release.minor >= _TF_KERAS_FROM:
            beside = (tf_keras_beside(release),)
            extended = replace(plain, release=release, companions=beside)
            _proven(extended, say, keep=keep)
            lock = (Path(folder) / extended.lock_name).read_text(encoding="utf-8")
            release = replace(release, tf_keras=locking.locked_version(lock, "tf-keras"))
        for lock_file in Path(folder).glob("*.txt"):
            (LOCKS / lock_file.name).write_text(lock_file.read_text("utf-8"), encoding="utf-8")
        for patch in release.patches:
            for old in LOCKS.glob(f"{patch}*.txt"):
                old.unlink()
    return release


def _cell(release: Release, locks: Path) -> Cell:
    pythons = interpreters.installed()
    usable = [python for python in release.pythons if python in pythons]
    if not usable:
        raise _Refused(f"none of Python {', '.join(release.pythons)} was found on this machine")
    return Cell(release=release, python=usable[-1], locks=locks)


def _proven(cell: Cell, say: Say, *, keep: bool) -> Release:
    say(f"locking {cell.id}")
    environments = Environments(folder=cache_folder())
    try:
        present = LOCKS / cell.lock_name
        before = present.read_text(encoding="utf-8") if keep and present.exists() else ""
        lock = locking.compile_lock(cell.release, cell.requirements, before=before)
        (cell.locks / cell.lock_name).write_text(lock, encoding="utf-8")
        with environments.ready(cell) as python:
            _check(python)
            graphdef, keras = _facts(python)
            # The root of the environment: its python is in bin or Scripts.
            size = disk_usage.all_bytes(python.parent.parent) // 2**20
    except (LockError, EnvironmentUnavailable) as error:
        raise _Refused(str(error)) from error
    return replace(cell.release, keras=keras, graphdef=graphdef, installed_mb=size)


def _check(python: Path) -> None:
    checks = [
        Check(model=0, path=str(EXAMPLE), loader="saved_model", variant=ONLY.given(tags=None)),
        Check(model=0, path=str(EXAMPLE), loader="session", variant=ONLY.given(tags=["serve"])),
    ]
    with tempfile.TemporaryDirectory() as folder:
        launcher = Launcher(command=python_probe(python), limits=Limits(), folder=Path(folder))
        seen = verify(launcher, checks)
    if not seen.probe.imported:
        raise _Refused(f"import tensorflow fails: {seen.probe.error or seen.probe.exit}")
    for name, record in seen.checks.items():
        if not record.loaded:
            raise _Refused(f"the example does not load ({name}): {record.error or record.exit}")


def _facts(python: Path) -> tuple[int, str]:
    done = command.run([python, "-I", "-c", _FACTS])
    if done.returncode != 0:
        raise _Refused(f"its content is unknown: {''.join(done.lines[-1:])}")
    graphdef, keras = json.loads(done.stdout.splitlines()[-1])
    return graphdef, keras


def catalogue_text(releases: Sequence[Release]) -> str:
    """`releases.toml` for these releases."""
    return "\n".join([_HEAD, *(_entry(release) for release in releases)])


def _entry(release: Release) -> str:
    lines = [
        "[[release]]",
        f'tensorflow = "{release.version}"',
        f"patches = {_strings(release.patches)}",
        f"pythons = {_strings(release.pythons)}",
        f"pins = {_strings(release.pins)}",
        f'keras = "{release.keras}"',
        *([f'tf_keras = "{release.tf_keras}"'] if release.tf_keras else []),
        f"graphdef = {release.graphdef}",
        f"installed_mb = {release.installed_mb}",
        "[release.distributions]",
        *(f'{place} = "{package}"' for place, package in release.distributions.items()),
    ]
    if release.pythons_on:
        pythons = release.pythons_on.items()
        lines += ["[release.pythons_on]", *(f"{place} = {_strings(p)}" for place, p in pythons)]
    return "\n".join(lines) + "\n"


def _strings(values: Sequence[object]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"

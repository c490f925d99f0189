"""What the package index offers: TensorFlow versions by package, platform and Python.

Asked through `pip index versions`, so that a mirror, a proxy or a private index configured for
pip is honoured. Only `nox -s releases` needs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from matrix.environments import command

PYTHONS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
OLDEST = Version("1.15")

_LINUX = ("manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_TAGS = {
    "linux-x86_64": tuple(f"{name}_x86_64" for name in _LINUX),
    "linux-aarch64": tuple(f"{name}_aarch64" for name in _LINUX),
    "macos-x86_64": ("macosx_12_0_x86_64",),
    "macos-arm64": ("macosx_12_0_arm64",),
    "windows-x86_64": ("win_amd64",),
}
# In the order of preference: the CPU build is a third of the download where it exists.
_PACKAGES = ("tensorflow-cpu", "tensorflow", "tensorflow-macos")
# Up to 2.18 the Windows wheels are empty shells around this package, which missed some patches
# (2.18.1); from 2.19 on they are whole.
_SHELL = "tensorflow-intel"
_ONLY_ON = {"tensorflow-macos": "macos-arm64", _SHELL: "windows-x86_64"}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One package on one platform for one Python, and the versions there are."""

    package: str
    platform: str
    python: str
    versions: frozenset[Version]


def offers(pip: Sequence[str]) -> list[Offer]:
    """Everything the index offers for TensorFlow; `pip` is the command that runs pip (25.1+)."""
    wanted = [
        (package, place, python)
        for package in (*_PACKAGES, _SHELL)
        for place in _TAGS
        for python in PYTHONS
        if _ONLY_ON.get(package, place) == place
    ]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda one: _offer(pip, *one), wanted))


def _offer(pip: Sequence[str], package: str, place: str, python: str) -> Offer:
    tags = [word for tag in _TAGS[place] for word in ("--platform", tag)]
    limits = ["--python-version", python, "--only-binary", ":all:", *tags]
    return Offer(
        package=package, platform=place, python=python, versions=versions(pip, package, *limits)
    )


def versions(pip: Sequence[str], package: str, *limits: str) -> frozenset[Version]:
    """The final versions of a package, empty where the index has none within the limits."""
    done = command.run([*pip, "index", "versions", package, "--json", *limits])
    if done.returncode != 0:
        return frozenset()
    return frozenset(Version(version) for version in json.loads(done.stdout)["versions"])


def entries(found: Sequence[Offer]) -> list[dict[str, Any]]:
    """The part of every catalogue entry that the index decides, newest patch of each minor."""
    linux = [o for o in found if o.platform == "linux-x86_64" and o.package == "tensorflow"]
    known = {v for offer in linux for v in offer.versions if v >= OLDEST}
    minors = sorted({(v.major, v.minor) for v in known})
    return [_entry(sorted(v for v in known if (v.major, v.minor) == m), found) for m in minors]


def _entry(patches: Sequence[Version], found: Sequence[Offer]) -> dict[str, Any]:
    newest = patches[-1]
    pythons = {o.python for o in found if o.platform == "linux-x86_64" and newest in o.versions}
    return {
        "tensorflow": str(newest),
        "patches": [str(patch) for patch in patches[:-1]],
        "pythons": [python for python in PYTHONS if python in pythons],
        "distributions": _distributions(newest, found),
    }


def _distributions(newest: Version, found: Sequence[Offer]) -> Mapping[str, str]:
    chosen = {}
    for place in _TAGS:
        packages = {package: _minor_of(newest, package, place, found) for package in _PACKAGES}
        if shells := _minor_of(newest, _SHELL, place, found):
            packages = {package: have & shells for package, have in packages.items()}
        if name := next((name for name, have in packages.items() if newest in have), None):
            chosen[place] = name
        elif name := next((name for name, have in packages.items() if have), None):
            chosen[place] = f"{name}=={max(packages[name])}"
    return chosen


def _minor_of(newest: Version, package: str, place: str, found: Sequence[Offer]) -> set[Version]:
    here = [offer for offer in found if (offer.platform, offer.package) == (place, package)]
    every = {version for offer in here for version in offer.versions}
    return {v for v in every if v.release[:2] == newest.release[:2] and v <= newest}

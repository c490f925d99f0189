"""TensorFlow versions on the package index, by package, platform and Python.

Asked through `pip index versions`, so that a mirror, a proxy or a private index configured for
pip is honoured. Only `nox -s releases` needs it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from matrix.environments import command
from matrix.maintenance import wheels

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
# In the order of preference: the CPU build is a third of the download where it exists. On Windows,
# macOS and aarch64 some releases keep their code in a package of its own.
_PACKAGES = (
    "tensorflow-cpu",
    "tensorflow-intel",
    "tensorflow-macos",
    "tensorflow-cpu-aws",
    "tensorflow",
)
# Built by Linaro from the same sources; taken where there is nothing else.
_LAST_RESORT = ("tensorflow-aarch64",)
_ONLY_ON = {
    "tensorflow-macos": "macos-arm64",
    "tensorflow-intel": "windows-x86_64",
    "tensorflow-cpu-aws": "linux-aarch64",
    "tensorflow-aarch64": "linux-aarch64",
}
_AT_A_TIME = 8

# (package, version, platform, oldest Python) -> the Pythons for which a wheel with code exists.
CodeSearch = Callable[[str, str, str, str], Collection[str]]


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
        for package in (*_PACKAGES, *_LAST_RESORT)
        for place in _TAGS
        for python in PYTHONS
        if _ONLY_ON.get(package, place) == place
    ]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(lambda words: _offer(pip, *words), wanted))


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


def entries(
    index: Sequence[Offer], code: CodeSearch = wheels.pythons_with_code
) -> list[dict[str, Any]]:
    """The part of every catalogue entry that the index decides, newest patch of each minor."""
    linux = [o for o in index if o.platform == "linux-x86_64" and o.package == "tensorflow"]
    known = {v for offer in linux for v in offer.versions if v >= OLDEST}
    minors = sorted({(v.major, v.minor) for v in known})
    patches = [sorted(v for v in known if (v.major, v.minor) == minor) for minor in minors]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(lambda group: _entry(group, index, code), patches))


def _entry(patches: Sequence[Version], index: Sequence[Offer], code: CodeSearch) -> dict[str, Any]:
    newest = patches[-1]
    on_linux = {o.python for o in index if o.platform == "linux-x86_64" and newest in o.versions}
    pythons = [python for python in PYTHONS if python in on_linux]
    distributions, pythons_on = {}, {}
    for platform in _TAGS:
        for package, version in _candidates(newest, platform, index):
            having = code(package, str(version), platform, pythons[0])
            usable = [python for python in pythons if python in having]
            if usable:
                same = version == newest
                distributions[platform] = package if same else f"{package}=={version}"
                if usable != pythons:
                    pythons_on[platform] = usable
                break
    return {
        "tensorflow": str(newest),
        "patches": [str(patch) for patch in patches[:-1]],
        "pythons": pythons,
        "distributions": distributions,
        "pythons_on": pythons_on,
    }


def _candidates(
    newest: Version, platform: str, index: Sequence[Offer]
) -> Iterator[tuple[str, Version]]:
    """What may be installed on a platform, the best first: newest patch, then smallest package."""
    for packages in (_PACKAGES, _LAST_RESORT):
        choices = {
            (version, -packages.index(offer.package))
            for offer in index
            if offer.platform == platform and offer.package in packages
            for version in offer.versions
            if version.release[:2] == newest.release[:2] and version <= newest
        }
        yield from ((packages[-place], version) for version, place in sorted(choices, reverse=True))

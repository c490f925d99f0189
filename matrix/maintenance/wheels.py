"""The wheels of one version of a package, with the platform, the Python and the size of each."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from matrix.environments import command
from matrix.environments.programs.uv_program import uv

# Some wheels of TensorFlow are empty and only ask for another package; those take a few kB.
_LEAST_BYTES = 10**6
_PLATFORMS = (
    ("linux-x86_64", re.compile(r"manylinux.*_x86_64")),
    ("linux-aarch64", re.compile(r"manylinux.*_aarch64")),
    ("macos-x86_64", re.compile(r"macosx.*_(x86_64|universal2)")),
    ("macos-arm64", re.compile(r"macosx.*_(arm64|universal2)")),
    ("windows-x86_64", re.compile(r"win_amd64")),
)


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel on one platform for one Python; `size` in bytes, 0 where the index does not say."""

    platform: str
    python: str
    size: int

    @property
    def has_code(self) -> bool:
        """Whether there can be more in it than a request for another package."""
        return self.size == 0 or self.size >= _LEAST_BYTES


@functools.cache
def wheels(package: str, version: str, python: str) -> tuple[Wheel, ...]:
    """The wheels of a version for `python` (such as `3.9`) and newer, none where there are none.

    uv tells them in the lock format of Python, the only one that has sizes.
    """
    words = [uv(), "pip", "compile", "-", "--quiet", "--no-deps", "--universal", "--no-header"]
    done = command.run(
        [*words, "--python-version", python, "--format", "pylock.toml"],
        text=f"{package}=={version}",
    )
    if done.returncode != 0:
        return ()
    packages = tomllib.loads(done.stdout)["packages"]
    return tuple(wheel for entry in packages for wheel in _wheels(entry))


def _wheels(entry: dict[str, Any]) -> Iterator[Wheel]:
    for file in entry.get("wheels", ()):
        name = file.get("name") or file.get("url", "").rpartition("/")[2]
        try:
            tags = parse_wheel_filename(name.replace("%2B", "+"))[3]
        except InvalidWheelFilename:
            continue
        for python, platform in {(t.interpreter, t.platform) for t in tags}:
            for place in _places(platform):
                yield Wheel(platform=place, python=_minor(python), size=file.get("size", 0))


def _places(tag: str) -> Iterator[str]:
    yield from (place for place, pattern in _PLATFORMS if pattern.fullmatch(tag))


def _minor(interpreter: str) -> str:
    """`cp311` as `3.11`."""
    return re.sub(r"^[a-z]+(\d)(\d*)$", r"\1.\2", interpreter)


def pythons_with_code(package: str, version: str, platform: str, oldest: str) -> Collection[str]:
    """The Pythons for which a version has a wheel with code in it on a platform."""
    listed = wheels(package, version, oldest)
    return {wheel.python for wheel in listed if wheel.platform == platform and wheel.has_code}

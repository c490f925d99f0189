"""Requirements of a release and the lock made from them by `uv pip compile`.

One universal lock serves every platform and Python of a release. It holds names, versions and
hashes only: no index address, so that it works behind any mirror. Companions have wheels for some
platforms and Pythons only: their locks are made where they are used, and for that place alone.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from matrix.catalogue.companions import pairs
from matrix.catalogue.releases import LOCK_CONSTRAINTS, Release
from matrix.environments import command
from matrix.environments.programs.uv_program import uv
from matrix.errors import LockError

# Our names of platforms in the words of PEP 508 markers.
MARKERS = {
    "linux-x86_64": "sys_platform == 'linux' and platform_machine == 'x86_64'",
    "linux-aarch64": "sys_platform == 'linux' and platform_machine == 'aarch64'",
    "macos-x86_64": "sys_platform == 'darwin' and platform_machine == 'x86_64'",
    "macos-arm64": "sys_platform == 'darwin' and platform_machine == 'arm64'",
    "windows-x86_64": "sys_platform == 'win32'",
}
# Each holds the code of TensorFlow itself on some platform and in some release. The metadata of
# one asks for another that is not on that platform, or would overwrite its files.
_TENSORFLOWS = ("tensorflow", "tensorflow-intel", "tensorflow-macos", "tensorflow-cpu-aws")


class _Unresolved(Exception):
    """What the resolver says where nothing satisfies the requirements."""


def requirements(release: Release, companions: Sequence[str] = ()) -> list[str]:
    """What to install for a release, as requirement lines that hold on every platform.

    The Python bounds keep the resolver from wandering into Pythons this release never had.
    """
    lines = [
        f"{_pinned(package, release)} ; {_bounds(release.on(place))} and {MARKERS[place]}"
        for place, package in sorted(release.distributions.items())
    ]
    lines += [f"{line} ; {_bounds(release)}" for line in (*release.pins, *companions)]
    return lines


def _bounds(release: Release) -> str:
    low, high = release.pythons[0], release.pythons[-1]
    return f"python_version >= '{low}' and python_version <= '{high}'"


def _pinned(package: str, release: Release) -> str:
    # tensorflow-macos stopped at other patches than tensorflow: its entry names the version.
    return package if "==" in package else f"{package}=={release.version}"


def compile_lock(
    release: Release, companions: Sequence[str] = (), *, offline: bool = False, before: str = ""
) -> str:
    """The lock with hashes of a release, for every platform and Python it has.

    `before` is an earlier lock, whose versions stay where they can.

    Raises:
        LockError: nothing satisfies the requirements, or the index cannot be reached.
    """
    lines = requirements(release, companions)
    options = ["--universal", "--python-version", release.pythons[0]]
    options += ["--constraints", str(LOCK_CONSTRAINTS), *_offline(offline=offline)]
    try:
        return _compiled(lines, (), options, before)
    except _Unresolved as reason:
        raise LockError(
            f"The packages of TensorFlow {release.version} could not be locked: {reason}"
        ) from None


def compile_here(
    release: Release, companions: Sequence[str], python: str, alone: str, *, offline: bool = False
) -> str:
    """The lock of a release with companions, for this platform and one Python.

    `known` is the lock of the release alone, whose versions stay: a companion must not bring
    another TensorFlow along. Only where that cannot be, its other packages give way.

    Raises:
        LockError: nothing satisfies the requirements, or the index cannot be reached.
    """
    lines = requirements(release, companions)
    named = {_name(line) for line in companions}
    fixed = [line for line in pinned(alone) if _name(line) not in named]
    fitting = [line for line in pairs(release) if _name(line) not in named]
    options = ["--python-version", python, *_offline(offline=offline)]
    try:
        return _compiled(lines, [*fixed, *fitting], options)
    except _Unresolved:
        pass
    try:
        return _compiled(lines, fitting, options)
    except _Unresolved as reason:
        what = f"{', '.join(companions)} with TensorFlow {release.version} on Python {python}"
        raise LockError(f"The packages of {what} could not be locked: {reason}") from None


def pinned(lock: str) -> list[str]:
    """The versions that a lock names, without hashes."""
    lines = [line.rstrip("\\ ") for line in lock.splitlines()]
    return [line for line in lines if re.match(r"[A-Za-z0-9]", line)]


def _name(line: str) -> str:
    return canonicalize_name(re.split(r"[\s=<>!~\[;]", line, maxsplit=1)[0])


def _offline(*, offline: bool) -> list[str]:
    return ["--offline"] if offline else []


def _compiled(
    lines: Sequence[str], constraints: Sequence[str], options: Sequence[str], before: str = ""
) -> str:
    words = [uv(), "pip", "compile", "-", "--quiet", *options]
    words += ["--generate-hashes", "--no-header", "--no-annotate"]
    with tempfile.TemporaryDirectory() as folder:
        overrides, fixed = Path(folder, "overrides.txt"), Path(folder, "constraints.txt")
        overrides.write_text("\n".join(_overrides(lines)) + "\n", encoding="utf-8")
        fixed.write_text("\n".join(constraints) + "\n", encoding="utf-8")
        if before:
            # The versions in the file that uv is to write are those it prefers.
            Path(folder, "lock.txt").write_text(before, encoding="utf-8")
            words += ["--output-file", "lock.txt"]
        done = command.run(
            [*words, "--constraints", str(fixed), "--overrides", str(overrides)],
            text="\n".join(lines),
            folder=folder,
        )
        lock = Path(folder, "lock.txt").read_text(encoding="utf-8") if before else done.stdout
    if done.returncode != 0:
        said = re.sub(r"\s+", " ", done.stderr).strip() or f"uv ended with {done.returncode}"
        # What comes before it is about platforms that need not be this one.
        reason = said[said.find("Because ") :] if "Because " in said else said
        raise _Unresolved(reason)
    return lock


def _overrides(lines: Sequence[str]) -> list[str]:
    """TensorFlow comes from the packages that the lines name and from no other.

    tf-keras asks for "tensorflow" by name: where the CPU build stands in for it, installing both
    would let one overwrite files of the other.
    """
    named = [line for line in lines if _name(line) in _TENSORFLOWS]
    others = [name for name in _TENSORFLOWS if name not in map(_name, named)]
    return named + [f"{name} ; python_version < '0'" for name in others]


def locked_version(lock: str, package: str) -> str | None:
    """The highest version of a package that a lock names, `None` where it names none."""
    versions = re.findall(rf"^{re.escape(package)}==([^\s;\\]+)", lock, re.MULTILINE)
    return max(versions, key=Version, default=None)

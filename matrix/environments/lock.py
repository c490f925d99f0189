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

from nox.virtualenv import UV
from packaging.utils import canonicalize_name
from packaging.version import Version

from matrix.catalogue.companions import pairs
from matrix.catalogue.releases import Release
from matrix.environments import command
from matrix.errors import LockError

# Our names of platforms in the words of PEP 508 markers.
MARKERS = {
    "linux-x86_64": "sys_platform == 'linux' and platform_machine == 'x86_64'",
    "linux-aarch64": "sys_platform == 'linux' and platform_machine == 'aarch64'",
    "macos-x86_64": "sys_platform == 'darwin' and platform_machine == 'x86_64'",
    # There is no Python 3.7 for Apple silicon, and tensorflow-macos has no wheel for it.
    "macos-arm64": (
        "sys_platform == 'darwin' and platform_machine == 'arm64' and python_version >= '3.8'"
    ),
    "windows-x86_64": "sys_platform == 'win32'",
}


class _Unresolved(Exception):
    """What the resolver says where nothing satisfies the requirements."""


def requirements(release: Release, companions: Sequence[str] = ()) -> list[str]:
    """What to install for a release, as requirement lines that hold on every platform.

    The Python bounds keep the resolver from wandering into Pythons this release never had.
    """
    low, high = release.pythons[0], release.pythons[-1]
    pythons = f"python_version >= '{low}' and python_version <= '{high}'"
    lines = [
        f"{_pinned(package, release)} ; {pythons} and {MARKERS[place]}"
        for place, package in sorted(release.distributions.items())
    ]
    lines += [f"{line} ; {pythons}" for line in (*release.pins, *companions)]
    return lines


def _pinned(package: str, release: Release) -> str:
    # tensorflow-macos stopped at other patches than tensorflow: its entry names the version.
    return package if "==" in package else f"{package}=={release.version}"


def compile_lock(release: Release, companions: Sequence[str] = (), *, offline: bool = False) -> str:
    """The lock with hashes of a release, for every platform and Python it has.

    Raises:
        LockError: nothing satisfies the requirements, or the index cannot be reached.
    """
    lines = requirements(release, companions)
    options = ["--universal", "--python-version", release.pythons[0]]
    try:
        return _compiled(release, lines, (), options + _offline(offline=offline))
    except _Unresolved as reason:
        raise LockError(
            f"The packages of TensorFlow {release.version} could not be locked: {reason}"
        ) from None


def compile_here(
    release: Release, companions: Sequence[str], python: str, known: str, *, offline: bool = False
) -> str:
    """The lock of a release with companions, for this platform and one Python.

    `known` is the lock of the release alone, whose versions stay: a companion must not bring
    another TensorFlow along. Only where that cannot be, its other packages give way.

    Raises:
        LockError: nothing satisfies the requirements, or the index cannot be reached.
    """
    lines = requirements(release, companions)
    named = {_name(line) for line in companions}
    fixed = [line for line in pinned(known) if _name(line) not in named]
    fitting = [line for line in pairs(release) if _name(line) not in named]
    options = ["--python-version", python, *_offline(offline=offline)]
    try:
        return _compiled(release, lines, [*fixed, *fitting], options)
    except _Unresolved:
        pass
    try:
        return _compiled(release, lines, fitting, options)
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
    release: Release, lines: Sequence[str], constraints: Sequence[str], options: Sequence[str]
) -> str:
    words = [UV, "pip", "compile", "-", "--quiet", *options]
    words += ["--generate-hashes", "--no-header", "--no-annotate"]
    with tempfile.TemporaryDirectory() as folder:
        overrides, fixed = Path(folder, "overrides.txt"), Path(folder, "constraints.txt")
        # tf-keras asks for "tensorflow" by name: where the CPU build stands in for it, installing
        # both would let one overwrite files of the other.
        lines_over = _only("tensorflow", lines)
        if release.minor >= (2, 19):
            # The Windows wheels are whole from here on, the metadata of the others says otherwise.
            lines_over.append(_never("tensorflow-intel"))
        overrides.write_text("\n".join(lines_over) + "\n", encoding="utf-8")
        fixed.write_text("\n".join(constraints) + "\n", encoding="utf-8")
        done = command.run(
            [*words, "--constraints", str(fixed), "--overrides", str(overrides)],
            text="\n".join(lines),
            folder=folder,
        )
    if done.returncode != 0:
        said = re.sub(r"\s+", " ", done.stderr).strip() or f"uv ended with {done.returncode}"
        # What comes before it is about platforms that need not be this one.
        reason = said[said.find("Because ") :] if "Because " in said else said
        raise _Unresolved(reason)
    return done.stdout


def _only(package: str, lines: Sequence[str]) -> list[str]:
    """The lines for one package, or a line that asks for it nowhere."""
    found = [line for line in lines if line.startswith(f"{package}==")]
    return found or [_never(package)]


def _never(package: str) -> str:
    return f"{package} ; python_version < '0'"


def locked_version(lock: str, package: str) -> str | None:
    """The highest version of a package that a lock names, `None` where it names none."""
    found = re.findall(rf"^{re.escape(package)}==([^\s;\\]+)", lock, re.MULTILINE)
    return max(found, key=Version, default=None)

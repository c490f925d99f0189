"""Checks with uv whether the locks can be installed on every platform and Python.

A lock is one file for all platforms, and uv makes it from versions alone: it may name a version
that has no wheel on Windows. Only a dry run there shows it.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from matrix.catalogue.releases import LOCKS, Release, catalogue
from matrix.environments import command
from matrix.environments.lock import pinned
from matrix.environments.programs.uv_program import uv

# Our names of platforms in the words of uv.
UV_PLATFORMS = {
    "linux-x86_64": "x86_64-manylinux_2_28",
    "linux-aarch64": "aarch64-manylinux_2_28",
    "macos-x86_64": "x86_64-apple-darwin",
    "macos-arm64": "aarch64-apple-darwin",
    "windows-x86_64": "x86_64-pc-windows-msvc",
}
# `numpy{markers}==1.19.5 has no wheels with a matching platform tag`, as uv says it.
_NO_WHEEL = re.compile(r"([\w.-]+)(?:\{[^}]*\})?==([\w.+!]+) (has no [^(,]*?)(?: \(| and |,|$)")
# Only these are answers; all else, such as a failed request, says nothing about the lock.
_ABOUT_THE_LOCK = re.compile(r"No solution found|Hash mismatch|--require-hashes|Failed to build")
_SOURCE = re.compile(r"Wheels are required for `([\w.-]+)`")
_WOULD_INSTALL = re.compile(r"^ \+ (\S+)==(\S+)$", re.MULTILINE)
# A lock with more packages without wheels than this is no lock that anyone wants to install.
_MOST_SOURCES = 12


@dataclass(frozen=True, kw_only=True)
class Question:
    """One lock on one platform with one Python; `package` must be among what is installed."""

    lock: Path
    platform: str
    python: str
    package: str

    @property
    def cell(self) -> str:
        """The lock as cells name it, such as `2.21.0+tf_keras`."""
        return self.lock.name.removesuffix(".txt")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What uv said: `problem` is empty where the lock can be installed.

    `unchecked` says why uv could give no answer, such as an index that cannot be reached: that says
    nothing about the lock.

    `sources` are packages without a wheel there, which are built from source: the first that uv
    names, or all where they were asked for.
    """

    question: Question
    problem: str = ""
    unchecked: str = ""
    sources: tuple[str, ...] = ()


def questions(
    minors: Collection[str] = (), *, newest_python: bool = False, locks: Path = LOCKS
) -> Iterator[Question]:
    """Every lock of the releases on each platform and Python that the catalogue has for it.

    `minors` (like `2.15`) limits the releases. With `newest_python` only the Python that a machine
    with all of them would use.
    """
    for release in catalogue():
        if minors and "{}.{}".format(*release.minor) not in minors:
            continue
        for lock in sorted(locks.glob(f"{release.version}*.txt")):
            yield from _questions(release, lock, newest_python=newest_python)


def _questions(release: Release, lock: Path, *, newest_python: bool) -> Iterator[Question]:
    for platform, package in release.distributions.items():
        pythons = release.on(platform).pythons
        for python in pythons[-1:] if newest_python else pythons:
            yield Question(
                lock=lock, platform=platform, python=python, package=package.partition("==")[0]
            )


def ask_all(asked: Sequence[Question], *, all_sources: bool = False) -> list[Answer]:
    """The answers in the order of the questions, several at a time.

    `all_sources` asks for every package that is built from source, with one more call for each.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool,
    ):
        most = _MOST_SOURCES if all_sources else 1
        return list(pool.map(lambda question: ask(question, Path(folder), most), asked))


def ask(question: Question, folder: Path, most_sources: int = 1) -> Answer:
    """Ask uv; `folder` is an empty one that it may look into."""
    code, said = _dry_run(question, folder, ["--only-binary", ":all:"])
    if code == 0:
        return Answer(question=question, problem=_missing_tensorflow(question, said))
    source = _SOURCE.search(said)
    code, said = _dry_run(question, folder, [])
    if code != 0 and not _ABOUT_THE_LOCK.search(said):
        return Answer(question=question, unchecked=complaint(said))
    if code != 0:
        return Answer(question=question, problem=complaint(said))
    sources = [source.group(1)] if source else []
    if most_sources > len(sources):
        sources += _more_sources(question, folder, sources, most_sources - len(sources))
    problem = _missing_tensorflow(question, said)
    return Answer(question=question, problem=problem, sources=tuple(sources))


def _dry_run(question: Question, folder: Path, options: Sequence[str]) -> tuple[int | None, str]:
    place = ["--python", sys.executable, "--target", str(folder)]
    where = [
        *("--python-platform", UV_PLATFORMS[question.platform]),
        *("--python-version", question.python),
    ]
    words = [uv(), "pip", "install", "--dry-run", *place, *where, *options]
    done = command.run([*words, "--require-hashes", "--no-deps", "-r", str(question.lock)])
    return done.returncode, done.stderr


def _missing_tensorflow(question: Question, said: str) -> str:
    """Why an installation that works is useless: TensorFlow is not in it."""
    if question.package in {name for name, _ in _WOULD_INSTALL.findall(said)}:
        return ""
    return f"{question.package} is not in the lock for this platform and Python"


def _more_sources(
    question: Question, folder: Path, known: Sequence[str], most: int
) -> Iterator[str]:
    """More packages that have no wheel, which uv names one by one."""
    lines = pinned(question.lock.read_text(encoding="utf-8"))
    wheels = {canonicalize_name(re.split(r"[=\[ ]", line, maxsplit=1)[0]) for line in lines}
    wheels -= set(known)
    for _ in range(most):
        options = [word for name in sorted(wheels) for word in ("--only-binary", name)]
        code, said = _dry_run(question, folder, options)
        named = _SOURCE.search(said)
        if code == 0 or named is None:
            return
        wheels.discard(canonicalize_name(named.group(1)))
        yield named.group(1)


def complaint(said: str) -> str:
    """What uv complains of, in one sentence."""
    text = re.sub(r"\s+", " ", said).strip()
    if wheel := _NO_WHEEL.search(text):
        return "{} {} {}".format(*wheel.groups())
    causes = [line for line in said.splitlines() if line.strip().startswith(("error", "cause"))]
    return causes[-1].strip() if causes else text[-200:] or "uv gave no reason"

"""Verifies the pairs of `companions.toml`: each is built and imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import COMPANIONS, Fit, Package, packages
from matrix.catalogue.registration import Handover
from matrix.catalogue.releases import Release, catalogue
from matrix.catalogue.runtime import PROBE
from matrix.environments import command
from matrix.environments.environments import Environments
from matrix.environments.programs import interpreters
from matrix.errors import EnvironmentUnavailable, UsageError
from matrix.maintenance.package_index import versions
from matrix.plan.required_packages import pythons_for

Say = Callable[[str], None]

_SECONDS = 300
# As the probe does it: what loaders are given of a package is there, and works.
_TRIAL = """\
import contextlib, runpy
import tensorflow, {module}
handover = runpy.run_path({path!r})
with contextlib.ExitStack() as scopes:
    handover["entered"]({wanted!r}, scopes)
"""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A package at the version for a release, on the newest Python here that both have."""

    package: Package
    release: Release
    fit: Fit
    python: str = ""

    def __str__(self) -> str:
        return f"{self.package.name} {self.fit.version} with TensorFlow {self.release.version}"

    def cell(self) -> Cell:
        """The cell of the pair.

        Raises:
            EnvironmentUnavailable: this machine has none of its Pythons.
        """
        if not self.python:
            raise EnvironmentUnavailable("no supported Python was found on this machine")
        return Cell(
            release=self.release,
            python=self.python,
            companions=(self.package.beside(self.fit, self.release),),
        )


def verify_pairs(words: Collection[str], say: Say) -> list[str]:
    """Try the pairs and note in the data on which Python each works; returns those that do not.

    `words` are names of packages and TensorFlow minors to look at, empty for all.

    Raises:
        UsageError: a word is neither.
    """
    refused = []
    for pair in list(chosen(words)):
        complaint = _tried(pair)
        if complaint:
            refused.append(str(pair))
            say(f"{pair} does NOT work: {complaint}")
        text = COMPANIONS.read_text(encoding="utf-8")
        python = "" if complaint else pair.python
        noted = with_verified(text, pair.package.name, pair.release.minor, python)
        COMPANIONS.write_text(noted, encoding="utf-8")
        say(f"{pair} works; the Python version is recorded")
    return refused


def add_missing_pairs(pip: Sequence[str], say: Say) -> list[str]:
    """Give each package that goes on a version for the newest release, tried before it is kept.

    A package goes on that fits the release before. Returns what could not be had.
    """
    before, newest = catalogue()[-2:]
    failed, missing = [], [p for p in packages().values() if p.fit(before) and not p.fit(newest)]
    for package in missing:
        fit = _newest_fit(pip, package, before, newest)
        if fit is None:
            failed.append(
                f"the package index has no {package.name} for Python {newest.pythons[-1]}"
            )
            continue
        COMPANIONS.write_text(
            with_fit(COMPANIONS.read_text(encoding="utf-8"), package.name, newest.minor, fit),
            encoding="utf-8",
        )
        packages.cache_clear()
        failed += verify_pairs([package.name, "{}.{}".format(*newest.minor)], say)
    if not missing:
        say(
            "companions: unchanged, all maintained companions have a version for the newest release"
        )
    return failed


def _newest_fit(
    pip: Sequence[str], package: Package, before: Release, newest: Release
) -> Fit | None:
    """The newest version of a package, with what its metadata lacked beside the release before."""
    limits = ["--python-version", newest.pythons[-1], "--only-binary", ":all:"]
    offered = versions(pip, package.name, *limits)
    last = package.fit(before)
    if not offered or last is None:
        return None
    old, new = ("{}.{}".format(*release.minor) for release in (before, newest))
    also = tuple(line.replace(f"tf-keras=={old}.", f"tf-keras=={new}.") for line in last.also)
    pythons = newest.pythons if last.pythons else ()
    return replace(last, version=str(max(offered)), also=also, pythons=pythons, verified="")


def with_fit(text: str, package: str, minor: tuple[int, int], fit: Fit) -> str:
    """The data with one more pair at the end of a package."""
    head, table, rest = text.partition(f"[companion.{package}.fits]\n")
    pairs, gap, after = rest.partition("\n\n")
    values = {"version": fit.version, "pythons": list(fit.pythons), "extras": fit.extras}
    values["also"] = list(fit.also)
    shown = ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items() if value)
    line = '"{}.{}" = {{ '.format(*minor) + shown + " }"
    return head + table + pairs.rstrip("\n") + "\n" + line + (gap or "\n") + after


def chosen(words: Collection[str]) -> Iterator[Pair]:
    """The pairs of the packages and TensorFlow minors that are named, or all of them.

    Raises:
        UsageError: a word is neither.
    """
    releases = {"{}.{}".format(*release.minor): release for release in catalogue()}
    names = [word for word in words if word in packages()]
    minors = [word for word in words if word in releases]
    if unknown := set(words) - {*names, *minors}:
        raise UsageError(
            f"{min(unknown)} is neither a companion nor a known TensorFlow minor release."
        )
    pythons_here = interpreters.installed()
    for name in names or packages():
        for minor in minors or releases:
            package, release = packages()[name], releases[minor]
            if fit := package.fits.get(release.minor):
                pythons = [name for name in pythons_for([fit], release, ()) if name in pythons_here]
                python = pythons[-1] if pythons else ""
                yield Pair(package=package, release=release, fit=fit, python=python)


def _tried(pair: Pair) -> str:
    """What went wrong with a pair, empty where it works."""
    environments = Environments(folder=cache_folder())
    try:
        with environments.ready(pair.cell(), discard=True) as interpreter:
            return _complaint(interpreter, pair.package.module, pair.package.handover(pair.release))
    except EnvironmentUnavailable as error:
        return str(error)


def _complaint(python: Path, module: str, handover: Handover) -> str:
    path = str(PROBE.with_name("handover.py"))
    code = _TRIAL.format(module=module, path=path, wanted=handover.to_dict())
    done = command.run([python, "-I", "-c", code], timeout=_SECONDS)
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]


def with_verified(text: str, package: str, minor: tuple[int, int], python: str) -> str:
    """The data with one pair noted as working on a Python, or as not tried."""
    head, table, rest = text.partition(f"[companion.{package}.fits]\n")
    pairs, gap, after = rest.partition("\n\n")
    key = re.escape('"{}.{}"'.format(*minor))
    pair = re.search(rf"^{key} = {{ (.*?)(?:, verified = \"[^\"]*\")? }}$", pairs, re.MULTILINE)
    if pair is None:
        return text
    noted = f', verified = "{python}"' if python else ""
    line = '"{}.{}" = {{ '.format(*minor) + pair.group(1) + noted + " }"
    return head + table + pairs[: pair.start()] + line + pairs[pair.end() :] + gap + after

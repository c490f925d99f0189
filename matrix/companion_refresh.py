"""`nox -s releases -- --companions`: each pair of `companions.toml` built and imported for real."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from matrix import interpreters
from matrix.cells import Cell
from matrix.companions import COMPANIONS, Fit, Package, packages
from matrix.environments import Environments
from matrix.errors import EnvironmentUnavailable, UsageError
from matrix.needs import pythons_for
from matrix.options import cache_folder
from matrix.releases import Release, catalogue

Say = Callable[[str], None]

_SECONDS = 300


def verify_pairs(words: Collection[str], say: Say) -> list[str]:
    """Try the pairs and note in the data on which Python each works; returns those that do not.

    `words` are names of packages and TensorFlow minors to look at, empty for all.

    Raises:
        UsageError: a word is neither.
    """
    refused = []
    for package, release, fit in list(_chosen(words)):
        name = f"{package.name} {fit.version} beside TensorFlow {release.version}"
        python, complaint = _tried(package, release, fit, say)
        if complaint:
            refused.append(name)
            say(f"{name} does NOT work: {complaint}")
        text = COMPANIONS.read_text(encoding="utf-8")
        noted = with_verified(text, package.name, release.minor, "" if complaint else python)
        COMPANIONS.write_text(noted, encoding="utf-8")
        say(f"{name} is noted")
    return refused


def _chosen(words: Collection[str]) -> Iterator[tuple[Package, Release, Fit]]:
    releases = {"{}.{}".format(*release.minor): release for release in catalogue()}
    names = [word for word in words if word in packages()]
    minors = [word for word in words if word in releases]
    if unknown := set(words) - {*names, *minors}:
        raise UsageError(f"{min(unknown)} is neither a companion nor a TensorFlow minor we know.")
    for name in names or packages():
        for minor in minors or releases:
            package, release = packages()[name], releases[minor]
            if fit := package.fits.get(release.minor):
                yield package, release, fit


def _tried(package: Package, release: Release, fit: Fit, say: Say) -> tuple[str, str]:
    """The Python of the attempt, and what went wrong."""
    here = interpreters.installed()
    pythons = [one for one in pythons_for([fit], release, ()) if one in here]
    if not pythons:
        return "", "this machine has none of its Pythons"
    python = pythons[-1]
    interpreter = here[python].path
    beside = (package.beside(fit),)
    cell = Cell(release=release, python=python, interpreter=interpreter, companions=beside)
    environments = Environments(folder=cache_folder())
    try:
        with environments.ready(cell, say, discard=True) as found:
            return python, _complaint(found, package.module)
    except EnvironmentUnavailable as error:
        return python, str(error)


def _complaint(python: Path, module: str) -> str:
    code = f"import tensorflow, {module}"
    try:
        done = subprocess.run(
            [python, "-I", "-c", code],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"importing takes more than {_SECONDS} s"
    last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    return last[0] if done.returncode else ""


def with_verified(text: str, package: str, minor: tuple[int, int], python: str) -> str:
    """The data with one pair noted as working on a Python, or as not tried."""
    head, table, rest = text.partition(f"[companion.{package}.fits]\n")
    pairs, gap, after = rest.partition("\n\n")
    key = re.escape('"{}.{}"'.format(*minor))
    found = re.search(rf"^{key} = {{ (.*?)(?:, verified = \"[^\"]*\")? }}$", pairs, re.MULTILINE)
    if found is None:
        return text
    noted = f', verified = "{python}"' if python else ""
    line = '"{}.{}" = {{ '.format(*minor) + found.group(1) + noted + " }"
    return head + table + pairs[: found.start()] + line + pairs[found.end() :] + gap + after

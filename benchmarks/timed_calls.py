"""Calls of our commands as a user makes them, with what they cost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from matrix.cache import cache_folder
from matrix.catalogue.releases import catalogue

HERE = Path(__file__).resolve().parent.parent
EXAMPLE = HERE / "examples" / "half_plus_two"
NOXFILE = HERE / "noxfile.py"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Wall and CPU seconds of a command with all its children."""

    wall: float
    cpu: float


def timed(
    words: Sequence[str], folder: Path, codes: Collection[int] = (0,), **variables: str
) -> Cost:
    """Run a command to its end; its output goes to `output.txt` in the folder.

    Raises:
        subprocess.CalledProcessError: it failed; a benchmark of a failure would be a lie.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    # Who starts this may keep Python from writing bytecode; the users of whom it tells do not.
    foreign = ("NOX", "PYTHONDONTWRITEBYTECODE")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    with (folder / "output.txt").open("ab") as output:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode not in codes:
        raise subprocess.CalledProcessError(done.returncode, words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=time.monotonic() - clock, cpu=cpu)


def ours(folder: Path, models: Sequence[Path], *options: str, **variables: str) -> Cost:
    """A run of the `matrix` session as a user starts it, with nox already installed."""
    return timed(
        command(models, *options), folder, (0,), **{"NOX_SCRIPT_MODE": "none", **variables}
    )


def anew(folder: Path, models: Sequence[Path], *options: str, **variables: str) -> Cost:
    """The same, and nothing is taken from earlier runs."""
    return ours(folder, models, "--fresh", *options, **variables)


def command(models: Sequence[Path], *options: str, session: str = "matrix") -> list[str]:
    """The command line of a session that takes models."""
    words = [sys.executable, "-m", "nox", "-f", str(NOXFILE), "-s", session, "--"]
    return [*words, *map(str, models), *options]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the filesystem of the user cache, so that hardlinks behave as they do there."""
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="loadmatrix-bench-", dir=cache_folder().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copies(folder: Path, count: int) -> list[Path]:
    """So many copies of the example model."""
    places = [folder / f"model{number}" for number in range(count)]
    for place in places:
        shutil.copytree(EXAMPLE, place)
    return places


def only(minors: Sequence[str]) -> str:
    """A specifier for just these minors: PEP 440 has no "or", so the others are excluded."""
    others = [f"{release.minor[0]}.{release.minor[1]}" for release in catalogue()]
    return ",".join([">=1.15", *(f"!={minor}.*" for minor in others if minor not in minors)])


def merged(runs: Sequence[Path], output: Path) -> list[str]:
    """The command line that merges runs into a folder."""
    words = [sys.executable, "-m", "nox", "-f", str(NOXFILE), "-s", "report", "--"]
    return [*words, *map(str, runs), "--output", str(output)]

"""The bench: small models, a few releases, and how a run of them is started and watched."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "half_plus_two"
RELEASES = ("2.4.4", "2.15.1")
# What a run may take on a busy machine, and how long a process may outlive its run.
_LONGEST, GRACE = 240, 5
_POLL_SECONDS = 0.02
# The first line of what must never be seen.
_TRACEBACK = "Traceback (most recent call last)"

Verdicts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the runs of one scenario happen. `envdir` has the environments of the releases."""

    folder: Path
    envdir: Path
    noxfile: Path
    releases: tuple[str, ...] = RELEASES

    @property
    def output(self) -> Path:
        return self.folder / "out"

    @property
    def results(self) -> Path:
        return self.output / "results"

    def matrix(self, *more: str) -> list[str]:
        """The arguments of `matrix`."""
        models = [str(self.folder.parent / name) for name in ("sound", "cut")]
        releases = ",".join(f"!={minor}.*" for minor in self._others())
        words = [*models, "--tensorflow", f">=2.4,{releases}".rstrip(",")]
        words += ["--output", str(self.output), "--envdir", str(self.envdir), "--offline"]
        return [*words, "--jobs", "2", "--no-remedies", *more]

    def _others(self) -> Iterator[str]:
        wanted = {release.rpartition(".")[0] for release in self.releases}
        yield from (f"2.{minor}" for minor in range(4, 22) if f"2.{minor}" not in wanted)

    def command(self, *more: str, session: str = "matrix", nox: bool = False) -> list[str]:
        """A command line: of the job itself, or of the nox around it."""
        words = self.matrix(*more) if session == "matrix" else list(more)
        if nox:
            call = ["-m", "nox", "-f", str(self.noxfile), "-s", session, "--"]
            return [sys.executable, *call, *words]
        return [sys.executable, "-m", "reports.cli", session, *words]


def make_models(folder: Path) -> None:
    """A model that runs, and one that lost its weights and fails: both have answers."""
    shutil.copytree(EXAMPLE, folder / "sound")
    shutil.copytree(EXAMPLE, folder / "cut")
    for file in (folder / "cut" / "variables").iterdir():
        file.unlink()


@dataclass(kw_only=True)
class Running:
    """A run that was started, everything that it prints, and all processes that were seen of it."""

    bench: Bench
    job: psutil.Popen
    log: Path
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def look(self) -> list[psutil.Process]:
        """The processes of the run, the job first."""
        with contextlib.suppress(psutil.Error):
            here = [psutil.Process(self.job.pid)]
            here += here[0].children(recursive=True)
            self.seen |= {process.pid: process for process in here}
            return here
        return []

    def wait_for(self, moment: Callable[[Running], psutil.Process | None]) -> psutil.Process | None:
        """The process that a moment gives as soon as it does; `None` where the run ended before."""
        until = time.monotonic() + _LONGEST
        while self.job.poll() is None and time.monotonic() < until:
            if (found := moment(self)) is not None:
                self.look()
                return found
            time.sleep(_POLL_SECONDS)
        return None

    def ended(self) -> int | None:
        """The exit code at its end; `None` where it hangs, and then it is killed."""
        until = time.monotonic() + _LONGEST
        while self.job.poll() is None and time.monotonic() < until:
            self.look()
            time.sleep(0.2)
        if self.job.poll() is None:
            for process in self.look():
                process.kill()
            self.job.wait()
            return None
        return int(self.job.returncode)

    def left(self) -> list[str]:
        """What is still running when all should have ended; it is killed then."""
        _, alive = psutil.wait_procs(list(self.seen.values()), timeout=GRACE)
        told = []
        for process in alive:
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    told.append(" ".join(process.cmdline())[:120])
                    process.kill()
        return told

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def start(
    bench: Bench,
    command: Sequence[str],
    *,
    variables: Mapping[str, str | None] | None = None,
) -> Running:
    """Start a command of a bench; a variable that is `None` is removed."""
    bench.folder.mkdir(parents=True, exist_ok=True)
    log = bench.folder / f"log-{len(list(bench.folder.glob('log-*')))}.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **(variables or {})}
    kept = {name: value for name, value in environment.items() if value is not None}
    with log.open("wb") as output:
        job = psutil.Popen(
            list(command),
            cwd=bench.folder,
            env=kept,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(bench=bench, job=job, log=log)


def ran(bench: Bench, command: Sequence[str], **more: Any) -> tuple[int | None, str]:
    """Run a command to its end: its exit code and what it said."""
    running = start(bench, command, **more)
    return running.ended(), running.said


def interrupt(running: Running) -> None:
    """Ctrl-C: a terminal tells all in the foreground."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.job.pid, signal.SIGINT)


def verdicts(folder: Path) -> Verdicts:
    """The verdict of each check in a report; none where there is no report."""
    try:
        document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        f"{Path(model['path']).name} {cell['id']} {check['loader']} {check.get('variant')}": check[
            "verdict"
        ]
        for model in document["models"]
        for cell in model["cells"]
        for check in cell["checks"]
    }


def stored(results: Path) -> dict[str, bytes]:
    """The outcomes of cells that answered, by cell."""
    files = sorted(results.glob("2*/outcome.json"))
    known = {file.parent.name: file.read_bytes() for file in files}
    return {cell: text for cell, text in known.items() if b'"unavailable": null' in text}


def is_complete(results: Path) -> bool:
    """Whether the run there came to its end."""
    try:
        return bool(json.loads((results / "run.json").read_text(encoding="utf-8"))["complete"])
    except (OSError, ValueError, KeyError):
        return False


def has_traceback(said: str) -> bool:
    """Whether a traceback was printed; those that loaders raise are quoted in other words."""
    return re.search(rf"^(?:nox > )?{re.escape(_TRACEBACK)}", said, re.MULTILINE) is not None

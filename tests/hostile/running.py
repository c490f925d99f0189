"""Runs the main job on a hostile model and its neighbours, and watches what it takes."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.hostile.playground import BYSTANDER, Playground
from tests.hostile.snapshot import room_taken
from tests.tracker import is_tracker

TIMEOUT = 15
_POLL_SECONDS = 0.25
_LAST_SECONDS = 5
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the tool is started: the mode of isolation, and the user of another name."""

    isolation: str = "auto"
    user: int | None = None

    @property
    def prefix(self) -> tuple[str, ...]:
        """What is put before a command."""
        if self.user is None:
            return ()
        ids = ("--reuid", str(self.user), "--regid", str(self.user))
        return ("setpriv", *ids, "--clear-groups")

    @property
    def options(self) -> tuple[str, ...]:
        return () if self.isolation == "auto" else ("--isolation", self.isolation)


@dataclass(kw_only=True)
class Ran:
    """One run of the tool: how it ended and what it took."""

    code: int | None = None
    seconds: float = 0.0
    output: str = ""
    report: dict[str, Any] | None = None
    left: list[str] = field(default_factory=list)
    most_memory_mb: int = 0
    most_disk_mb: int = 0


@contextlib.contextmanager
def orphans_adopted() -> Iterator[None]:
    """Let what a run leaves behind come to this process, where it is seen. Linux only."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@contextlib.contextmanager
def bystander(way: Way) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user that has nothing to do with the run, and a password."""
    program = "import time; time.sleep(3600)"
    command = [*way.prefix, "/usr/bin/env", "python3", "-c", program, BYSTANDER]
    environment = {"PATH": "/usr/bin:/bin", "PASSWORD": f"{BYSTANDER}-password"}
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def matrix(playground: Playground, way: Way, models: Sequence[Path], words: Sequence[str]) -> Ran:
    """The main job on some models."""
    options = ["--output", str(playground.output), "--envdir", str(playground.copies.cache)]
    options += ["--offline", "--timeout", str(TIMEOUT), *way.options, *words]
    ran = session(playground, way, "matrix", [*map(str, models), *options])
    with contextlib.suppress(OSError, ValueError):
        ran.report = json.loads((playground.output / "report.json").read_text(encoding="utf-8"))
    return ran


def session(
    playground: Playground, way: Way, name: str, words: Sequence[str], limit: float = 600
) -> Ran:
    """One session of the tool's own noxfile, stopped when it has taken too long."""
    noxfile = playground.copies.tool / "noxfile.py"
    command = [*way.prefix, str(playground.copies.python), "-m", "nox", "-f", str(noxfile)]
    command += ["-s", name, "--", *words]
    environment = {
        "PATH": f"{playground.copies.python.parent}:/usr/bin:/bin",
        "HOME": str(playground.home),
        "TMPDIR": str(playground.temp),
        "PYENV_ROOT": str(playground.copies.pyenv),
        # A copied interpreter may know its own library by the place that it was built for.
        "LD_LIBRARY_PATH": ":".join(map(str, playground.copies.pyenv.glob("versions/*/lib"))),
        "LANG": "C.UTF-8",
        # What a model did in an earlier run is not seen again.
        "LOADMATRIX_KNOWN": "off",
    }
    log = playground.folder / "run.log"
    ran, started = Ran(), time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=playground.folder / "run",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while process.poll() is None and time.monotonic() - started < limit:
            _look(playground, ran)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
    ran.seconds = time.monotonic() - started
    ran.code = process.poll()
    if ran.code is None:
        process.kill()
        process.wait()
    ran.left = _left_over()
    with log.open("rb") as text:
        ran.output = text.read(1 << 24).decode(errors="replace")
    return ran


def _look(playground: Playground, ran: Ran) -> None:
    memory, nameless = 0, 0
    for process in _descendants():
        with contextlib.suppress(psutil.Error, OSError):
            memory += _memory(process)
            nameless += _nameless_files(process.pid)
    disk = nameless + room_taken([playground.temp, playground.home, playground.output])
    ran.most_memory_mb = max(ran.most_memory_mb, memory >> 20)
    ran.most_disk_mb = max(ran.most_disk_mb, disk >> 20)


def _memory(process: psutil.Process) -> int:
    """What is its own, and its part of what it shares."""
    if process.memory_info().rss < 64 << 20:
        return 0
    with contextlib.suppress(psutil.AccessDenied):
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def _nameless_files(pid: int) -> int:
    """The room of files that a process has open and that have no name any more."""
    total = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            state = descriptor.stat()
            if stat.S_ISREG(state.st_mode) and state.st_nlink == 0:
                total += state.st_blocks * 512
    return total


def _descendants() -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [one for one in found if not _is_bystander(one)]


def _is_bystander(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return BYSTANDER in process.cmdline() or is_tracker(process)
    return False


def _left_over() -> list[str]:
    """What of a run is alive seconds after its end; it is ended here."""
    deadline = time.monotonic() + _LAST_SECONDS
    while (alive := _alive()) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
    _reap()
    return [_told(process) for process in alive]


def _alive() -> list[psutil.Process]:
    _reap()
    return [one for one in _descendants() if one.is_running() and not _has_ended(one)]


def _has_ended(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def _reap() -> None:
    """Orphans that have ended came to us: nobody else waits for them."""
    ours = {process.pid for process in psutil.Process().children() if _is_bystander(process)}
    for process in psutil.Process().children():
        if process.pid not in ours and _has_ended(process):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def _told(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())[:120]
    return "a process"

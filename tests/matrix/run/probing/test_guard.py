"""The limits of a probe, on plain processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from matrix.options.limits import Limits
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probing import guard as guards
from matrix.run.probing.guard import Guard, size_below
from matrix.run.probing.scratch import remove_tree
from matrix.run.processes import kill_tree

WAIT = "import time; time.sleep(600)"
Guarded = Callable[..., Guard]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """Guards of Python programs that run until the end of the test."""
    started: list[subprocess.Popen[bytes]] = []

    def guard(program: str = WAIT, **limits: float) -> Guard:
        process = subprocess.Popen([sys.executable, "-c", program])
        started.append(process)
        (tmp_path / "scratch").mkdir(exist_ok=True)
        usual = {"seconds": 60, "memory_mb": 4096, **limits}
        return Guard(
            root=process.pid,
            limits=Limits(seconds=usual["seconds"], memory_mb=int(usual["memory_mb"])),
            scratch=tmp_path / "scratch",
            scratch_mb=1,
        )

    yield guard
    for process in started:
        kill_tree(process.pid)
        process.wait()


def stopped(guard: Guard, seconds: float = 20) -> ProcessExit:
    """What the guard stopped it for."""
    deadline = time.monotonic() + seconds
    while guard.killed is None:
        assert time.monotonic() < deadline
        guard.poll()
        time.sleep(0.05)
    return guard.killed


def test_time_of_a_check_is_limited(guarded: Guarded) -> None:
    guard = guarded(seconds=0.3)
    guard.checking(forked=False)
    killed = stopped(guard)
    assert (killed.kind, killed.seconds) == (ExitKind.TIMED_OUT, 0.3)
    assert psutil.Process(guard.root).wait(10) != 0


def test_import_has_its_own_time(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = guarded(seconds=0.1)
    guard.importing()
    time.sleep(0.2)
    guard.poll()
    assert guard.killed is None
    monkeypatch.setattr(guards, "IMPORT_SECONDS", 0.1)
    guard.importing()
    assert stopped(guard).seconds == 0.1


def test_probe_that_stays_between_its_checks_is_stopped(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "_BETWEEN_SECONDS", 0.2)
    guard = guarded()
    guard.waiting()
    assert stopped(guard).kind is ExitKind.TIMED_OUT


@pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no process")
def test_stopped_process_ends_all_the_same(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "_BETWEEN_SECONDS", 1.2)
    stopping = f"import os, signal; os.kill(os.getpid(), signal.SIGSTOP); {WAIT}"
    guard = guarded(stopping, seconds=0.3)
    # Nothing is below it that could be killed in its place.
    guard.checking(forked=True)
    stopped(guard)
    deadline = time.monotonic() + 20
    while psutil.Process(guard.root).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        guard.poll()
        time.sleep(0.05)


def test_memory_of_all_its_processes_counts(guarded: Guarded) -> None:
    eater = f"x = b'1' * 150 * 2**20; {WAIT}"
    program = "import subprocess, sys\nfor _ in range(2):"
    program += f" subprocess.Popen([sys.executable, '-c', {eater!r}])\n{WAIT}"
    guard = guarded(program, memory_mb=250)
    guard.checking(forked=False)
    killed = stopped(guard)
    assert killed.kind is ExitKind.OUT_OF_MEMORY
    assert 250 <= (killed.megabytes or 0) < 500


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what processes share")
def test_memory_that_processes_share_counts_once(guarded: Guarded) -> None:
    program = (
        f"import os\nx = b'1' * 100 * 2**20\nfor _ in range(9):\n  if os.fork() == 0: break\n{WAIT}"
    )
    guard = guarded(program, memory_mb=400)
    guard.checking(forked=False)
    while len(psutil.Process(guard.root).children()) < 9:
        time.sleep(0.05)
    resident = sum(
        each.memory_info().rss for each in psutil.Process(guard.root).children(recursive=True)
    )
    assert resident > 400 * 2**20
    for _ in range(5):
        guard.poll()
    assert guard.killed is None


def test_threads_are_limited(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_MOST_THREADS", 20)
    start = "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
    guard = guarded(f"import threading, time\nfor _ in range(30): {start}\n{WAIT}")
    guard.checking(forked=False)
    # As many as it had by then.
    assert re.fullmatch(r"it started (2[1-9]|3[01]) threads", stopped(guard).excess)


def test_scratch_folder_is_limited(guarded: Guarded, tmp_path: Path) -> None:
    guard = guarded()
    guard.checking(forked=False)
    (tmp_path / "scratch" / "deep").mkdir()
    (tmp_path / "scratch" / "deep" / "file").write_bytes(b"x" * 2 * 2**20)
    killed = stopped(guard)
    assert killed.kind is ExitKind.TOO_MUCH
    assert killed.excess.startswith("it wrote ")
    assert killed.excess.endswith(" MB to its temporary folder")


def test_many_small_files_take_room_too(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).touch()
    assert size_below(tmp_path, 2**30) >= 2**20
    assert size_below(tmp_path, 2**18) > 2**18


@pytest.mark.skipif(sys.platform != "linux", reason="paths of other systems have other limits")
def test_what_lies_too_deep_to_be_counted_is_too_much(tmp_path: Path) -> None:
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=place)
        upper, place = place, os.open("d" * 250, os.O_RDONLY, dir_fd=place)
        os.close(upper)
    os.close(place)
    assert size_below(tmp_path, 2**30) > 2**30
    remove_tree(tmp_path)


CLOSED = """
import ctypes
library = ctypes.CDLL(None)
library.mmap.restype = ctypes.c_void_p
whole = ctypes.c_size_t(2**22)
library.mmap(None, whole, 1, 2, f.fileno(), ctypes.c_long(0))
f.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of them")
@pytest.mark.parametrize("then", ["", CLOSED], ids=["open", "mapped"])
def test_files_that_have_lost_their_name_take_room_too(
    guarded: Guarded, tmp_path: Path, then: str
) -> None:
    lost = "f = open('scratch/f', 'w+b'); os.unlink('scratch/f'); f.write(b'x' * 2**22); f.flush()"
    guard = guarded(f"import os; os.chdir({str(tmp_path)!r}); {lost}\n{then}\n{WAIT}")
    guard.checking(forked=False)
    assert stopped(guard).excess == "it wrote 4 MB to its temporary folder"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="there are no links here")
def test_links_out_of_the_scratch_folder_are_not_counted(tmp_path: Path) -> None:
    big, scratch = tmp_path / "big", tmp_path / "scratch"
    big.write_bytes(b"x" * 2**20)
    scratch.mkdir()
    (scratch / "link").symlink_to(big)
    (scratch / "loop").symlink_to(scratch)
    assert size_below(scratch, 2**30) < 2**18

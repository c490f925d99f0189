"""Limits a probe: the time of each phase, memory, and the size of its scratch folder."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from matrix.options.limits import Limits
from matrix.run.keeping.children import below
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.processes import kill_tree, kill_tree_below

# What the import of TensorFlow may take on a loaded machine.
IMPORT_SECONDS = 300
# What a probe may take between its checks, where it does nothing of its own.
_BETWEEN_SECONDS = 60
_MB = 2**20
_SCRATCH_POLL_SECONDS = 1.0
_LEAST_FILE = 2**14
_MOST_THREADS = 4096
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(kw_only=True)
class Guard:
    """Looks at a probe a few times a second.

    `root` is the process that was started, `probe` the one that speaks: inside bubblewrap it is
    another. `scratch` may grow to `scratch_mb`. `killed` is what the present phase was stopped for.
    """

    root: int
    limits: Limits
    scratch: Path
    scratch_mb: int
    probe: int | None = None
    killed: ProcessExit | None = None
    _forked: bool = False
    _checking: bool = False
    _allowed: float = 0.0
    _since: float = 0.0
    _scratch_seen: float = 0.0

    def importing(self) -> None:
        """TensorFlow is imported: the probe has its own time for that."""
        self._begin(IMPORT_SECONDS)

    def checking(self, *, forked: bool) -> None:
        """A check runs, in a child of the probe or in the probe itself."""
        self._begin(self.limits.seconds, forked=forked, checking=True)

    def waiting(self) -> None:
        """The probe is between two checks, or ends."""
        self._begin(_BETWEEN_SECONDS)

    def _begin(self, allowed: float, *, forked: bool = False, checking: bool = False) -> None:
        self._allowed, self._since = allowed, time.monotonic()
        self._forked, self._checking = forked, checking
        self.killed = None

    @property
    def seconds(self) -> float:
        """Since when the present phase lasts."""
        return time.monotonic() - self._since

    def poll(self) -> None:
        """Stop what exceeds a limit; what was stopped and does not end is stopped altogether."""
        if self.killed:
            if self.seconds > self._allowed:
                kill_tree(self.root)
            return
        if self.seconds > self._allowed:
            self.stop(ProcessExit(kind=ExitKind.TIMED_OUT, seconds=self._allowed))
        elif self._checking:
            with contextlib.suppress(psutil.Error):
                self._limit_memory()
            with contextlib.suppress(psutil.Error):
                self._limit_scratch()

    def stop(self, why: ProcessExit) -> None:
        """Kill the check, or the whole probe where that is the check."""
        self.killed = why
        self._since, self._allowed = time.monotonic(), _BETWEEN_SECONDS / 6
        if self._forked:
            kill_tree_below(self.probe or self.root)
        else:
            kill_tree(self.root)

    def _processes(self) -> list[int]:
        """The processes of the check."""
        probe = self.probe or self.root
        return below(probe) if self._forked else [probe, *below(probe)]

    def _limit_memory(self) -> None:
        processes = self._processes()
        threads, resident = _threads_and_resident(processes)
        if threads > _MOST_THREADS:
            # The next ones to start a thread, and fail, would be others.
            self.stop(too_much(f"it started {threads} threads"))
            return
        # The exact number costs some milliseconds for each process.
        if resident <= self.limits.memory_mb * _MB:
            return
        if (taken := _proportional(processes)) > self.limits.memory_mb * _MB:
            self.stop(ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=taken // _MB))

    def _limit_scratch(self) -> None:
        if time.monotonic() - self._scratch_seen < _SCRATCH_POLL_SECONDS:
            return
        self._scratch_seen = time.monotonic()
        taken = size_below(self.scratch, self.scratch_mb * _MB)
        with contextlib.suppress(OSError):
            device = self.scratch.stat().st_dev
            taken += size_without_name(self._processes(), device)
        if taken > self.scratch_mb * _MB:
            self.stop(too_much(f"it wrote {taken // _MB} MB to its temporary folder"))


def too_much(excess: str) -> ProcessExit:
    """The end of a process that took too much of something, in words: `it wrote 300 MB to ...`."""
    return ProcessExit(kind=ExitKind.TOO_MUCH, excess=excess)


def _threads_and_resident(processes: Iterable[int]) -> tuple[int, int]:
    """The threads of processes, and the bytes that they hold, shared ones counted for each."""
    threads = held = 0
    for each in processes:
        with contextlib.suppress(psutil.Error, OSError, ValueError, IndexError):
            own, resident = _of_one(each)
            threads += own
            held += resident
    return threads, held


def _of_one(process: int) -> tuple[int, int]:
    if sys.platform != "linux":
        seen = psutil.Process(process)
        return seen.num_threads(), seen.memory_info().rss
    # One small file for both. The name of a program may have anything in it, but it ends there.
    fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2].split()
    return int(fields[17]), int(fields[21]) * _PAGE


def _proportional(processes: Iterable[int]) -> int:
    """The bytes that processes hold, with shared ones divided among those that share them (PSS)."""
    held = 0
    for each in processes:
        with contextlib.suppress(psutil.Error):
            memory = psutil.Process(each).memory_full_info()
            held += getattr(memory, "pss", memory.uss)
    return held


def size_below(folder: Path, most: int) -> int:
    """The bytes on disk below a folder, links not followed; counted until there are `most`.

    Each file counts as 16 KB at least, for what a filesystem has to keep of it. A folder that
    nobody can look into, or whose path is too long for that, counts as too much.
    """
    size, waiting = 0, [os.fspath(folder)]
    while waiting and size <= most:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    size += max(_LEAST_FILE, _on_disk(entry.stat(follow_symlinks=False)))
                    if size > most:
                        break
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
                return most + 1
    return size


def size_of(file: Path) -> int:
    """The bytes on disk of a file, 0 where there is none."""
    try:
        return _on_disk(file.lstat())
    except OSError:
        return 0


def size_without_name(processes: Iterable[int], device: int) -> int:
    """The bytes on a disk of files that processes hold and that have no name any more."""
    found: dict[int, int] = {}
    for process in processes:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{process}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    is_lost = stat.S_ISREG(status.st_mode) and status.st_nlink == 0
                    if is_lost and status.st_dev == device:
                        found[status.st_ino] = _on_disk(status)
        for number, size in _mapped(process, device):
            found[number] = max(size, found.get(number, 0))
    return sum(found.values())


def _mapped(process: int, device: int) -> Iterator[tuple[int, int]]:
    """The numbers and bytes of lost files on a disk that a process has mapped and may have closed.

    Only root can ask for the whole of one; for others it is as long as what is mapped of it.
    """
    with contextlib.suppress(OSError), Path(f"/proc/{process}/maps").open("rb") as lines:
        for line in lines:
            if not line.endswith(b" (deleted)\n"):
                continue
            place, _, offset, where, number = line.decode("ascii", "replace").split()[:5]
            if os.makedev(*(int(part, 16) for part in where.split(":"))) != device:
                continue
            try:
                size = _on_disk(Path(f"/proc/{process}/map_files/{place}").stat())
            except OSError:
                start, end = (int(part, 16) for part in place.split("-"))
                size = end - start + int(offset, 16)
            yield int(number), size


def _on_disk(status: os.stat_result) -> int:
    return int(getattr(status, "st_blocks", -(-status.st_size // 512))) * 512

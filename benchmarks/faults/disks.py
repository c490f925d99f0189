"""Disks that are full: of the output, of temporary files, of the environments."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.faults import moments
from benchmarks.faults.bench import Bench, Verdicts, start
from benchmarks.faults.judge import Fault, Seen, blamed_on_nobody, continued, ended, reported
from benchmarks.faults.moments import at, outcomes

_SIZE = "24m"
_NO_DISK = "a small disk needs root and tmpfs"


def faults() -> Iterator[Fault]:
    """All of them."""
    for name, begins_full in (("before a run", True), ("after a cell", False)):
        happen = partial(_output, begins_full=begins_full)
        yield Fault(name=f"disk of the output full {name}", happen=_on_a_disk("out", happen))
        happen = partial(_temporary, begins_full=begins_full)
        yield Fault(name=f"disk of temporary files full {name}", happen=_on_a_disk("tmp", happen))
    yield Fault(
        name="disk of the environments full", happen=_on_a_disk("small-envs", _environments)
    )


Happen = Callable[[Bench, Verdicts, Seen], None]


def _on_a_disk(name: str, happen: Happen) -> Happen:
    """The same with a small disk at a folder of the bench."""

    def happened(bench: Bench, expected: Verdicts, seen: Seen) -> None:
        place = bench.folder / name
        place.mkdir(parents=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(place)]
        mounts = os.name == "posix" and os.geteuid() == 0
        if not mounts or subprocess.run(words, capture_output=True, check=False).returncode:
            seen.skipped = _NO_DISK
            return
        try:
            happen(bench, expected, seen)
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=False)

    return happened


def _output(bench: Bench, expected: Verdicts, seen: Seen, *, begins_full: bool) -> None:
    if begins_full:
        _fill(bench.output)
    running = start(bench, bench.command())
    if not begins_full:
        running.wait_for(at(outcomes(1), moments.job))
        _fill(bench.output)
    ended(running, seen, (2,))
    said = running.said
    seen.require("is full" in said and str(bench.output) in said, "the path is not named")
    seen.require(begins_full or "TensorFlow  " in said, "the table is not printed")
    _free(bench.output)
    reported(bench, seen)
    continued(bench, expected, seen)


def _temporary(bench: Bench, expected: Verdicts, seen: Seen, *, begins_full: bool) -> None:
    place = bench.folder / "tmp"
    if begins_full:
        _fill(place)
    running = start(bench, bench.command(), variables={"TMPDIR": str(place)})
    if not begins_full:
        running.wait_for(at(outcomes(1), moments.job))
        _fill(place)
    # Another folder for temporary files may be there instead.
    ended(running, seen, (0, 2, 3))
    _free(place)
    reported(bench, seen)
    blamed_on_nobody(bench, expected, seen)


def _environments(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    small = replace(bench, envdir=bench.folder / "small-envs")
    running = start(bench, small.command())
    ended(running, seen, (3,))
    seen.require(str(small.envdir) in running.said, "the path is not named")
    blamed_on_nobody(bench, expected, seen)


def _fill(place: Path) -> None:
    with contextlib.suppress(OSError), (place / "filler").open("wb", buffering=0) as file:
        for size in (2**16, 2**10, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def _free(place: Path) -> None:
    (place / "filler").unlink()

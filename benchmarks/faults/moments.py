"""The moments of a run at which something happens to it, and the processes that it happens to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psutil

from benchmarks.faults.bench import Running

# A process of a run, as soon as there is one to hit; and whether a run has come so far.
Victim = Callable[[Running], psutil.Process | None]
Stage = Callable[[Running], bool]


def at(stage: Stage, victim: Victim) -> Victim:
    """A process as soon as the run has come so far."""
    return lambda running: victim(running) if stage(running) else None


def beginning(_: Running) -> bool:
    return True


def planned(running: Running) -> bool:
    return (running.bench.results / "plan.json").exists()


def begun(running: Running) -> bool:
    return any(running.bench.results.glob("2*/begun.json"))


def importing(running: Running) -> bool:
    return b'"start"' in _events(running)


def checking(running: Running) -> bool:
    return b'"stage"' in _events(running)


def building(running: Running) -> bool:
    """An environment is there in part."""
    return any(running.bench.envdir.glob("envs/*/bin"))


def outcomes(count: int) -> Stage:
    """So many cells are done."""
    return lambda running: len(list(running.bench.results.glob("2*/outcome.json"))) >= count


def reporting(running: Running) -> bool:
    return len(running.bench.releases) <= len(list(running.bench.results.glob("2*/outcome.json")))


def _events(running: Running) -> bytes:
    files = running.bench.results.glob("2*/all/events.jsonl")
    return b"".join(file.read_bytes() for file in files)


def job(running: Running) -> psutil.Process | None:
    return psutil.Process(running.job.pid)


def inner_nox(running: Running) -> psutil.Process | None:
    return next(_called(running, "-j", "nox"), None)


def worker(running: Running) -> psutil.Process | None:
    return next(_called(running, "--parallel-worker"), None)


def probe(running: Running) -> psutil.Process | None:
    return next(_probes(running), None)


def check(running: Running) -> psutil.Process | None:
    """A forked check: a probe below a probe."""
    for process in _probes(running):
        for child in process.children(recursive=True):
            if is_probe(child):
                return child
    return None


def installer(running: Running) -> psutil.Process | None:
    return next(_called(running, "--require-hashes"), None)


def warm_up(running: Running) -> psutil.Process | None:
    return next(_called(running, "-c", "-I"), None)


def _called(running: Running, *words: str) -> Iterator[psutil.Process]:
    for process in running.look()[1:]:
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if all(word in line for word in words):
            yield process


def _probes(running: Running) -> Iterator[psutil.Process]:
    yield from (process for process in running.look()[1:] if is_probe(process))


def is_probe(process: psutil.Process) -> bool:
    """Whether a process is a probe or a check, and not what is put around it."""
    try:
        line = process.cmdline()
    except psutil.Error:
        return False
    return bool(line) and "python" in line[0] and any(word.endswith("probe.py") for word in line)

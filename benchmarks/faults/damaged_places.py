"""Environments, stamps and locks that are damaged, missing, or removed beside a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.faults import moments
from benchmarks.faults.bench import Bench, Verdicts, ran, start, verdicts
from benchmarks.faults.damage import DAMAGES, Damage, environments
from benchmarks.faults.judge import FINE, Fault, Seen, clean, ended, same
from benchmarks.faults.moments import at

_RELEASE = "2.15.1"


def faults() -> Iterator[Fault]:
    """All of them."""
    for damage in DAMAGES:
        yield Fault(name=f"environment: {damage.name}", happen=partial(_damaged, damage))
    yield Fault(name="locks: of results and cells hold rubbish", happen=_locks)
    yield Fault(name="half of the environments, offline", happen=_half)
    yield Fault(name="clean beside a run", happen=_cleaned)


def _damaged(damage: Damage, bench: Bench, expected: Verdicts, seen: Seen) -> None:
    copied = _copied(bench)
    (place,) = environments(copied.envdir)
    damage.harm(place)
    running = start(copied, copied.command())
    ended(running, seen, FINE)
    for words in damage.said:
        seen.require(words in running.said, f"nothing is said of: {words}")
    same(verdicts(copied.output), _of(expected, _RELEASE), seen)


def _locks(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    (bench.results / _RELEASE).mkdir(parents=True)
    for folder in (bench.results, bench.results / _RELEASE):
        (folder / ".lock").write_bytes(b"rubbish" * 1000)
    running = start(bench, bench.command())
    ended(running, seen, FINE)
    same(verdicts(bench.output), expected, seen)


def _half(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    copied = replace(_copied(bench), releases=bench.releases)
    empty = bench.folder / "no-cache"
    running = start(copied, copied.command(), variables={"UV_CACHE_DIR": str(empty)})
    ended(running, seen, FINE)
    found = verdicts(copied.output)
    same(_of(found, _RELEASE), _of(expected, _RELEASE), seen)
    others = {found[name] for name in found if f" {_RELEASE} " not in name}
    seen.require(others <= {"unavailable", "not-applicable"}, f"the others are {others}")


def _cleaned(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    copied = _copied(bench)
    running = start(copied, copied.command())
    running.wait_for(at(moments.importing, moments.job))
    words = ["--envdir", str(copied.envdir)]
    code, said = ran(copied, copied.command(*words, session="clean"))
    seen.require(code is not None, "clean hangs")
    clean(said, seen)
    ended(running, seen, FINE)
    same(verdicts(copied.output), _of(expected, _RELEASE), seen)


def _copied(bench: Bench) -> Bench:
    """A bench with one environment, whose files are links: they are replaced, never written to."""
    folder = bench.folder / "envs"
    for place in (bench.envdir / "envs").glob(f"{_RELEASE}-py*"):
        if place.is_dir():
            target = folder / "envs" / place.name
            shutil.copytree(place, target, symlinks=True, copy_function=_linked)
    return replace(bench, envdir=folder, releases=(_RELEASE,))


def _linked(source: str, target: str) -> str:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
    return target


def _of(found: Verdicts, release: str) -> Verdicts:
    return {name: verdict for name, verdict in found.items() if f" {release} " in name}

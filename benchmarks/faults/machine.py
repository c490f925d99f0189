"""Machines that lack something: uv, working interpreters on PATH, HOME, file descriptors."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from benchmarks.faults.bench import Bench, Verdicts, start
from benchmarks.faults.judge import Fault, Seen, blamed_on_nobody, ended

_SHIMS = ("python", "python3", "python3.8", "python3.11", "uv")


def faults() -> Iterator[Fault]:
    """All of them."""
    yield Fault(name="no uv", happen=_no_uv)
    yield Fault(name="dead shims on PATH", happen=_dead_shims)
    yield Fault(name="no HOME", happen=partial(_lacking, {"HOME": None}, ""))
    for option, amount in (("n", 256), ("n", 40), ("u", 40), ("f", 8)):
        limit = f"ulimit -{option} {amount}"
        yield Fault(name=limit, happen=partial(_lacking, {}, limit))


def _no_uv(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    # The package brings the program along.
    package = bench.folder / "absent" / "uv"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('there is no uv')\n")
    paths = [path for path in os.environ["PATH"].split(os.pathsep) if not Path(path, "uv").exists()]
    variables = {"PATH": os.pathsep.join(paths), "PYTHONPATH": _before(package.parent)}
    _lacking(variables, "", bench, expected, seen)


def _dead_shims(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    folder = bench.folder / "shims"
    folder.mkdir(parents=True)
    for name in _SHIMS:
        (folder / name).write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    _lacking({"PATH": path}, "", bench, expected, seen)


def _lacking(
    variables: Mapping[str, str | None], limit: str, bench: Bench, expected: Verdicts, seen: Seen
) -> None:
    """What lacks there must be blamed on no model, and be forgotten where it is there again."""
    if limit.startswith("ulimit -u") and os.geteuid() == 0:
        seen.skipped = "that limit does not hold for root"
        return
    command = bench.command()
    if limit:
        command = ["sh", "-c", f'{limit} && exec "$@"', "sh", *command]
    running = start(bench, command, variables=variables)
    ended(running, seen)
    blamed_on_nobody(bench, expected, seen)


def _before(folder: Path) -> str:
    root = Path(__file__).resolve().parents[2]
    return os.pathsep.join([str(folder), str(root)])

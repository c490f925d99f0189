"""`nox -s bench -- known`: what a call costs of which nothing has to be measured again.

What is kept for this lies in a folder of its own, so that nothing of the user decides.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from benchmarks.judging import judged

WALL_TARGET_SECONDS = 2.0
CPU_TARGET_SECONDS = 1.5
# What is of one run, and of no model.
_OF_A_RUN = frozenset({"started", "seconds", "source", "measured_at"})
_PATIENCE_SECONDS = 600


class Cost(Protocol):
    """Wall and CPU seconds."""

    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


# Runs the job in a folder, with options and with variables.
Run = Callable[..., Cost]


def known(
    run: Run, command: Callable[..., list[str]], folder: Path, models: Sequence[Path]
) -> None:
    """An unchanged call in all cells, a changed cell, one more model, and a run that was killed.

    `run` is the job on some models in a folder, `command` its command line.
    """
    kept = folder / "known"
    variables = {"LOADMATRIX_KNOWN": str(kept)}
    everything = ("--tensorflow", ">=1.15", "--output", str(folder / "out"))
    first = run(folder / "calls", models[:1], *everything, **variables)
    before = _report(folder / "out")
    again = [run(folder / "calls", models[:1], *everything, **variables) for _ in range(3)]
    after = _report(folder / "out")
    cells = len(after["models"][0]["cells"])
    _same(before, after)
    details = f"{cells} cells; {first.cpu:.1f} CPU s and {first.wall:.0f} s when they were measured"
    cpu, wall = (min(getattr(one, name) for one in again) for name in ("cpu", "wall"))
    judged("an unchanged call, CPU seconds", cpu, CPU_TARGET_SECONDS, details)
    judged("an unchanged call, wall seconds", wall, WALL_TARGET_SECONDS, details)
    size = sum(path.stat().st_size for path in kept.iterdir()) / 2**10
    print(f"  {size:,.0f} KB are kept of one small model in {cells} cells", flush=True)
    min(_answers(kept)).unlink()
    run(folder / "calls", models[:1], *everything, **variables)
    judged("cells run where one answer is gone", len(_probed(folder / "out")), 1, f"of {cells}")
    some = ("--tensorflow", ">=2.13,<2.16", "--output", str(folder / "some"))
    run(folder / "calls", models[:2], *some, **variables)
    checks = {check for checks in _probed(folder / "some").values() for check in checks}
    foreign = [check for check in checks if not check.startswith("1:")]
    judged("checks of a known model beside a new one", len(foreign), 0, f"of {len(checks)}")
    _killed(run, command, folder, models[:1])


def _killed(
    run: Run, command: Callable[..., list[str]], folder: Path, models: Sequence[Path]
) -> None:
    """A run whose processes are killed all at once: the next call measures only what is left."""
    place, out = folder / "killed", folder / "killed-out"
    place.mkdir()
    words = ("--tensorflow", ">=2.10", "--output", str(out))
    variables = {"LOADMATRIX_KNOWN": str(place / "known")}
    process = subprocess.Popen(
        command(models, *words),
        cwd=place,
        env={**os.environ, **variables, "NOX_SCRIPT_MODE": "none"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    until = time.monotonic() + _PATIENCE_SECONDS
    while len(done := _finished(out)) < 3 and time.monotonic() < until:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = _finished(out)
    # Where the results are gone too, what is kept in the cache is enough.
    shutil.rmtree(out)
    run(place, models, *words, **variables)
    again = [cell for cell in done if cell in _probed(out)]
    details = f"of {len(done)} that were done when it was killed"
    judged("cells measured again after a kill", len(again), 0, details)


def _finished(out: Path) -> list[str]:
    return [path.parent.name for path in (out / "results").glob("*/outcome.json")]


def _answers(kept: Path) -> list[Path]:
    return [path for path in kept.iterdir() if b'"outcome"' in path.read_bytes()[:200]]


def _probed(out: Path) -> dict[str, list[str]]:
    """The checks that a probe was asked to do in the last run, by cell."""
    return {
        path.parents[1].name: [
            one["check"] for one in json.loads(path.read_text("utf-8"))["checks"]
        ]
        for path in (out / "results").glob("*/all/request.json")
    }


def _report(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "report.json").read_text("utf-8")))


def _same(before: dict[str, Any], after: dict[str, Any]) -> None:
    sources = {cell["source"] for model in after["models"] for cell in model["cells"]}
    same = _timeless(before) == _timeless(after) and sources == {"reused"}
    judged("reports that differ", int(not same), 0, f"sources: {', '.join(sorted(sources))}")


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in _OF_A_RUN}
    return [_timeless(one) for one in value] if isinstance(value, list) else value

"""`nox -s bench -- start`: how long it takes until a call says something, over starting Python.

Each figure is the median of five calls after a first one, as somebody sees it who calls twice.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.judging import judged

TARGET_SECONDS = 0.4
_TIMES = 5


class Cost(Protocol):
    """Wall and CPU seconds."""

    @property
    def wall(self) -> float: ...
    @property
    def cpu(self) -> float: ...


Timed = Callable[[Sequence[str], Path], Cost]


def start(timed: Timed, folder: Path, model: Path, root: Path, matrix: Sequence[str]) -> None:
    """What `--help`, `--plan`, `predict` and the first line of a run cost.

    `timed` measures a command in a folder, `root` is the project, and `matrix` a command line of
    the main job.
    """
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from reports.cli import main; "
    ours = [sys.executable, "-c", f"{code}sys.exit(main(sys.argv[1:]))"]
    bare = _median(timed, [sys.executable, "-c", "pass"], folder)
    calls = {
        "loadmatrix --help": ["--help"],
        "loadmatrix --plan of a known model": [str(model), "--plan"],
        "loadmatrix predict": ["predict", str(model)],
    }
    for name, words in calls.items():
        timed([*ours, *words], folder)
        wall, cpu = _median(timed, [*ours, *words], folder)
        details = f"{cpu:.2f} CPU s; Python alone {bare[0]:.2f} s wall, {bare[1]:.2f} CPU s"
        judged(f"{name}, seconds", wall, TARGET_SECONDS, details)
    first = statistics.median(_first_line(matrix, folder) for _ in range(_TIMES))
    judged("nox -s matrix, seconds to its first line", first, 2 * TARGET_SECONDS, "with nox itself")


def _median(timed: Timed, words: Sequence[str], folder: Path) -> tuple[float, float]:
    """The medians of wall and CPU seconds."""
    costs = [timed(words, folder) for _ in range(_TIMES)]
    return statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs)


def _first_line(words: Sequence[str], folder: Path) -> float:
    """Seconds until the job has said something of its own."""
    clock = time.monotonic()
    variables = {**os.environ, "NOX_SCRIPT_MODE": "none", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith(b"nox >"):
                break
        seconds = time.monotonic() - clock
        # A plan: it ends by itself.
        process.stdout.read()
    return seconds

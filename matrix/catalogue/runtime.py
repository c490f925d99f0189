"""The program that a cell runs: Python with TensorFlow, unless the cell names another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PROBE = Path(__file__).resolve().parents[2] / "probe" / "probe.py"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A program that is asked and answers like the probe (`probe/README.md`).

    It reads its request and one check from standard input and writes its events to standard
    output. `command` gives its command line from the interpreter of the environment of the
    cell. Where `needs_tensorflow` is false no environment is built, and the interpreter is the
    one that runs Loadmatrix. `forks` says that it may be asked to do each check in a child of
    its own.

    `loaders` are the loaders of other runtimes that it has as well.
    """

    name: str
    command: Callable[[Path], Sequence[str]]
    needs_tensorflow: bool = True
    forks: bool = False
    loaders: frozenset[str] = frozenset()


def _probe(interpreter: Path) -> Sequence[str]:
    # Isolated, so that no variable and no folder of the caller is on its path.
    return [str(interpreter), "-I", "-B", str(PROBE)]


PYTHON = Runtime(name="python", command=_probe, forks=True)

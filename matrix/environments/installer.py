"""Creates an environment, fills it from a lock, and warms it up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import nox.virtualenv

from matrix.environments import command
from matrix.environments.command import Finished

_LAST_LINES = 8
_CREATE_SECONDS = 600
_WARM_SECONDS = 600
# A first import leaves bytecode behind, without which every import is 2.5 to 4 times slower.
_WARM = """
import importlib, sys
import tensorflow as tf
for name in ("keras.models.load_model", "compat.v1.saved_model.load", "lite.Interpreter"):
    thing = tf
    try:
        for part in name.split("."):
            thing = getattr(thing, part)
    except Exception:
        pass
for name in sys.argv[1:]:
    try:
        importlib.import_module(name.rstrip("?"))
    except Exception:
        pass
"""


def create(backend: str, interpreter: Path, place: Path) -> str | None:
    """Make an empty environment; returns what the backend complains of, if it failed."""
    match backend:
        case "uv":
            words = [nox.virtualenv.UV, "venv", "--clear", "--python", str(interpreter), str(place)]
        case "virtualenv":
            words = [sys.executable, "-m", "virtualenv", "--no-periodic-update"]
            words += ["--python", str(interpreter), str(place)]
        case _:
            words = [str(interpreter), "-m", "venv", str(place)]
    return _complaint(command.run(words, timeout=_CREATE_SECONDS))


def install(backend: str, python: Path, lock: Path, *, offline: bool) -> str | None:
    """Install a lock with its hashes; returns what the installer complains of, if it failed."""
    if backend == "uv":
        words = [nox.virtualenv.UV, "pip", "install", "--python", str(python)]
        words += ["--offline"] if offline else []
    else:
        words = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        words += ["--no-index"] if offline else []
    return _complaint(command.run([*words, "--require-hashes", "--no-deps", "-r", str(lock)]))


def warm(python: Path, modules: Sequence[str] = ()) -> None:
    """Import TensorFlow and its companions once, so that their bytecode is there.

    A failure is no news here: the probe meets it again and says it properly.
    """
    command.run([python, "-I", "-c", _WARM, *modules], timeout=_WARM_SECONDS)


def _complaint(finished: Finished) -> str | None:
    """The last lines of an installer that failed, from the first on that is an error."""
    if finished.returncode == 0:
        return None
    last = finished.lines[-_LAST_LINES:]
    signs = ("error", "\N{MULTIPLICATION SIGN}")
    wrong = [n for n, line in enumerate(last) if line.lower().startswith(signs)]
    lines = last[wrong[0] :] if wrong else last
    return " / ".join(lines) or f"none (exit code {finished.returncode})"

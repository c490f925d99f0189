"""Fills an environment from a lock, and warms it up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nox.virtualenv

from matrix.environments import command

_LAST_LINES = 8
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


def install(backend: str, python: Path, lock: Path, *, offline: bool) -> str | None:
    """Install a lock with its hashes; returns what the installer complains of, if it failed."""
    if backend == "uv":
        words = [nox.virtualenv.UV, "pip", "install", "--python", str(python)]
        words += ["--offline"] if offline else []
    else:
        words = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        words += ["--no-index"] if offline else []
    code, lines = _run([*words, "--require-hashes", "--no-deps", "-r", str(lock)])
    if code == 0:
        return None
    return " / ".join(_complaint(lines)) or f"none (exit code {code})"


def warm(python: Path, modules: Sequence[str] = ()) -> None:
    """Import TensorFlow and its companions once, so that their bytecode is there.

    A failure is no news here: the probe meets it again and says it properly.
    """
    _run([str(python), "-I", "-c", _WARM, *modules])


def _complaint(lines: list[str]) -> list[str]:
    """The last lines of an installer, from the first on that is an error."""
    last = lines[-_LAST_LINES:]
    signs = ("error", "\N{MULTIPLICATION SIGN}")
    wrong = [n for n, line in enumerate(last) if line.lower().startswith(signs)]
    return last[wrong[0] :] if wrong else last


def _run(words: Sequence[str]) -> tuple[int, list[str]]:
    done = command.run(words)
    lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines()]
    return done.returncode, [line for line in lines if line]

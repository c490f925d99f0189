"""Fills an environment from a lock, and warms it up: the only module that starts installers."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nox.virtualenv

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

# Set on many build machines; each would make an environment something else than its lock says.
_HARMFUL = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"}
    | {
        "UV_COMPILE_BYTECODE",
        "UV_PYTHON",
        "UV_PROJECT_ENVIRONMENT",
        "UV_NO_BUILD",
        "UV_SYSTEM_PYTHON",
    }
    | {"PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "UV_EXCLUDE_NEWER"}
)


def install(backend: str, python: Path, lock: Path, *, offline: bool) -> str | None:
    """Install a lock with its hashes; returns what the installer complains of, if it failed."""
    if backend == "uv":
        command = [nox.virtualenv.UV, "pip", "install", "--python", str(python)]
        command += ["--offline"] if offline else []
    else:
        command = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-index"] if offline else []
    code, lines = _run([*command, "--require-hashes", "--no-deps", "-r", str(lock)])
    if code == 0:
        return None
    return " / ".join(_complaint(lines)) or f"nothing, and ended with exit code {code}"


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


def _run(command: Sequence[str]) -> tuple[int, list[str]]:
    environment = {k: v for k, v in os.environ.items() if k not in _HARMFUL}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        # A neutral folder: a pyproject.toml of the caller must not configure the installer.
        cwd=tempfile.gettempdir(),
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, [line.strip() for line in done.stdout.splitlines() if line.strip()]

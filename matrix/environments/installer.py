"""Creates an environment, fills it from a lock, and warms it up."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.catalogue.pinned import PINNED
from matrix.environments import command
from matrix.environments.command import Finished
from matrix.environments.contents import sites
from matrix.environments.programs.uv_program import found, uv

_LAST_LINES = 8
_CREATE_SECONDS = 600
_WARM_SECONDS = 600
# A first import leaves bytecode behind, without which every import is 2.5 to 4 times slower. Each
# name is said before it is imported: a package may end the process.
_WARM = """
import importlib, json, sys
def tell(**words):
    print("\\nloadmatrix " + json.dumps(words), flush=True)
import tensorflow as tf
for name in ("keras.models.load_model", "compat.v1.saved_model.load", "lite.Interpreter"):
    thing = tf
    try:
        for part in name.split("."):
            thing = getattr(thing, part)
    except Exception:
        pass
for name in sys.argv[1:]:
    tell(importing=name)
    try:
        importlib.import_module(name.rstrip("?"))
    except BaseException as error:
        tell(failing=name, why=(type(error).__name__ + ": " + str(error))[:500])
tell(importing=None)
"""
# What loaders use beside TensorFlow, by the distributions that bring it.
_OF_LOADERS = {
    "h5py": "h5py",
    "keras": "keras",
    "keras_nightly": "keras",
    "tf_keras": "tf_keras",
    "ai_edge_litert": "ai_edge_litert.interpreter",
}
# All that an import sees of the caller, as in a probe.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC")


def create(backend: str, interpreter: Path, place: Path) -> str | None:
    """Make an empty environment; returns what the backend complains of, if it failed."""
    match backend:
        case "uv":
            words = [uv(), "venv", "--clear", "--python", str(interpreter), str(place)]
        case "virtualenv":
            words = [sys.executable, "-m", "virtualenv", "--no-periodic-update"]
            words += ["--python", str(interpreter), str(place)]
        case _:
            words = [str(interpreter), "-m", "venv", str(place)]
    return _complaint(command.run(words, timeout=_CREATE_SECONDS))


def install(  # noqa: PLR0913 - one call of an installer, most of it by keyword
    backend: str,
    python: Path,
    lock: Path,
    *,
    offline: bool,
    fresh: bool = False,
    only: Sequence[str] = (),
    cache: Path | None = None,
) -> str | None:
    """Install a lock with its hashes; returns what the installer complains of, if it failed.

    `fresh` passes over the cache of the installer: nothing is taken from it or linked into it.
    `only` are packages that uv installs once more, where all are installed. `cache` is the folder
    through which uv installs instead of its own.
    """
    if backend == "uv":
        words = [uv(), "pip", "install", "--python", str(python)]
        words += ["--offline"] if offline else []
        words += ["--no-cache", "--link-mode", "copy"] if fresh else []
        words += ["--cache-dir", str(cache)] if cache else []
        words += [word for name in only for word in ("--reinstall-package", name)]
    else:
        words = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
        words += ["--no-index"] if offline else []
        words += ["--no-cache-dir"] if fresh else []
    return _complaint(command.run([*words, "--require-hashes", "--no-deps", "-r", str(lock)]))


def drop_from_cache(packages: Sequence[str]) -> bool:
    """Remove packages from the cache of uv; returns whether that was done."""
    if not (found() and packages):
        return False
    words = [uv(), "cache", "clean", *packages]
    return command.run(words, timeout=_CREATE_SECONDS).returncode == 0


def cache_folder() -> str:
    """Where the cache of uv is, for a sentence."""
    where = command.run([uv(), "cache", "dir"]) if found() else None
    return where.stdout.strip() if where and where.returncode == 0 else "the cache of the installer"


def needed_modules(environment: Path, companions: Sequence[str] = ()) -> list[str]:
    """The modules that loaders need in an environment, by what is installed there."""
    infos = (path for site in sites(environment) for path in site.glob("*.dist-info"))
    there = {path.name.partition("-")[0] for path in infos}
    needed = [module for name, module in _OF_LOADERS.items() if name in there]
    return list(dict.fromkeys([*needed, *companions]))


def warm(python: Path, modules: Sequence[str] = ()) -> dict[str, str]:
    """Import TensorFlow and other modules once; returns those that fail, with what they said.

    Their bytecode is there afterwards. A module with a question mark behind it may be missing. A
    TensorFlow that fails is no news here: the probe meets it again and says it properly.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="loadmatrix-", ignore_cleanup_errors=True) as home:
        places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP"), home)
        done = command.run(
            [python, "-I", "-c", _WARM, *modules],
            timeout=_WARM_SECONDS,
            variables={**kept, **places, **PINNED},
        )
    return {name: why for name, why in _failing(done) if not name.endswith("?")}


def _failing(done: Finished) -> Iterator[tuple[str, str]]:
    told = [
        line.removeprefix("loadmatrix ") for line in done.lines if line.startswith("loadmatrix {")
    ]
    words = [json.loads(line) for line in told]
    yield from ((one["failing"], one["why"]) for one in words if "failing" in one)
    importing = [one["importing"] for one in words if "importing" in one]
    if importing and importing[-1] is not None:
        ended = "it took too long" if done.returncode is None else f"exit code {done.returncode}"
        yield importing[-1], f"Python ended while it was imported ({ended})"


def _complaint(finished: Finished) -> str | None:
    """The last lines of an installer that failed, from the first on that is an error."""
    if finished.returncode == 0:
        return None
    last = finished.lines[-_LAST_LINES:]
    signs = ("error", "\N{MULTIPLICATION SIGN}")
    wrong = [n for n, line in enumerate(last) if line.lower().startswith(signs)]
    lines = last[wrong[0] :] if wrong else last
    return " / ".join(lines) or f"none (exit code {finished.returncode})"

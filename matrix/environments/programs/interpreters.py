"""Finds the Python interpreters of this machine.

findpython knows where pyenv, uv, asdf, rye, the Windows registry and PATH keep them. Asking it
for versions would start every executable of every PATH folder (60 processes and 10 seconds on a
machine with pyenv), so here it only enumerates: aliases of one file are started once, and not
again while `interpreter_answers.py` knows them. Shims (pyenv puts dead ones on PATH) stand for the
versions of pyenv; others are started only for versions that nothing else provides.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findpython.providers import ALL_PROVIDERS
from packaging.version import Version

from matrix.cache import cache_folder
from matrix.environments import command
from matrix.environments.programs.interpreter_answers import answers
from matrix.errors import EnvironmentUnavailable
from matrix.files import write_json
from matrix.log import OUTPUT, logger

_LOG = logger(__name__)

_QUESTION = (
    "import json, platform, struct, sys, sysconfig;"
    "print(json.dumps([platform.python_implementation(), list(sys.version_info[:3]),"
    "sys.version_info[3], struct.calcsize('P') * 8,"
    "bool(sysconfig.get_config_var('Py_GIL_DISABLED'))]))"
)
_ANSWER_SECONDS = 10
_ANSWERS = "interpreter-answers.json"


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that runs on this machine."""

    version: Version
    path: Path

    @property
    def minor(self) -> str:
        return f"{self.version.major}.{self.version.minor}"


@functools.cache
def installed() -> Mapping[str, Interpreter]:
    """The newest usable CPython of each minor version on this machine, e.g. `{"3.11": ...}`.

    Usable means: final, 64 bit, with the GIL; nothing else has TensorFlow wheels.
    """
    direct, shims = _candidates()
    usable_directly = _newest(_usable(answers(direct, _answer, cache_folder() / _ANSWERS)))
    missing = [path for path in shims if _named_minor(path) not in usable_directly]
    usable = {**_newest(_ask(missing)), **usable_directly}
    _LOG.debug("Pythons on this machine: %s", ", ".join(str(p.path) for p in usable.values()))
    return usable


def find(minor: str, cache: Path) -> Path | None:
    """The interpreter of a minor version on this machine, `None` where there is none.

    Searching takes a second or two, so what was found is kept in the file `cache`, and started
    once before it is believed: the file may come from another machine, and interpreters go.
    """
    noted = _remembered(cache).get(minor)
    if noted and (interpreter := _newest(_ask([Path(noted)])).get(minor)):
        return interpreter.path
    paths = {name: interpreter.path for name, interpreter in installed().items()}
    if paths:
        with contextlib.suppress(OSError):
            write_json(cache, {name: str(path) for name, path in paths.items()})
    _LOG.debug("Python %s is %s", minor, paths.get(minor, "not on this machine"))
    return paths.get(minor)


def _remembered(cache: Path) -> dict[str, str]:
    try:
        noted = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def fetch(minor: str, uv: str) -> Interpreter:
    """Let uv install a Python.

    Raises:
        EnvironmentUnavailable: uv could not; the sentence says how to install it by hand.
    """
    install = [uv, "python", "install", "--no-bin", minor]
    done = command.run(install)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["uv gave no reason"])[-1].strip()
        raise EnvironmentUnavailable(
            (
                f"Python {minor} was not found on this machine, and uv could not download it "
                f"({reason}). "
            )
            + advice(minor)
        )
    find = [uv, "python", "find", "--managed-python", minor]
    where = command.run(find).stdout.strip()
    fetched = _newest(_ask([Path(where)])).get(minor) if where else None
    if fetched is None:
        raise EnvironmentUnavailable(
            f"uv downloaded Python {minor}, but it does not start. {advice(minor)}"
        )
    return fetched


def advice(minor: str) -> str:
    """How a person gets a Python that is missing."""
    return f"Install it with `uv python install {minor}` or `pyenv install {minor}`."


def _candidates() -> tuple[list[Path], list[Path]]:
    direct: dict[Path, None] = {}
    shims: dict[Path, None] = {}
    providers = [provider.create() for provider in ALL_PROVIDERS.values()]
    for provider in providers:
        for python in provider.find_pythons() if provider else ():
            if python.executable.parent.name != "shims":
                direct[python.real_path] = None
            elif not (versions := _pyenv_versions(python.executable)):
                shims[python.real_path] = None
            else:
                direct.update(dict.fromkeys(path.resolve() for path in versions))
    direct.update(dict.fromkeys(_conda()))
    return list(direct), list(shims)


def _conda() -> Iterable[Path]:
    # conda lists its environments here; findpython sees only the activated one.
    try:
        listing = Path("~/.conda/environments.txt").expanduser().read_text(encoding="utf-8")
    except (OSError, RuntimeError, UnicodeDecodeError):
        return
    name = "python.exe" if os.name == "nt" else "bin/python"
    for prefix in listing.split("\n"):
        if prefix and (path := Path(prefix, name)).exists():
            yield path.resolve()


def _named_minor(path: Path) -> str:
    return path.name.removeprefix("python").removesuffix(".exe")


def _pyenv_versions(shim: Path) -> list[Path]:
    """The Pythons that a shim of pyenv stands for; none where it is a shim of something else."""
    return sorted(shim.parent.with_name("versions").glob("*/bin/python3"))


def _ask(paths: Iterable[Path]) -> list[Interpreter]:
    with ThreadPoolExecutor(4) as pool:
        every = list(paths)
        told = zip(every, pool.map(_answer, every), strict=True)
        return _usable((path, answer) for path, answer in told if answer)


def _answer(path: Path) -> list[Any] | None:
    """What an interpreter says of itself; `None` where it does not start or says something else."""
    done = command.run([path, "-I", "-c", _QUESTION], timeout=_ANSWER_SECONDS, level=OUTPUT)
    if done.returncode != 0:
        return None
    try:
        answer = json.loads(done.stdout)
    except (ValueError, TypeError):
        return None
    return answer if isinstance(answer, list) else None


def _usable(told: Iterable[tuple[Path, list[Any]]]) -> list[Interpreter]:
    """Those that there are wheels of TensorFlow for."""
    usable = []
    for path, answer in told:
        try:
            implementation, version, stage, bits, free_threaded = answer
            found = Version(".".join(map(str, version)))
        except (ValueError, TypeError):
            continue
        if (implementation, stage, bits, free_threaded) == ("CPython", "final", 64, False):
            usable.append(Interpreter(version=found, path=path))
    return usable


def _newest(interpreters: Iterable[Interpreter]) -> dict[str, Interpreter]:
    newest: dict[str, Interpreter] = {}
    for interpreter in sorted(interpreters, key=lambda each: each.version):
        newest[interpreter.minor] = interpreter
    return newest

"""The environment of sessions where nox was installed alone: made once, in silence.

nox could install what its file asks for by itself, but shows every line of it, in every call. Only
what comes with nox may be imported here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NoReturn

from filelock import FileLock
from packaging.requirements import Requirement

from reports.output import echo

_BIN = "Scripts" if sys.platform == "win32" else "bin"
_LOUD = {"-v", "-vv", "--verbose"}


def is_needed(requirements: Sequence[str]) -> bool:
    """Whether packages are missing, or too old, beside the nox that runs."""
    return not all(_is_met(Requirement(text)) for text in requirements)


def _is_met(requirement: Requirement) -> bool:
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        return False
    of_extras = [
        needed
        for text in found.requires or ()
        if (needed := Requirement(text)).marker is not None
        and any(needed.marker.evaluate({"extra": name}) for name in requirement.extras)
    ]
    return requirement.specifier.contains(found.version, prereleases=True) and all(
        map(_is_met, of_extras)
    )


def go_on_in(folder: Path, requirements: Sequence[str]) -> NoReturn:
    """Have the nox of the environment in this folder make the same call, and end as it ends."""
    made(folder, requirements)
    command = [str(folder / _BIN / "nox"), *sys.argv[1:]]
    variables = {**os.environ, "NOX_SCRIPT_MODE": "none"}
    if sys.platform == "win32":
        # There, who waits for this process is told that it ended when it becomes another one.
        sys.exit(subprocess.run(command, env=variables, check=False).returncode)
    os.execve(command[0], command, variables)  # noqa: S606 - there is no shell in it


def made(folder: Path, requirements: Sequence[str]) -> None:
    """Make an environment with these packages, unless it is there.

    Raises:
        SystemExit: they cannot be installed; what the installer said was printed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp, wanted = folder / "installed.txt", "\n".join((sys.version, *requirements))
    with FileLock(folder.with_suffix(".lock")):
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        echo(f"Installing {len(requirements)} packages that Loadmatrix needs, once.", error=True)
        making, installing = _commands(folder, _uv())
        _run(*making)
        _run(*installing, *requirements)
        stamp.write_text(wanted, encoding="utf-8")


def _commands(folder: Path, uv: str | None) -> tuple[Sequence[str], Sequence[str]]:
    """What makes the environment, and what installs the packages that are named behind it."""
    python = str(folder / _BIN / "python")
    if uv:
        making = [uv, "venv", "--clear", "--python", sys.executable, str(folder)]
        return making, (uv, "pip", "install", "--python", python)
    making = [sys.executable, "-m", "virtualenv", "--clear", str(folder)]
    return making, (python, "-m", "pip", "install", "--disable-pip-version-check")


def _uv() -> str | None:
    """Where uv is; nox would look for it as well, but says it aloud where there is none."""
    try:
        from uv import find_uv_bin
    except ImportError:
        return shutil.which("uv")
    return find_uv_bin()


def _run(*command: str) -> None:
    shown = None if _LOUD & set(sys.argv) else subprocess.PIPE
    done = subprocess.run(command, stdout=shown, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        echo(done.stdout or "", error=True)
        raise SystemExit("loadmatrix: The packages that Loadmatrix needs could not be installed.")

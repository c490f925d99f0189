"""The folders that a program reads because of what it is: an interpreter with its packages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from matrix.isolation.launch import Launch


def needed_paths(launch: Launch) -> tuple[Path, ...]:
    """What the program of a launch reads of itself, beyond what any program of the system reads.

    An environment has its own folder and that of the Python it was made from, each by the name that
    it is known by and by its real one. A program that is in no folder of a Python, such as a link
    in `~/.local/bin`, is needed alone. Libraries may lie elsewhere.
    """
    libraries = launch.environment.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    found = [*_interpreter(Path(launch.command[0])), *map(Path, libraries)]
    # Nobody means the whole machine.
    usable = (path for path in found if path.is_absolute() and path != Path(path.anchor))
    return tuple(dict.fromkeys(usable))


def _interpreter(program: Path) -> Iterator[Path]:
    for name in _names(program):
        yield _home(name) or name
    base = _base(program.parent.parent / "pyvenv.cfg")
    if base is not None:
        for name in _names(base):
            yield _home(name) or name


def _names(program: Path) -> Iterator[Path]:
    """A program, each link on the way to it, and where it really is."""
    yield program
    for _ in range(20):
        if not program.is_symlink():
            break
        program = program.parent / program.readlink()
        yield program
    yield program.resolve()


def _home(program: Path) -> Path | None:
    """The folder of the Python that a program is: `/opt/python` of `/opt/python/bin/python`."""
    for folder in (program.parent.parent, program.parent):
        libraries = [*folder.glob("lib*/python3*"), *folder.glob("Lib/os.py")]
        if libraries or (folder / "pyvenv.cfg").is_file():
            return folder
    return None


def _base(configuration: Path) -> Path | None:
    """The Python that an environment was made from."""
    try:
        lines = configuration.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    pairs = (line.partition("=") for line in lines)
    values = {key.strip(): value.strip() for key, _, value in pairs}
    if not values.get("home"):
        return None
    version = ".".join(values.get("version", values.get("version_info", "")).split(".")[:2])
    names = (f"python{version}", "python3", "python", "python.exe")
    programs = [Path(values["home"], name) for name in names]
    return next((path for path in programs if path.exists()), programs[0])

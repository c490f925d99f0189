"""Copies of what hostile models would damage: interpreters, environments, the tool itself.

A model under test gets at copies alone, so that one that succeeds does no harm, and any user may
read them. What was changed is mended from where it was copied.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matrix.cache import cache_folder
from matrix.environments.stamp import STAMP, read_stamp, write_stamp
from tests.hostile.snapshot import Change

ROOT = Path(__file__).resolve().parents[2]
_TOOL = ("noxfile.py", "pyproject.toml", "README.md", "matrix", "probe", "reports", "examples")
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "site-packages", "test", "tests", "idlelib")
# Distributions' own Pythons are everybody's already, and no copy of them starts.
_SYSTEM = Path("/usr")


@dataclass(kw_only=True)
class Copies:
    """The tool and what it works with, and where each part was copied from.

    `cache` is what `--envdir` names, `python` the interpreter that the tool runs in, `pyenv` where
    it finds those that environments stand on.
    """

    tool: Path
    cache: Path
    python: Path
    pyenv: Path
    sources: dict[Path, Path] = field(default_factory=dict)

    @classmethod
    def in_folder(cls, folder: Path) -> Copies:
        """Where copies are made."""
        return cls(
            tool=folder / "tool",
            cache=folder / "cache",
            python=folder / "venv" / "bin" / "python",
            pyenv=folder / "pyenv",
        )

    @classmethod
    def originals(cls) -> Copies:
        """The real ones, for models that do not want to damage them."""
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
        return cls(tool=ROOT, cache=cache_folder(), python=Path(sys.executable), pyenv=pyenv)

    @property
    def parts(self) -> list[Path]:
        """The folders in which nothing may change."""
        return [self.cache, *self.sources] if self.sources else []

    def environment(self, cell: str) -> Path | None:
        """The environment of a cell; `None` where there is none."""
        stamps = sorted((self.cache / "envs").glob(f"{cell}-py*/{STAMP}"))
        return stamps[0].parent if stamps else None

    def site(self, cell: str) -> Path:
        """The packages of a cell."""
        environment = self.environment(cell)
        assert environment is not None
        return next(environment.glob("lib/python*/site-packages"))

    def mend(self, found: Sequence[Change]) -> None:
        """Make what was changed what it was."""
        gone = [
            copy
            for copy, source in self.sources.items()
            if (source / STAMP).exists() and not (copy / STAMP).exists()
        ]
        for environment in gone:
            # The tool found it damaged, and could not build it anew.
            shutil.rmtree(environment, ignore_errors=True)
            _copy_environment(self, environment, self.sources[environment])
        for change in found:
            if not any(change.path.is_relative_to(environment) for environment in gone):
                self._mend(change.path)

    def _mend(self, path: Path) -> None:
        source = self._source(path)
        if path.is_dir() and not path.is_symlink() and not (source and source.is_dir()):
            shutil.rmtree(path, ignore_errors=True)
        elif source is None or not os.path.lexists(source):
            path.unlink(missing_ok=True)
        elif source.is_file() and not source.is_symlink() and not path.is_dir():
            # In place: it may be a hard link, and stays one.
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            shutil.copystat(source, path)

    def _source(self, path: Path) -> Path | None:
        for copy, source in self.sources.items():
            if path == copy or path.is_relative_to(copy):
                return source / path.relative_to(copy)
        return None


def copied(folder: Path, cells: Sequence[str]) -> Copies:
    """The copies for some cells, as far as the cache of the user has their environments."""
    copies = Copies.in_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _copy_tool(copies)
    _copy_venv(copies)
    _copy_environments(copies, cells)
    return copies


def _copy_tool(copies: Copies) -> None:
    shutil.rmtree(copies.tool, ignore_errors=True)
    copies.tool.mkdir()
    for name in _TOOL:
        source, place = ROOT / name, copies.tool / name
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place)
    # Compiled at once: what appears later was not written by the tool.
    compileall.compile_dir(copies.tool, quiet=1)
    copies.sources[copies.tool] = ROOT


def _copy_venv(copies: Copies) -> None:
    place = copies.python.parents[1]
    copies.sources[place] = Path(sys.prefix)
    if not place.exists():
        subprocess.run(["cp", "-a", sys.prefix, str(place)], check=True)
        _at_home(copies, place, Path(sys.base_prefix), f"python{_minor(sys.version_info)}")
        command = [str(copies.python), "-m", "compileall", "-q", str(place / "lib")]
        subprocess.run(command, check=False, capture_output=True)


def _copy_environments(copies: Copies, cells: Sequence[str]) -> None:
    envs = copies.cache / "envs"
    envs.mkdir(parents=True, exist_ok=True)
    wanted = [
        stamp.parent
        for cell in cells
        for stamp in sorted((cache_folder() / "envs").glob(f"{cell}-py*/{STAMP}"))
    ]
    missing = [place for place in wanted if not (envs / place.name).exists()]
    if missing:
        # Together, so that hard links between them stay hard links.
        subprocess.run(["cp", "-a", *map(str, missing), str(envs)], check=True)
    noted = {}
    for source in wanted:
        place = envs / source.name
        copies.sources[place] = source
        python = _copy_environment(copies, place, source)
        noted[python.name.removeprefix("python").rstrip("m")] = str(python)
    # What was resolved for an older Keras: a run without a network asks nobody again.
    locks = copies.cache / "locks"
    if (cache_folder() / "locks").exists():
        shutil.copytree(cache_folder() / "locks", locks, dirs_exist_ok=True)
        copies.sources[locks] = cache_folder() / "locks"
    known = copies.cache / "interpreters.json"
    known.write_text(json.dumps(noted), encoding="utf-8")
    known_source = copies.tool.parent / "interpreters.json"
    shutil.copy2(known, known_source)
    copies.sources[known] = known_source


def _copy_environment(copies: Copies, place: Path, source: Path) -> Path:
    """An environment on the copy of its interpreter, which is returned."""
    if not place.exists():
        subprocess.run(["cp", "-a", str(source), str(place)], check=True)
    base = Path(_setting(source, "home")).parent
    python = (source / "bin" / "python").resolve().name
    home = _at_home(copies, place, base, python)
    if stamp := read_stamp(place):
        # It stands on another interpreter than when it was stamped.
        write_stamp(place, cell=stamp.cell, tag=stamp.tag)
    return home / "bin" / python


def _at_home(copies: Copies, environment: Path, base: Path, python: str) -> Path:
    """Let an environment stand on a copy of its interpreter, which is returned."""
    if base.is_relative_to(_SYSTEM):
        return base
    home = copies.pyenv / "versions" / base.name
    copies.sources[home] = base
    if not home.exists():
        shutil.copytree(base, home, ignore=_NOT_COPIED, symlinks=True)
        next(home.glob("lib/python*")).joinpath("site-packages").mkdir()
        compileall.compile_dir(home / "lib", quiet=2)
    link = environment / "bin" / "python"
    if link.resolve() != (home / "bin" / python).resolve():
        link.unlink()
        link.symlink_to(home / "bin" / python)
        settings = environment / "pyvenv.cfg"
        text = settings.read_text(encoding="utf-8").replace(str(base), str(home))
        settings.write_text(text, encoding="utf-8")
    return home


def _setting(environment: Path, key: str) -> str:
    for line in (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == key:
            return value.strip()
    raise KeyError(key)


def _minor(version: Sequence[object]) -> str:
    return f"{version[0]}.{version[1]}"

"""Builds the environment of a cell from its lock.

A build ends with a stamp. Before anything is imported, the content of all files is compared with
what the packages recorded: they come from the cache of the installer, where it may be changed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.environments import installer
from matrix.environments.bytecode import BytecodeStore
from matrix.environments.condition import differing
from matrix.environments.contents import Wrong
from matrix.environments.listing import listed
from matrix.environments.programs import interpreters
from matrix.environments.programs.uv_program import found, uv
from matrix.environments.stamp import write_stamp
from matrix.environments.unneeded import remove_unneeded
from matrix.errors import EnvironmentBroken, EnvironmentUnavailable
from matrix.files import write_text
from matrix.log import logger

_LOG = logger(__name__)
# What was found on this machine, beside what was built with it.
_INTERPRETERS = "interpreters.json"
LOCK = "loadmatrix.lock.txt"
# Through here the packages of an environment come that is not to stay.
_PACKAGES = ".packages"


def python_of(place: Path) -> Path:
    """The interpreter of an environment."""
    return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Builds environments in a cache folder; the fields are those of `Environments`.

    `passing` says that they are removed after their use: then the installer keeps nothing of them
    that it did not have before.
    """

    folder: Path
    backend: str | None = None
    offline: bool = False
    pythons: Mapping[str, Path] | None = None
    passing: bool = False

    def backend_for(self, python: str) -> str:
        """What makes environments of a Python here."""
        if self.backend:
            return self.backend
        if found():
            return "uv"
        # virtualenv 21 cannot make environments for these; their own venv module can.
        return "venv" if python in ("3.7", "3.8") else "virtualenv"

    def build(self, cell: Cell, place: Path, lock_text: str) -> None:
        """Build an environment; there is none, or one that is given up.

        Raises:
            EnvironmentBroken: what loaders need does not import in it, even after a second build.
            EnvironmentUnavailable: it cannot be built.
        """
        self._check_disk(cell)
        failing: dict[str, str] = {}
        for again in (False, True):
            if again:
                _LOG.info("%s in %s: rebuilding it", _imports(failing), cell.id)
            self._fill(cell, place, lock_text)
            accepted = self._compared(cell, place, lock_text)
            failing = self.warmed(cell, place)
            if not failing:
                break
        write_stamp(place, cell=cell.id, tag=tag_of(cell), accepted=accepted, failing=failing)
        require_imports(cell, place, failing)

    def _fill(self, cell: Cell, place: Path, lock_text: str, *, fresh: bool = False) -> None:
        """An environment with all packages, in the place of whatever is there."""
        backend = self.backend_for(cell.python)
        interpreter = self._interpreter(cell.python) or self._fetched(cell)
        _LOG.info("creating the environment of %s (Python %s, %s)", cell.id, cell.python, backend)
        shutil.rmtree(place, ignore_errors=True)
        _mark_as_cache(place.parent)
        if complaint := installer.create(backend, interpreter, place):
            reason = f"{backend} could not create an environment for Python {cell.python}"
            raise EnvironmentUnavailable(f"{reason}. Its output: {complaint}")
        (place / LOCK).write_text(lock_text, encoding="utf-8")
        _LOG.info("installing TensorFlow %s for %s", cell.release.version, cell.id)
        if complaint := self._install(cell, place, fresh=fresh):
            shutil.rmtree(place, ignore_errors=True)
            message = f"The installation of {cell.id} failed. Output of the installer: {complaint}"
            raise EnvironmentUnavailable(message)

    def _install(
        self, cell: Cell, place: Path, *, fresh: bool = False, only: Sequence[str] = ()
    ) -> str | None:
        backend, python = self.backend_for(cell.python), python_of(place)
        lock, offline = place / LOCK, self.offline
        install = partial(installer.install, backend, python, lock, offline=offline)
        if self.passing and not fresh and not offline:
            complaint = self._passed(install, place)
        else:
            complaint = install(fresh=fresh, only=only)
        if complaint is None:
            remove_unneeded(place)
        return complaint

    def _passed(self, install: partial[str | None], place: Path) -> str | None:
        """Install what the installer has, or else through a folder that goes at once.

        The cache of uv holds every package unpacked: with what it kept of passing environments,
        removing them would free next to nothing.
        """
        if install.args[0] != "uv":
            return install(fresh=True)
        if install(offline=True) is None:
            return None
        cache = place / _PACKAGES
        try:
            return install(cache=cache)
        finally:
            shutil.rmtree(cache, ignore_errors=True)

    def _compared(self, cell: Cell, place: Path, lock_text: str) -> frozenset[str]:
        """Compare what was just installed with RECORD, before any of it is imported.

        What differs came so from the cache of the installer, and is downloaded again. Where that
        changes nothing, it is RECORD that is wrong: the hashes of the lock were checked. Returns
        the names of these files.
        """
        wrong = differing(place, None, listed(place, tag_of(cell)))
        if not wrong:
            return frozenset()
        left = self._refetched(cell, place, lock_text, wrong)
        return frozenset(one.name for one in left)

    def _refetched(
        self, cell: Cell, place: Path, lock_text: str, wrong: Sequence[Wrong]
    ) -> list[Wrong]:
        """Download packages with wrong files again, past the cache; returns what is wrong still."""
        packages = sorted({one.package for one in wrong if one.package})
        empty = " ".join(("uv cache clean", *packages))
        more = f", and {len(wrong) - 1:,} other files" if len(wrong) > 1 else ""
        found = f"{wrong[0].words}{more}"
        cache = f"the cache of the installer ({installer.cache_folder()})"
        _LOG.info("%s: %s. Downloading again what came from %s", cell.id, found, cache)
        known = all(one.package for one in wrong) and self.backend_for(cell.python) == "uv"
        complaint = self._install(cell, place, fresh=True, only=packages) if known else "not tried"
        if complaint or differing(place, None, listed(place, tag_of(cell))):
            try:
                self._fill(cell, place, lock_text, fresh=True)
            except EnvironmentUnavailable as error:
                why = ": the run is offline." if self.offline else f". {error}"
                raise EnvironmentUnavailable(
                    f"Files in {cache} are not what was published ({found}), and could not be "
                    f"downloaded again{why} Run `{empty}` and repeat the test with a network."
                ) from error
        left = differing(place, None, listed(place, tag_of(cell)))
        if left == list(wrong):
            _LOG.info("They are what was published: RECORD is wrong about them")
            return left
        done = installer.drop_from_cache(packages)
        what = (
            f"They were removed from it: {', '.join(packages)}."
            if done
            else f"It still has them: empty it ({empty})."
        )
        _LOG.warning("Files in %s were not what was published (%s). %s", cache, found, what)
        return left

    def warmed(self, cell: Cell, place: Path) -> dict[str, str]:
        """Import what loaders need, so that its bytecode is there; returns what fails."""
        _LOG.info("%s: first import (compiling bytecode)", cell.id)
        bytecode = self.store(cell)
        bytecode.restore(place)
        modules = installer.needed_modules(place, cell.modules)
        failing = installer.warm(python_of(place), modules)
        bytecode.keep(place)
        return failing

    def store(self, cell: Cell) -> BytecodeStore:
        """The bytecode of all environments of its Python."""
        return BytecodeStore(folder=self.folder / "bytecode", tag=tag_of(cell))

    def _interpreter(self, python: str) -> Path | None:
        if self.pythons is not None:
            return self.pythons.get(python)
        return interpreters.find(python, self.folder / _INTERPRETERS)

    def _fetched(self, cell: Cell) -> Path:
        if self.offline or not found():
            why = (
                "the run is offline"
                if self.offline
                else "uv, which could download it, is not installed"
            )
            raise EnvironmentUnavailable(
                f"Python {cell.python} was not found on this machine, and {why}. "
                + interpreters.advice(cell.python)
            )
        _LOG.info("downloading Python %s", cell.python)
        return interpreters.fetch(cell.python, uv()).path

    def _check_disk(self, cell: Cell) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free // 2**20
        needed = cell.release.installed_mb
        if free < needed:
            raise EnvironmentUnavailable(
                f"The disk of {self.folder} has {free} MB free, but {cell.id} needs {needed} MB. "
                "Free some space, choose another disk with --envdir, or use --discard."
            )


def tag_of(cell: Cell) -> str:
    """What its bytecode is named after."""
    return f"cpython-{cell.python.replace('.', '')}"


def require_imports(cell: Cell, place: Path, failing: Mapping[str, str]) -> None:
    """Refuse an environment in which something that loaders need does not import.

    Raises:
        EnvironmentBroken: with the sentence that belongs into the cell.
    """
    if failing:
        raise EnvironmentBroken(
            f"{_imports(failing)} in the environment of {cell.id}, although all its files are what "
            "was published. Import it by hand to see what this machine lacks: "
            f"{python_of(place)} -I -c 'import {min(failing)}'"
        )


def _imports(failing: Mapping[str, str]) -> str:
    """In words: what does not import."""
    name = min(failing)
    return f"{name} does not import ({failing[name]})"


def _mark_as_cache(folder: Path) -> None:
    """Tell backups and git that everything here can be made again."""
    for name, text in (
        ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
        (".gitignore", "*\n"),
    ):
        if not (folder / name).exists():
            write_text(folder / name, text)

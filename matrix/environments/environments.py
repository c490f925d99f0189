"""From a cell to the Python of its environment: created, installed from a lock, stamped.

Environments live in one cache folder per user. A name carries the release, the Python and a
digest of the lock, so a changed lock is another environment. The stamp is written last: what has
no stamp was interrupted and is built again; what has one costs no installer call.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nox.virtualenv
from filelock import ReadWriteLock

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import pairs
from matrix.environments import installer, interpreters
from matrix.environments import lock as locking
from matrix.environments.bytecode import BytecodeStore
from matrix.environments.contents import damaged_file
from matrix.errors import EnvironmentUnavailable, LockError
from matrix.files import write_text
from matrix.log import logger
from matrix.options.options import Options

_LOG = logger(__name__)
STAMP = "loadmatrix.stamp"
# What was found on this machine, beside what was built with it.
_INTERPRETERS = "interpreters.json"


@dataclass(frozen=True, kw_only=True)
class Environments:
    """The cache folder and how to fill it.

    `backend` is `uv`, `virtualenv` or `venv`; `None` takes uv, or virtualenv where uv is absent.
    `pythons` are the interpreters to build with by their minor version; `None` looks for those of
    this machine when one is needed.
    """

    folder: Path
    backend: str | None = None
    offline: bool = False
    pythons: Mapping[str, Path] | None = None

    @classmethod
    def from_options(cls, options: Options) -> Environments:
        """The environments of a run."""
        return cls(folder=options.envdir, backend=options.venv_backend, offline=options.offline)

    @contextlib.contextmanager
    def ready(self, cell: Cell, *, discard: bool = False) -> Iterator[Path]:
        """The `python` of the finished environment of a cell, built if it is not there.

        Any number of runs may use it at a time; building and discarding it wait for all of them.

        Raises:
            EnvironmentUnavailable: with the sentence that belongs into the cell.
        """
        lock_text = self._lock_text(cell)
        place = self.folder / "envs" / self._name(cell, lock_text)
        state = "ready" if _stamped(place) else "not built yet"
        _LOG.debug("the environment of %s is %s (%s)", cell.id, place, state)
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = ReadWriteLock(f"{place}.lock", is_singleton=False)
        try:
            with self._in_use(cell, place, lock_text, lock):
                yield _python(place)
        finally:
            if discard:
                _LOG.info("removing the environment of %s", cell.id)
                with lock.write_lock():
                    shutil.rmtree(place, ignore_errors=True)

    @contextlib.contextmanager
    def _in_use(
        self, cell: Cell, place: Path, lock_text: str, lock: ReadWriteLock
    ) -> Iterator[None]:
        while True:
            if not _stamped(place):
                with lock.write_lock():
                    if not _stamped(place):
                        self._build(cell, place, lock_text)
            with lock.read_lock():
                # Another run may have discarded it in between.
                if _stamped(place):
                    yield
                    return

    def finished(self, cell: Cell) -> bool:
        """Whether a cell has its environment already, or needs none; asks no index."""
        if not cell.runtime.needs_tensorflow:
            return True
        lock = cell.shipped_lock or self._derived(cell)
        if not lock.exists():
            return False
        text = lock.read_text(encoding="utf-8")
        return _stamped(self.folder / "envs" / self._name(cell, text))

    def forget(self, cell: Cell) -> None:
        """Remove the stamp, so that the next use rebuilds the environment."""
        (self._place(cell) / STAMP).unlink(missing_ok=True)

    def damage(self, cell: Cell) -> str | None:
        """What is wrong with the installed files of a finished environment, if anything is."""
        return damaged_file(self._place(cell))

    def _place(self, cell: Cell) -> Path:
        text = self._lock_text(cell)
        return self.folder / "envs" / self._name(cell, text)

    def _name(self, cell: Cell, lock_text: str) -> str:
        key = f"{lock_text}\n{self._backend_for(cell.python)}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:10]
        return f"{cell.lock_name.removesuffix('.txt')}-py{cell.python}-{digest}"

    def _derived(self, cell: Cell) -> Path:
        name = cell.lock_name
        if cell.companions:
            # It holds for these requirements on this Python, as long as the release has its lock
            # and the packages that may come along are paired with it as they were.
            alone = cell.plain_one.shipped_lock
            locked = alone.read_text(encoding="utf-8") if alone else ""
            key = "\n".join([*cell.requirements, cell.python, locked, *pairs(cell.release)])
            digest = hashlib.sha256(key.encode()).hexdigest()[:10]
            name = f"{name.removesuffix('.txt')}-{digest}.txt"
        return self.folder / "locks" / name

    def _lock_text(self, cell: Cell) -> str:
        if cell.shipped_lock:
            return cell.shipped_lock.read_text(encoding="utf-8")
        derived = self._derived(cell)
        if not derived.exists():
            write_text(derived, self._resolved(cell))
        return derived.read_text(encoding="utf-8")

    def _resolved(self, cell: Cell) -> str:
        alone = self._lock_text(cell.plain_one) if cell.companions else None
        _LOG.info("resolving the packages of %s", cell.id)
        try:
            if alone is None:
                return locking.compile_lock(cell.release, offline=self.offline)
            return locking.compile_here(
                cell.release, cell.requirements, cell.python, alone, offline=self.offline
            )
        except LockError as error:
            raise EnvironmentUnavailable(str(error)) from error

    def _backend_for(self, python: str) -> str:
        if self.backend:
            return self.backend
        if nox.virtualenv.HAS_UV:
            return "uv"
        # virtualenv 21 cannot make environments for these; their own venv module can.
        return "venv" if python in ("3.7", "3.8") else "virtualenv"

    def _build(self, cell: Cell, place: Path, lock_text: str) -> None:
        self._check_disk(cell)
        backend = self._backend_for(cell.python)
        interpreter = self._interpreter(cell.python) or self._fetched(cell)
        _LOG.info("creating the environment of %s (Python %s, %s)", cell.id, cell.python, backend)
        shutil.rmtree(place, ignore_errors=True)
        _mark_as_cache(place.parent)
        if complaint := installer.create(backend, interpreter, place):
            reason = f"{backend} could not create an environment for Python {cell.python}"
            raise EnvironmentUnavailable(f"{reason}. Its output: {complaint}")
        lock = place / "loadmatrix.lock.txt"
        lock.write_text(lock_text, encoding="utf-8")
        _LOG.info("installing TensorFlow %s for %s", cell.release.version, cell.id)
        if complaint := installer.install(backend, _python(place), lock, offline=self.offline):
            shutil.rmtree(place, ignore_errors=True)
            message = f"The installation of {cell.id} failed. Output of the installer: {complaint}"
            raise EnvironmentUnavailable(message)
        _LOG.info("%s: first import (compiling bytecode)", cell.id)
        tag = f"cpython-{cell.python.replace('.', '')}"
        bytecode = BytecodeStore(folder=self.folder / "bytecode", tag=tag)
        bytecode.restore(place)
        installer.warm(_python(place), cell.modules)
        bytecode.keep(place)
        (place / STAMP).write_text(cell.id + "\n", encoding="utf-8")

    def _interpreter(self, python: str) -> Path | None:
        if self.pythons is not None:
            return self.pythons.get(python)
        return interpreters.find(python, self.folder / _INTERPRETERS)

    def _fetched(self, cell: Cell) -> Path:
        if self.offline or not nox.virtualenv.HAS_UV:
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
        return interpreters.fetch(cell.python, nox.virtualenv.UV).path

    def _check_disk(self, cell: Cell) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free // 2**20
        needed = cell.release.installed_mb
        if free < needed:
            raise EnvironmentUnavailable(
                f"The disk of {self.folder} has {free} MB free, but {cell.id} needs {needed} MB. "
                "Free some space, choose another disk with --envdir, or use --discard."
            )


def _stamped(place: Path) -> bool:
    return (place / STAMP).exists() and _python(place).exists()


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _mark_as_cache(folder: Path) -> None:
    """Tell backups and git that everything here can be made again."""
    for name, text in (
        ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
        (".gitignore", "*\n"),
    ):
        if not (folder / name).exists():
            write_text(folder / name, text)

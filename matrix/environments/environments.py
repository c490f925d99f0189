"""From a cell to the Python of its environment: built from a lock, and looked at before each use.

Environments live in one cache folder per user. A name carries the release, the Python and a
digest of the lock, so a changed lock is another environment. The stamp is written last: what has
no stamp was interrupted and is built again; what has one, and is still what it was, costs no
installer call.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import pairs
from matrix.environments import lock as locking
from matrix.environments.building import Builder, python_of
from matrix.environments.condition import Condition, State, condition, look
from matrix.environments.mending import put_right
from matrix.environments.programs.interpreters import installed
from matrix.environments.programs.outliving import writing_alone
from matrix.environments.stamp import STAMP, is_stamped
from matrix.errors import EnvironmentUnavailable, LockError
from matrix.files import write_text
from matrix.holds import Hold
from matrix.log import logger
from matrix.options.options import Options

_LOG = logger(__name__)
# So often an environment is put right, or built after somebody discarded it, before this gives up.
_ATTEMPTS = 5
# What uv, virtualenv and venv note of the Python that they were given.
_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)", re.MULTILINE)


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

        With `discard` it is removed after its use, and the packages that came for it are not kept.
        Any number of runs may use it at a time; building and discarding it wait for all of them.

        Raises:
            EnvironmentUnavailable: with the sentence that belongs into the cell.
        """
        lock_text = self._lock_text(cell)
        place = self.folder / "envs" / self._name(cell, lock_text)
        state = "ready" if _is_finished(place) else "not built yet"
        _LOG.debug("the environment of %s is %s (%s)", cell.id, place, state)
        hold = hold_on(place)
        try:
            builder = replace(self._builder, passing=discard)
            with self._in_use(cell, place, lock_text, hold, builder):
                yield python_of(place)
        finally:
            if discard:
                _LOG.info("removing the environment of %s", cell.id)
                with hold.alone():
                    shutil.rmtree(place, ignore_errors=True)

    @contextlib.contextmanager
    def _in_use(
        self, cell: Cell, place: Path, lock_text: str, hold: Hold, builder: Builder
    ) -> Iterator[None]:
        for _ in range(_ATTEMPTS):
            with hold.shared():
                seen = _seen(place)
                if seen.state is State.SOUND:
                    yield
                    return
            with hold.alone(), writing_alone(place):
                # Another run may have put it right in between, or discarded it.
                seen = _seen(place)
                if seen.state is not State.SOUND:
                    put_right(builder, cell, place, lock_text, seen)
        raise EnvironmentUnavailable(
            f"The environment of {cell.id} in {place} changes as soon as it is built "
            f"({seen.reason or 'it is removed'}). Find the program that writes there, or choose "
            "another folder with --envdir."
        )

    def finished(self, cell: Cell) -> bool:
        """Whether a cell has its environment already, or needs none; asks no index."""
        if not cell.runtime.needs_tensorflow:
            return True
        lock = cell.shipped_lock or self._derived(cell)
        if not lock.exists():
            return False
        text = lock.read_text(encoding="utf-8")
        return _is_finished(self.folder / "envs" / self._name(cell, text))

    def known_name(self, cell: Cell) -> str | None:
        """The name of the environment of a cell, which has a digest of its lock; asks no index.

        `None` where its packages were not resolved yet.
        """
        lock = cell.shipped_lock or self._derived(cell)
        try:
            return self._name(cell, lock.read_text(encoding="utf-8"))
        except OSError:
            return None

    def python_version(self, cell: Cell) -> str | None:
        """The whole version of the Python of a cell: of its environment, or to build it with."""
        if not cell.runtime.needs_tensorflow:
            return platform.python_version()
        name = self.known_name(cell)
        noted = name and _noted_version(self.folder / "envs" / name)
        if noted:
            return noted
        # Looked for already, when the cells were planned.
        here = installed().get(cell.python)
        return str(here.version) if here else None

    def forget(self, cell: Cell) -> None:
        """Remove the stamp, so that the next use rebuilds the environment."""
        (self._place(cell) / STAMP).unlink(missing_ok=True)

    def damage(self, cell: Cell) -> str | None:
        """What has changed in the files of a finished environment since it was used, if anything.

        It costs a tenth of a second, and is asked only where a probe met what may come of it.
        """
        seen = look(self._place(cell))
        return seen.reason if seen.state is State.DAMAGED else None

    def _place(self, cell: Cell) -> Path:
        text = self._lock_text(cell)
        return self.folder / "envs" / self._name(cell, text)

    def _name(self, cell: Cell, lock_text: str) -> str:
        key = f"{lock_text}\n{self._builder.backend_for(cell.python)}"
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

    @property
    def _builder(self) -> Builder:
        return Builder(
            folder=self.folder, backend=self.backend, offline=self.offline, pythons=self.pythons
        )


def hold_on(place: Path) -> Hold:
    """Who uses an environment: its probes together, a build alone."""
    return Hold(file=place.with_name(f"{place.name}.lock"))


def _seen(place: Path) -> Condition:
    return condition(place) if python_of(place).exists() else Condition(state=State.ABSENT)


def _is_finished(place: Path) -> bool:
    return is_stamped(place) and python_of(place).exists()


def _noted_version(place: Path) -> str | None:
    """The version of the Python that an environment was made from, as it is noted there."""
    try:
        noted = (place / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return found.group(1) if (found := _VERSION.search(noted)) else None

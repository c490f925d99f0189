"""Empties the cache, except what a running test uses: environments, and the models it fetched.

The answers of earlier runs are removed in any case: a running test has taken what it needs.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix.cache import COSTS, KNOWN, cache_folder
from matrix.environments.environments import hold_on
from matrix.errors import EnvironmentUnavailable
from matrix.holds import Hold, InUse
from matrix.log import logger

_LOG = logger(__name__)
_MARKS = ("CACHEDIR.TAG", ".gitignore", ".holds.lock")


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What was done: the bytes that are free now, and the environments that are in use.

    `models_kept` says that a running test uses the downloaded models.
    """

    freed: int = 0
    kept: tuple[str, ...] = ()
    models_kept: bool = False


@contextlib.contextmanager
def models_in_use() -> Iterator[None]:
    """Downloaded and unpacked models stay where they are while this lasts.

    A cache in which no file can be written has none of them, or keeps them.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(EnvironmentUnavailable, OSError):
            stack.enter_context(_models_hold(cache_folder()).shared())
        yield


def _models_hold(envdir: Path) -> Hold:
    return Hold(file=envdir / "models.lock")


def clean(envdir: Path) -> Cleaned:
    """Remove all environments and fetched models that no running test uses, and all answers."""
    if not envdir.exists():
        return Cleaned()
    before = shutil.disk_usage(envdir.parent).free
    places = sorted(set(_places(envdir / "envs")))
    kept = tuple(place.name for place in places if not _removed(place))
    _remove(envdir / "bytecode")
    _remove(envdir / KNOWN)
    _remove(envdir / COSTS)
    models_kept = not _models_removed(envdir, running=bool(kept))
    if not kept:
        _remove_marks(envdir / "envs")
    freed = max(0, shutil.disk_usage(envdir.parent).free - before)
    return Cleaned(freed=freed, kept=kept, models_kept=models_kept)


def _places(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in _MARKS:
            yield path.with_name(path.name.removesuffix(".lock"))


def _removed(place: Path) -> bool:
    """Remove an environment; false where somebody uses it or builds it."""
    hold = hold_on(place)
    try:
        with hold.alone(wait=False):
            _remove(place)
            hold.remove()
    except InUse:
        return False
    except EnvironmentUnavailable as error:
        _LOG.warning("%s", error)
        return False
    return True


def _models_removed(envdir: Path, *, running: bool) -> bool:
    """Remove downloaded models and resolved locks; false where a test runs, which needs both."""
    hold = _models_hold(envdir)
    try:
        with hold.alone(wait=False):
            if not running:
                _remove(envdir / "models")
                _remove(envdir / "locks")
            hold.remove()
    except (InUse, EnvironmentUnavailable):
        return not (envdir / "models").exists()
    return not (running and (envdir / "models").exists())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _remove_marks(folder: Path) -> None:
    """The folder itself goes where nobody has built anything there meanwhile."""
    for name in _MARKS:
        _remove(folder / name)
    with contextlib.suppress(OSError):
        folder.rmdir()

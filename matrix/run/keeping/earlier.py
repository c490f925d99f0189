"""Keeps the results of earlier runs until a new run in the same folder replaces them.

A run that came to its end is kept until another one does. One that was interrupted is kept until
the new run has an answer. Only what a run writes is moved or removed. A move that was cut short
leaves the folder without its plan, which goes in last and out first.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.files import remove
from matrix.log import logger
from matrix.run.store import Store
from matrix.stored_files import DAMAGED

_LOG = logger(__name__)
COMPLETE = ".previous-run"
INTERRUPTED = ".interrupted-run"


def previous(store: Store) -> Store:
    """Where the results of the last run that came to its end are kept."""
    return Store(folder=store.folder / COMPLETE)


def interrupted(store: Store) -> Store:
    """Where the results of an interrupted run are kept until the new one has an answer."""
    return Store(folder=store.folder / INTERRUPTED)


def is_complete(store: Store) -> bool:
    """Whether a run that came to its end is stored here."""
    try:
        return store.plan_file.exists() and store.run_facts().complete
    except (OSError, LoadmatrixError, *DAMAGED):
        return False


def answered(store: Store) -> bool:
    """Whether any check of any cell has come to its end."""
    # One after the other: of thousands of models each outcome takes its time.
    outcomes = (store.read(cell) for cell in store.cells_on_disk())
    seen = (outcome.verification for outcome in outcomes if outcome)
    return any(verification and verification.checks for verification in seen)


@contextlib.contextmanager
def kept(store: Store) -> Iterator[None]:
    """For the time of a new run: what is stored of earlier ones stays until it is replaced."""
    try:
        yield
    except BaseException:
        if not answered(store) and restore(store):
            message = "No cell gave an answer, so the results of the earlier run in %s were kept."
            _LOG.warning(message, store.folder.parent)
        raise
    if answered(store):
        forget(store)


def latest(store: Store) -> Store:
    """The results of the run, or of the one before where it has no answer yet."""
    for one in (store, interrupted(store), previous(store)):
        if one.plan_file.exists() and answered(one):
            return one
    return store


def mend(store: Store) -> None:
    """Finish a move that was cut short, and take in what was kept elsewhere on a full disk."""
    for place in (previous(store), interrupted(store)):
        if place.folder.exists() and not place.plan_file.exists():
            _move(place, store)
    store.bring_back()


def set_aside(store: Store) -> None:
    """Make room for a new run. A run without an answer does not replace what was kept before."""
    mend(store)
    if not store.plan_file.exists() or not answered(store):
        return
    place = previous(store) if is_complete(store) else interrupted(store)
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir()
    _move(store, place)


def restore(store: Store) -> bool:
    """Put the results of the last earlier run back in the place of those of the new one, if any."""
    for place in (interrupted(store), previous(store)):
        if place.plan_file.exists():
            for entry in _written(store):
                remove(entry)
            place.plan_file.rename(store.plan_file)
            _move(place, store)
            return True
    return False


def forget(store: Store) -> None:
    """Remove what newer results replace: those of the new run are complete, or at least answers."""
    shutil.rmtree(interrupted(store).folder, ignore_errors=True)
    place = previous(store)
    if is_complete(store) or not is_complete(place):
        shutil.rmtree(place.folder, ignore_errors=True)


def _written(store: Store) -> list[Path]:
    """What a run has written, its plan last."""
    cells = [store.cell_folder(cell) for cell in store.cells_on_disk()]
    some = [*cells, store.inputs_folder, store.run_file, store.plan_file]
    return [entry for entry in some if entry.exists()]


def _move(source: Store, target: Store) -> None:
    for entry in _written(source):
        place = target.folder / entry.name
        # Where a move was cut short, what it had moved is whole.
        remove(entry) if place.exists() else entry.rename(place)
    if source.folder.name in (COMPLETE, INTERRUPTED):
        shutil.rmtree(source.folder, ignore_errors=True)

"""Keeps the results of an earlier run until a new run in the same folder has an answer.

Only what a run writes is moved or removed. A move that was cut short leaves the folder without its
plan, which goes in last and out first.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from matrix.run.store import Store

_PREVIOUS = ".previous-run"


def previous(store: Store) -> Store:
    """Where the results of the earlier run are kept."""
    return Store(folder=store.folder / _PREVIOUS)


def answered(store: Store) -> bool:
    """Whether any check of any cell has come to its end."""
    outcomes = (store.read(cell) for cell in store.cells_on_disk())
    seen = [outcome.verification for outcome in outcomes if outcome]
    return any(verification and verification.checks for verification in seen)


def set_aside(store: Store) -> None:
    """Make room for a new run. A run without an answer does not replace what was kept before."""
    kept = previous(store)
    if kept.folder.exists() and not kept.plan_file.exists():
        _move(kept, store)
    if not store.plan_file.exists() or not answered(store):
        return
    forget(store)
    kept.folder.mkdir()
    _move(store, kept)


def restore(store: Store) -> bool:
    """Put the results of the earlier run back in the place of those of the new one, if any."""
    kept = previous(store)
    if not kept.plan_file.exists():
        return False
    for entry in _written(store):
        _remove(entry)
    kept.plan_file.rename(store.plan_file)
    _move(kept, store)
    return True


def forget(store: Store) -> None:
    """Remove the results of the earlier run: there are newer ones."""
    shutil.rmtree(previous(store).folder, ignore_errors=True)


def _written(store: Store) -> list[Path]:
    """What a run has written, its plan last."""
    cells = [store.cell_folder(cell) for cell in store.cells_on_disk()]
    some = [*cells, store.inputs_folder, store.run_file, store.plan_file]
    return [entry for entry in some if entry.exists()]


def _move(source: Store, target: Store) -> None:
    for entry in _written(source):
        place = target.folder / entry.name
        # Where a move was cut short, what it had moved is whole.
        _remove(entry) if place.exists() else entry.rename(place)
    if source.folder.name == _PREVIOUS:
        forget(target)


def _remove(entry: Path) -> None:
    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

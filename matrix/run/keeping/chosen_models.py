"""Which models of a plan a cell tests, where a run does not test all of them in each cell.

A fast run writes them before it starts the cell, which may run in a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from matrix.files import write_json
from matrix.plan.plan import PlannedCell
from matrix.run.store import Store
from matrix.stored_files import DAMAGED, plain_text

_FILE = "models.json"


def choose(store: Store, cell: str, models: Collection[int]) -> None:
    """Have the next run of a cell test only these models."""
    folder = store.cell_folder(cell)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / _FILE, {"run": _run(store), "models": sorted(models)})


def chosen(store: Store, planned: PlannedCell) -> tuple[PlannedCell, tuple[int, ...] | None]:
    """A planned cell with the checks of the models that it shall test, and these models.

    Without a choice, or with one of another run, these are `None` and it tests all.
    """
    try:
        document = json.loads(plain_text(store.cell_folder(planned.cell.id) / _FILE))
        models = tuple(map(int, document["models"]))
        if document["run"] != _run(store):
            return planned, None
    except (OSError, *DAMAGED):
        return planned, None
    return narrowed(planned, models), models


def narrowed(planned: PlannedCell, models: Collection[int]) -> PlannedCell:
    """A planned cell with the checks of some of its models alone."""
    checks = tuple(check for check in planned.checks if check.model in models)
    return replace(planned, checks=checks)


def _run(store: Store) -> str | None:
    return store.run or store.of_this_run().run

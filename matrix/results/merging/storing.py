"""Stores a merged run as a run of its own."""

from __future__ import annotations

from matrix.plan.plan_json import plan_document
from matrix.results.merging.linking import link_tree
from matrix.results.merging.stored_run import StoredRun
from matrix.run.store import Store


def store_run(run: StoredRun, store: Store) -> None:
    """Store everything that the cells left, and their outcomes as they are numbered now.

    When it has ended is not said yet.

    Raises:
        OSError: it cannot be written.
    """
    store.folder.mkdir(parents=True, exist_ok=True)
    store.reset_for(plan_document(run.plan), run.started)
    for cell, outcome in run.outcomes.items():
        folder = run.folders.get(cell)
        if folder and folder.is_dir():
            link_tree(folder, store.cell_folder(cell))
        if outcome:
            store.write(outcome)
            if cell not in run.finished:
                # What was known when a run ended early is no outcome.
                store.try_again([cell])
    for number, files in enumerate(run.inputs):
        place = store.inputs(number).emptied()
        if files:
            link_tree(files[0].parent, place)

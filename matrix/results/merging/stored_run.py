"""A run as it was stored, read back: its plan, and what its cells answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from matrix.called import call
from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError, UsageError
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.run.outcome import Outcome, from_document
from matrix.run.store import Store
from matrix.stored_files import DAMAGED, plain_bytes


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run as it was stored; `name` is what to call it in a sentence.

    `folders` has the folder of each cell, `inputs` the files that each model was fed. `finished`
    are the cells that have their outcome, and not only what was known of them when the run ended.
    """

    name: str
    plan: Plan
    outcomes: Mapping[str, Outcome | None]
    folders: Mapping[str, Path]
    inputs: Sequence[Sequence[Path]]
    started: datetime
    seconds: float
    complete: bool
    finished: Collection[str] = field(default=())


def stored_run(store: Store, name: str) -> StoredRun:
    """The run in a results folder, which sentences call `name`.

    Raises:
        UsageError: there is none.
        LoadmatrixError: it is damaged.
    """
    try:
        plan = plan_from(store.plan(), catalogue())
        run_facts = store.run_facts()
        cells = [planned.cell.id for planned in plan.cells]
        return StoredRun(
            name=name,
            plan=plan,
            outcomes={cell: store.read(cell) for cell in cells},
            folders={cell: store.cell_folder(cell) for cell in cells},
            inputs=[store.inputs(number).arrays for number in range(len(plan.models))],
            started=run_facts.started,
            seconds=run_facts.seconds,
            complete=run_facts.complete,
            finished=frozenset(_finished(store, cells)),
        )
    except (OSError, *DAMAGED) as error:
        # Nothing there is a wrong path; what is there and does not read is no fault of the call.
        kind = LoadmatrixError if store.plan_file.exists() else UsageError
        raise kind(
            f"{name} does not contain the results of a run ({_why(error)}). Give the folder that "
            f"`{call('matrix', 'MODEL')}` wrote."
        ) from error


def _why(error: Exception) -> str:
    return f"there is no {error.filename}" if isinstance(error, FileNotFoundError) else str(error)


def torn_outcomes(folder: Path) -> tuple[str, ...]:
    """Sentences about outcomes in a results folder that cannot be read: a disk was full, say."""
    return tuple(
        f"{path} is cut off or damaged: what it says is not used."
        for path in sorted(folder.glob("*/outcome.json"))
        if not _is_whole(path)
    )


def _finished(store: Store, cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        path = store.cell_folder(cell) / "outcome.json"
        if store.is_finished(cell) and (not path.exists() or _is_whole(path)):
            yield cell


def _is_whole(path: Path) -> bool:
    """Whether a file is the outcome of the cell in whose folder it is."""
    try:
        return from_document(json.loads(plain_bytes(path))).cell == path.parent.name
    except (OSError, *DAMAGED):
        return False

"""Takes what came back of a unit into the results of its run."""

from __future__ import annotations

import json
from dataclasses import replace

from matrix.run.keeping.parts import together
from matrix.run.outcome import Outcome, from_document
from matrix.run.remote.asked import Asked
from matrix.run.remote.kept_files import take_files
from matrix.run.remote.unit import UnitResult
from matrix.run.store import Store

_MOST_DOCUMENT = 256 * 2**20


def take(result: UnitResult, asked: Asked, store: Store) -> Outcome:
    """Store the outcome of a unit with its files; what is known of other models joins it.

    Raises:
        ValueError: what came back is no outcome of this cell.
        OSError: it cannot be written.
    """
    cell = asked.planned.cell.id
    outcome = _outcome(result, cell)
    with store.writing(cell):
        take_files(result.files, store.cell_folder(cell))
        return _stored(outcome, asked, store)


def take_known(asked: Asked, outcome: Outcome, store: Store) -> Outcome:
    """Store an outcome for which nothing had to be run."""
    with store.writing(asked.planned.cell.id):
        return _stored(outcome, asked, store)


def _stored(outcome: Outcome, asked: Asked, store: Store) -> Outcome:
    outcome = replace(outcome, models=asked.models)
    outcome = together(outcome, asked.known) if asked.known else outcome
    store.write(outcome)
    records = outcome.verification.checks if outcome.verification else {}
    for check in asked.planned.checks:
        record = records.get(check.id)
        calls = record.calls or () if record else ()
        store.try_first(check.model, {call.signature: call.file for call in calls if call.file})
    return outcome


def _outcome(result: UnitResult, cell: str) -> Outcome:
    if len(result.outcome) > _MOST_DOCUMENT:
        raise ValueError(f"its outcome has {len(result.outcome) // 2**20} MB")
    try:
        outcome = from_document(json.loads(result.outcome))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"its outcome is damaged ({type(error).__name__}: {error})") from error
    if outcome.cell != cell:
        raise ValueError(f"its outcome is that of {outcome.cell}")
    return outcome

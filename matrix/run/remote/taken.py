"""Takes what came back of a unit into the results of its run."""

from __future__ import annotations

import json
from dataclasses import replace

from matrix.known.known import Known
from matrix.log import logger
from matrix.run.keeping.joined_outcomes import together
from matrix.run.outcome import Outcome, from_document
from matrix.run.remote.asked import Asked
from matrix.run.remote.checked import checked_measured, checked_outcome
from matrix.run.remote.joint import Joint
from matrix.run.remote.kept_files import take_files
from matrix.run.remote.unit import UnitResult
from matrix.run.store import Store

_LOG = logger(__name__)


def take(
    result: UnitResult,
    asked: Asked,
    store: Store,
    known: Known | None = None,
    joint: Joint | None = None,
) -> Outcome:
    """Store the outcome of a unit with its files; what is known of other models joins it.

    With what is `known` of the plan, the keys are written by which a later run finds the answers.
    `joint` has the outcomes of other units about the same cell, if there are any.

    Raises:
        ValueError: what came back is no outcome of this cell.
        OSError: it cannot be written.
    """
    cell = asked.planned.cell.id
    outcome, files = checked_outcome(_outcome(result), asked), result.files
    if joint is not None:
        outcome, files = joint.named(outcome, files)
    with store.writing(cell):
        take_files(files, store.cell_folder(cell))
        if joint is not None:
            outcome = joint.with_unit(outcome, asked.numbers)
        outcome = _stored(outcome, asked, store, ended=joint is None or joint.is_whole)
        if known is not None:
            _note(result, asked, outcome, store, known)
        return outcome


def give_up(asked: Asked, joint: Joint, store: Store, why: str) -> Outcome | None:
    """Store that some models of a cell were lost; `None` where nothing of it is known anyway."""
    outcome = joint.without(asked.numbers, why)
    if outcome is None:
        return None
    with store.writing(asked.planned.cell.id):
        return _stored(outcome, asked, store, ended=joint.is_whole)


def take_known(asked: Asked, outcome: Outcome, store: Store) -> Outcome:
    """Store an outcome for which nothing had to be run."""
    with store.writing(asked.planned.cell.id):
        return _stored(outcome, asked, store)


def _stored(outcome: Outcome, asked: Asked, store: Store, *, ended: bool = True) -> Outcome:
    outcome = replace(outcome, models=asked.models)
    outcome = together(outcome, asked.known) if asked.known else outcome
    # Of a cell that has not ended more units are to come.
    (store.write if ended else store.write_open)(outcome)
    records = outcome.verification.checks if outcome.verification else {}
    for check in asked.planned.checks:
        record = records.get(check.id)
        if record:
            store.inputs(check.model).try_first(record.fed_files)
    return outcome


def _note(result: UnitResult, asked: Asked, outcome: Outcome, store: Store, known: Known) -> None:
    models = {check.model for check in asked.planned.checks}
    try:
        measured = checked_measured(result.measured, models)
        known.note(asked.planned, outcome, store, measured)
    except Exception as error:  # noqa: BLE001 - the outcome is stored, and this only saves time
        said = f"{type(error).__name__}: {error}"[:300]
        _LOG.warning("What %s answered is no known answer for later runs (%s).", outcome.cell, said)


def _outcome(result: UnitResult) -> Outcome:
    try:
        return from_document(json.loads(result.outcome))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = f"{type(error).__name__}: {error}"[:300]
        raise ValueError(f"its outcome is damaged ({said})") from error

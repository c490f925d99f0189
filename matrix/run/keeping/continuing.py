"""Goes on with a run that was killed or interrupted, where the same call is made again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from matrix.log import logger
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.run.keeping import earlier
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.keeping.run_key import run_key
from matrix.run.probing.scratch import remove_left_behind
from matrix.run.store import Store
from matrix.stored_files import DAMAGED

_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a run begins: anew, or where an earlier call was stopped.

    `plan` has only the cells to run in its order. `started` is when the first call began, and
    `before` the seconds that earlier calls took.
    """

    plan: Plan
    started: datetime
    before: float = 0.0
    is_new: bool = True


def begin(plan: Plan, options: Options, store: Store, started: datetime) -> Beginning:
    """Begin a run in its results folder, which nobody else may use meanwhile.

    What lies there is continued if it is the unfinished run of the same call, else set aside.
    """
    remove_left_behind()
    earlier.mend(store)
    if not earlier.answered(store):
        # A run without an answer has replaced nothing.
        earlier.restore(store)
    document = plan_document(plan)
    key = run_key(plan, options, document)
    if not options.fresh and (facts := _unfinished(store, key)):
        return _continued(plan, store, facts)
    earlier.set_aside(store)
    store.reset_for(document, started, key)
    return Beginning(plan=plan, started=started)


def _unfinished(store: Store, key: str) -> RunFacts | None:
    """The run that is stored here, where it can be continued by a call with this key."""
    try:
        facts = store.run_facts()
        same = store.plan_file.exists() and facts.key == key and not facts.complete
    except (OSError, *DAMAGED):
        return None
    # Only cells that were begun prove that the inputs of the run are whole.
    return facts if same and any(map(store.read, store.cells_on_disk())) else None


def _continued(plan: Plan, store: Store, facts: RunFacts) -> Beginning:
    left = tuple(cell for cell in plan.run_order if not store.is_settled(cell))
    done = len(plan.run_order) - len(left)
    _LOG.info(
        "Continuing the run of %s: %d of %d cells are done.",
        _clock(facts.started),
        done,
        len(plan.run_order),
    )
    facts = store.continue_with(plan_document(plan), left)
    remaining = replace(plan, run_order=left)
    return Beginning(plan=remaining, started=facts.started, before=facts.before, is_new=False)


def _clock(started: datetime) -> str:
    """The time as a clock shows it here, with the day where that is not today."""
    here = started.astimezone()
    today = datetime.now(UTC).astimezone().date() == here.date()
    return here.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")

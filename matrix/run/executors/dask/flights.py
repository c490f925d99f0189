"""Makes a flight of each cell of the runs that has to be sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from distributed import Client, Future

from matrix.isolation.isolation import MissingWalls
from matrix.known.known import Known, known_of
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors.dask import task
from matrix.run.executors.dask.flight import Flight
from matrix.run.remote.asked import asked, shared_value, unit_of
from matrix.run.remote.taken import take_known
from matrix.run.remote.unit import SharedValue


def flights(runs: Iterable[PlannedRun], client: Client) -> Iterator[Flight | Ended]:
    """Every cell of the runs as a flight, or its outcome where nothing has to be sent for it.

    A run is read when its first cell is drawn.

    Raises:
        LoadmatrixError: the inputs of a run are too large to be sent.
        OSError: they cannot be read, or an outcome cannot be written.
    """
    for run in runs:
        shared: tuple[str, Future[SharedValue]] | None = None
        known: Known | None = None
        for cell in run.cells:
            wanted = asked(run.plan, run.store, cell)
            if outcome := wanted.answered_here:
                yield Ended(run=run, outcome=take_known(wanted, outcome, run.store))
                continue
            # This is drawn slowly: inputs are read where they are needed, and not kept.
            if shared is None:
                shared, known = _sent(run, client), _known(run)
            unit = unit_of(wanted, shared[0], run.options, run.store)
            yield Flight(run=run, asked=wanted, unit=unit, shared=shared[1], known=known)


def _sent(run: PlannedRun, client: Client) -> tuple[str, Future[SharedValue]]:
    """The digest of what the cells of a run share, and where the scheduler has it."""
    value = shared_value(run.plan, run.options, run.store)
    key = f"loadmatrix-shared-{value.digest[:16]}-{secrets.token_hex(4)}"
    return value.digest, client.submit(task.keep, value, key=key, pure=False)


def _known(run: PlannedRun) -> Known | None:
    """What is known of a run, for the keys of its answers."""
    try:
        return known_of(run.plan, run.options)
    except MissingWalls:
        # Here: the workers may have them.
        return None

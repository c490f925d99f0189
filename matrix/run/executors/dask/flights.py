"""Makes a flight of each cell of the runs that has to be sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence

from distributed import Client, Future

from matrix.isolation.isolation import MissingWalls
from matrix.known.known import Known, known_of
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors.dask import task
from matrix.run.executors.dask.flight import Flight
from matrix.run.outcome import Outcome
from matrix.run.remote.asked import Asked, asked, shared_values, too_large, unit_of
from matrix.run.remote.joint import Joint
from matrix.run.remote.taken import take_known
from matrix.run.remote.unit import SharedValue


def flights(runs: Iterable[PlannedRun], client: Client) -> Iterator[Flight | Ended]:
    """Every cell of the runs as a flight, or its outcome where nothing has to be sent for it.

    A run is read when its first cell is drawn. Where its inputs are too large to be sent at once, a
    cell has several flights, each about some of its models.

    Raises:
        OSError: they cannot be read, or an outcome cannot be written.
    """
    for run in runs:
        cells: list[Asked] = []
        for cell in run.cells:
            wanted = asked(run.plan, run.store, cell)
            if outcome := wanted.answered_here:
                yield Ended(run=run, outcome=take_known(wanted, outcome, run.store))
            else:
                cells.append(wanted)
        if cells:
            yield from _of_cells(run, client, cells)


def _of_cells(run: PlannedRun, client: Client, cells: Sequence[Asked]) -> Iterator[Flight | Ended]:
    models = frozenset[int]().union(*(wanted.numbers for wanted in cells))
    never, known = too_large(run.store, models), _known(run)
    joints = [Joint.about(wanted.numbers, never) for wanted in cells]
    for wanted, joint in zip(cells, joints, strict=True):
        if wanted.numbers and joint.is_whole:
            alone = Outcome(cell=wanted.planned.cell.id, seconds=0.0, absent=joint.never)
            yield Ended(run=run, outcome=take_known(wanted, alone, run.store))
    sendable = sorted(models - never.keys())
    # This is drawn slowly: inputs are read where they are needed, and not kept.
    for turn, value in enumerate(shared_values(run.plan, run.options, run.store, sendable)):
        digest, numbers, shared = value.digest, frozenset(value.inputs), _sent(value, client)
        del value
        for wanted, joint in zip(cells, joints, strict=True):
            some = wanted.of(numbers)
            # A cell without checks is run for its environment.
            if some.numbers or (turn == 0 and not wanted.numbers):
                unit = unit_of(some, digest, run.options, run.store)
                yield Flight(
                    run=run, asked=some, unit=unit, shared=shared, known=known, joint=joint
                )


def _sent(value: SharedValue, client: Client) -> Future[SharedValue]:
    """What units share, as the scheduler has it."""
    key = f"loadmatrix-shared-{value.digest[:16]}-{secrets.token_hex(4)}"
    return client.submit(task.keep, value, key=key, pure=False)


def _known(run: PlannedRun) -> Known | None:
    """What is known of a run, for the keys of its answers."""
    try:
        return known_of(run.plan, run.options)
    except MissingWalls:
        # Here: the workers may have them.
        return None

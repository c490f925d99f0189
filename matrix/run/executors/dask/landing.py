"""Takes what has come back of cells: an outcome, a reason to send one again, or to give it up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from distributed import KilledWorker

from matrix.files import what_failed
from matrix.log import logger
from matrix.run import progress
from matrix.run.executors.dask.cluster import Cluster
from matrix.run.executors.dask.flight import Flight
from matrix.run.executors.dask.lacking_models import send_lacking
from matrix.run.outcome import Outcome
from matrix.run.remote.checked import checked_answer
from matrix.run.remote.taken import give_up, take
from matrix.run.remote.unit import UnitResult

_LOG = logger(__name__)


class Landing:
    """Where cells come back; `send` sends one again, to some workers or, without any, to all.

    `complaint` says why a cell was given up at last.
    """

    def __init__(self, cluster: Cluster, send: Callable[[Flight, Sequence[str]], None]) -> None:
        self._cluster = cluster
        self._send = send
        self.complaint = ""

    def outcome(self, flight: Flight) -> Outcome | None:
        """The outcome of a cell that has come back; `None` where it goes again, or is given up.

        Raises:
            Lost: the scheduler is gone.
        """
        status = flight.future.status
        if status == "finished":
            try:
                worker, result = checked_answer(flight.future.result())
            except ValueError as wrong:
                return self.again(flight, f"what a worker sent back cannot be used: {wrong}")
            return self._judged(flight, worker, result)
        if status in ("cancelled", "lost"):
            if not self._cluster.is_there:
                raise self._cluster.scheduler_lost
            return self.again(flight, "what it needs was lost with a worker")
        error = flight.future.exception()
        if isinstance(error, KilledWorker):
            return self.again(flight, f"the worker {error.last_worker.address} was lost")
        return self.again(flight, _said(error))

    def _judged(self, flight: Flight, worker: str, result: UnitResult) -> Outcome | None:
        if worker not in flight.tried:
            flight.tried.append(worker)
        if result.lacking:
            unsent = send_lacking(self._cluster.client, flight, worker, result)
            flight.unit = flight.unit.after_sending(unsent)
            self._send(flight, [worker])
            return None
        if not result.outcome:
            return self.again(flight, result.failed)
        if result.is_elsewhere_better and flight.may_go_again and self._elsewhere(flight):
            flight.so_far = result
            why = f"the machine of {worker} ({result.host}) could not test all of it"
            return self.again(flight, why)
        return self._taken(flight, result)

    def _taken(self, flight: Flight, result: UnitResult) -> Outcome | None:
        for sentence in result.warnings:
            _LOG.warning("%s", sentence)
        try:
            outcome = take(result, flight.asked, flight.run.store, flight.known, flight.joint)
        except ValueError as error:
            flight.so_far = None
            return self.again(flight, f"what {result.host} sent back cannot be used: {error}")
        except OSError as error:
            return self._given_up(flight, what_failed(error))
        return outcome if flight.joint.is_whole else None

    def _elsewhere(self, flight: Flight) -> list[str]:
        """The workers that have not tried a cell; of our own all are one machine."""
        if self._cluster.is_ours:
            return []
        return [worker for worker in self._cluster.slots() if worker not in flight.tried]

    def again(self, flight: Flight, why: str) -> Outcome | None:
        """Send a cell again, elsewhere where that can be; or what is known of it, if anything."""
        why = why.rstrip(".")
        if flight.may_go_again:
            flight.count()
            _LOG.info("%s is run again: %s.", flight.name, why)
            flight.unit = flight.unit.for_another(may_ask=flight.run.options.ship_models)
            self._send(flight, self._elsewhere(flight))
            return None
        if flight.so_far:
            return self._taken(flight, flight.so_far)
        return self._given_up(flight, why)

    def _given_up(self, flight: Flight, why: str) -> Outcome | None:
        """Say that a cell could not be run; what other units say of it, where that is all."""
        self.complaint = f"{flight.name} could not be run: {why.rstrip('.')}."
        _LOG.warning("%s", self.complaint)
        progress.note(flight.run.store, flight.unit.cell, progress.WAITING)
        with contextlib.suppress(OSError):
            outcome = give_up(flight.asked, flight.joint, flight.run.store, why)
            return outcome if flight.joint.is_whole else None
        return None


def _said(error: BaseException | None) -> str:
    if isinstance(error, ModuleNotFoundError | AttributeError):
        return (
            f"a worker or the scheduler has no loadmatrix, or another one ({error}). Install the "
            "same version there, with loadmatrix[dask]"
        )
    return f"{type(error).__name__}: {error}"[:300]

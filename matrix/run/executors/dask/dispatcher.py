"""Sends cells to workers, a few more than they can run at a time, and takes their answers."""

from __future__ import annotations

import contextlib
import queue
import secrets
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

from distributed import Future, KilledWorker

from matrix.files import what_failed
from matrix.log import logger
from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors.dask import task
from matrix.run.executors.dask.cluster import Cluster
from matrix.run.executors.dask.flight import Flight
from matrix.run.executors.dask.flights import flights
from matrix.run.executors.dask.lacking_models import send_lacking
from matrix.run.keeping.interrupts import raise_again
from matrix.run.outcome import Outcome
from matrix.run.remote.checked import checked_answer
from matrix.run.remote.taken import give_up, take
from matrix.run.remote.unit import UnitResult
from matrix.shown import on_one_line

_LOG = logger(__name__)
_POLL_SECONDS = 0.2
# Units a worker runs and has waiting: with one more it need not wait for us.
_PER_SLOT = 2
_STOP_SECONDS = 10
# How long a run waits where no worker is left.
_WORKERS_SECONDS = 600


class Lost(Exception):
    """The scheduler or all workers are gone, and with them what was on its way: as a sentence."""


class Dispatcher:
    """The cells of runs on their way, which are drawn one after the other when there is room."""

    def __init__(self, *, cluster: Cluster, runs: Iterable[PlannedRun]) -> None:
        self._cluster = cluster
        self._to_send = flights(runs, cluster.client)
        self._has_more = True
        self._flights: dict[str, Flight] = {}
        self._news: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._topic = f"loadmatrix-{secrets.token_hex(8)}"
        self._here: list[Ended] = []
        self._complaint = ""
        self._without_workers: float | None = None
        self.has_ended_any = False
        cluster.client.subscribe_topic(self._topic, self._news.put)

    @property
    def why_none(self) -> str:
        """Why no cell was run at all; empty where one was."""
        return "" if self.has_ended_any else self._complaint

    @property
    def _scheduler_lost(self) -> Lost:
        return Lost(f"The Dask scheduler at {self._cluster.address} is gone.")

    def outcomes(self) -> Generator[Ended, None, None]:
        """The outcome of each cell.

        Raises:
            Lost: the scheduler is gone, or all workers are.
        """
        while True:
            self._fill()
            while self._here:
                self.has_ended_any = True
                yield self._here.pop(0)
            if not self._flights:
                if not self._has_more:
                    return
                continue
            for ended in self._next():
                self.has_ended_any = True
                yield ended

    def stop(self) -> None:
        """End what still runs, and wait until it has ended."""
        client = self._cluster.client
        flights, self._flights = self._flights, {}
        if not self._cluster.is_there:
            return
        running = {flight.key for flight in flights.values() if flight.begun and not flight.is_over}
        with contextlib.suppress(Exception):
            client.cancel([flight.future for flight in flights.values()], force=True)
        end = time.monotonic() + _STOP_SECONDS
        while running and time.monotonic() < end and self._cluster.is_there:
            with contextlib.suppress(queue.Empty):
                news = self._news.get(timeout=_POLL_SECONDS)
                if not isinstance(news, Future) and task.is_news(news[1]):
                    running -= {news[1]["key"]} if news[1]["what"] == task.OVER else set()
        with contextlib.suppress(Exception):
            client.unsubscribe_topic(self._topic)

    def _fill(self) -> None:
        most = _PER_SLOT * max(1, sum(self._cluster.slots().values()))
        while self._has_more and len(self._flights) < most and not self._here:
            match next(self._to_send, None):
                case None:
                    self._has_more = False
                case Ended() as ended:
                    self._here.append(ended)
                case Flight() as flight:
                    self._send(flight)

    def _send(self, flight: Flight, workers: Sequence[str] = ()) -> None:
        """Send a cell, to one of some workers or to any."""
        flight.targets = tuple(workers)
        flight.future = self._cluster.client.submit(
            task.perform,
            flight.unit,
            flight.shared,
            self._topic,
            key=flight.start(),
            pure=False,
            retries=0,
            # In the order of the plan: the first cells tell which inputs the others begin with.
            fifo_timeout=0,
            priority=int(bool(flight.again)),
            workers=list(workers) or None,
        )
        self._flights[flight.key] = flight
        flight.future.add_done_callback(self._news.put)

    def _next(self) -> Iterator[Ended]:
        """What is new: at most one cell has ended."""
        raise_again()
        try:
            news = self._news.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            news = None
        if not self._cluster.is_there:
            raise self._scheduler_lost
        if news is None:
            self._wait_for_workers()
            yield from self._sent_where_workers_are()
            return
        if not isinstance(news, Future):
            self._hear(news[1])
            return
        flight = self._flights.pop(str(news.key), None)
        if flight is not None and (outcome := self._landed(flight)):
            yield Ended(run=flight.run, outcome=outcome)

    def _wait_for_workers(self) -> None:
        """Say that there are none, and wait for them only so long.

        Raises:
            Lost: none has come.
        """
        if self._cluster.slots():
            self._without_workers = None
            return
        if self._without_workers is None:
            self._without_workers = time.monotonic()
            _LOG.warning(
                "The Dask scheduler at %s has no workers any more. Waiting %d minutes for one: "
                "dask worker %s --nthreads 1. Ctrl-C ends the run and keeps what is known.",
                self._cluster.address,
                _WORKERS_SECONDS // 60,
                self._cluster.address,
            )
        if time.monotonic() - self._without_workers > _WORKERS_SECONDS:
            raise Lost(f"No worker has come to the Dask scheduler at {self._cluster.address}.")

    def _sent_where_workers_are(self) -> Iterator[Ended]:
        """Send again what a scheduler would keep for ever: cells for workers that have gone.

        It may do so with what they had begun as well, to repeat it there by itself.
        """
        there = self._cluster.slots().keys()
        for flight in list(self._flights.values()):
            if not flight.targets or not there.isdisjoint(flight.targets) or flight.future.done():
                continue
            del self._flights[flight.key]
            flight.future.cancel()
            if not flight.begun:
                flight.unit = flight.unit.for_another(may_ask=flight.run.options.ship_models)
                self._send(flight)
            elif outcome := self._again(flight, f"the worker {flight.targets[0]} was lost"):
                yield Ended(run=flight.run, outcome=outcome)

    def _hear(self, said: Any) -> None:
        """A worker has begun with a cell, or is through with it."""
        if not task.is_news(said) or not (flight := self._flights.get(said["key"])):
            return
        flight.is_over = said["what"] == task.OVER
        if flight.is_over:
            return
        before = flight.begun[-1:]
        worker, host = on_one_line(said["worker"]), on_one_line(said["host"])
        if flight.begin(worker):
            _LOG.warning(
                "%s is run again on %s: its worker %s was lost.", flight.name, worker, *before
            )
        cell, store = flight.unit.cell, flight.run.store
        where = "" if self._cluster.is_ours else f"on {host}"
        progress.note(store, cell, progress.STARTING, detail=where)

    def _landed(self, flight: Flight) -> Outcome | None:
        """The outcome of a cell that has come back, `None` where it goes again or is lost."""
        status = flight.future.status
        if status == "finished":
            try:
                worker, result = checked_answer(flight.future.result())
            except ValueError as wrong:
                return self._again(flight, f"what a worker sent back cannot be used: {wrong}")
            return self._judged(flight, worker, result)
        if status in ("cancelled", "lost"):
            if not self._cluster.is_there:
                raise self._scheduler_lost
            return self._again(flight, "what it needs was lost with a worker")
        error = flight.future.exception()
        if isinstance(error, KilledWorker):
            return self._again(flight, f"the worker {error.last_worker.address} was lost")
        return self._again(flight, _said(error))

    def _judged(self, flight: Flight, worker: str, result: UnitResult) -> Outcome | None:
        if worker not in flight.tried:
            flight.tried.append(worker)
        if result.lacking:
            unsent = send_lacking(self._cluster.client, flight, worker, result)
            flight.unit = flight.unit.after_sending(unsent)
            self._send(flight, [worker])
            return None
        if not result.outcome:
            return self._again(flight, result.failed)
        if result.is_elsewhere_better and flight.may_go_again and self._elsewhere(flight):
            flight.so_far = result
            why = f"the machine of {worker} ({result.host}) could not test all of it"
            return self._again(flight, why)
        return self._taken(flight, result)

    def _taken(self, flight: Flight, result: UnitResult) -> Outcome | None:
        for sentence in result.warnings:
            _LOG.warning("%s", sentence)
        try:
            outcome = take(result, flight.asked, flight.run.store, flight.known, flight.joint)
        except ValueError as error:
            flight.so_far = None
            return self._again(flight, f"what {result.host} sent back cannot be used: {error}")
        except OSError as error:
            return self._lost(flight, what_failed(error))
        return outcome if flight.joint.is_whole else None

    def _elsewhere(self, flight: Flight) -> list[str]:
        """The workers that have not tried a cell; of our own all are one machine."""
        if self._cluster.is_ours:
            return []
        return [worker for worker in self._cluster.slots() if worker not in flight.tried]

    def _again(self, flight: Flight, why: str) -> Outcome | None:
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
        return self._lost(flight, why)

    def _lost(self, flight: Flight, why: str) -> Outcome | None:
        """Say that a cell could not be run; what other units say of it, where that is all."""
        self._complaint = f"{flight.name} could not be run: {why.rstrip('.')}."
        _LOG.warning("%s", self._complaint)
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

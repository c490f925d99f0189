"""Sends cells to workers, a few more than they can run at a time, and hears how they get on."""

from __future__ import annotations

import contextlib
import queue
import secrets
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

from distributed import Future

from matrix.log import logger
from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors.dask import task
from matrix.run.executors.dask.cluster import Cluster, Lost
from matrix.run.executors.dask.flight import Flight
from matrix.run.executors.dask.flights import flights
from matrix.run.executors.dask.landing import Landing
from matrix.run.keeping.interrupts import raise_again
from matrix.shown import on_one_line

_LOG = logger(__name__)
_POLL_SECONDS = 0.2
# Units a worker runs and has waiting: with one more it need not wait for us.
_PER_SLOT = 2
_STOP_SECONDS = 10
# How long a run waits where no worker is left.
_WORKERS_SECONDS = 600


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
        self._landing = Landing(cluster, self._send)
        self._without_workers: float | None = None
        self.has_ended_any = False
        cluster.client.subscribe_topic(self._topic, self._news.put)

    @property
    def why_none(self) -> str:
        """Why no cell was run at all; empty where one was."""
        return "" if self.has_ended_any else self._landing.complaint

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
            raise self._cluster.scheduler_lost
        if news is None:
            self._wait_for_workers()
            yield from self._sent_where_workers_are()
            return
        if not isinstance(news, Future):
            self._hear(news[1])
            return
        flight = self._flights.pop(str(news.key), None)
        if flight is not None and (outcome := self._landing.outcome(flight)):
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
            elif outcome := self._landing.again(flight, f"the worker {flight.targets[0]} was lost"):
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

"""The scheduler and workers of a run: of our own on this machine, or those at an address."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster

from matrix.errors import LoadmatrixError
from matrix.log import logger, verbosity
from matrix.machine import default_jobs
from matrix.run.keeping.interrupts import raise_again

_LOG = logger(__name__)
_CONNECT_SECONDS = 10
# Workers of a cluster that was just started may come a little later.
_WORKERS_SECONDS = 60
# How often the scheduler is asked who its workers are.
_LOOK_SECONDS = 2.0
_CLOSE_SECONDS = 5
_SETTINGS = {
    # A unit that lost its worker is sent again by us, who count and say so.
    "distributed.scheduler.allowed-failures": 0,
    # What units share and models that are sent are as large as they are.
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    # Stacks of a thread that waits for a process tell nothing, and are taken all the time.
    "distributed.worker.profile.enabled": False,
}


class Lost(Exception):
    """The scheduler or all workers are gone, and with them what was on its way: as a sentence."""


@dataclass(kw_only=True)
class Cluster:
    """A client of the scheduler at `address`; `is_ours` is one that ends with the run."""

    client: Client
    address: str
    is_ours: bool
    _slots: dict[str, int] = field(default_factory=dict)
    _looked: float = 0.0

    @property
    def is_there(self) -> bool:
        """Whether the scheduler is."""
        return str(self.client.status) == "running"

    @property
    def scheduler_lost(self) -> Lost:
        """What to raise where it is not there any more."""
        return Lost(f"The Dask scheduler at {self.address} is gone.")

    def slots(self) -> dict[str, int]:
        """How many units each worker runs at a time, by its address."""
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS and self.is_there:
            self._looked = now
            with contextlib.suppress(OSError, asyncio.CancelledError):
                self._slots = dict(self.client.nthreads())
        return self._slots


@contextlib.contextmanager
def connected(place: str, jobs: int | None) -> Iterator[Cluster]:
    """The cluster at a place (an address or a scheduler file), or one of `jobs` workers here.

    Raises:
        LoadmatrixError: there is none, or it has no workers.
    """
    with dask.config.set(_SETTINGS), _quiet(), contextlib.ExitStack() as stack:
        if place:
            cluster = Cluster(client=_client_at(place), address=place, is_ours=False)
        else:
            own = stack.enter_context(_own(jobs or default_jobs()))
            client = Client(own, timeout=_CONNECT_SECONDS, direct_to_workers=True)
            cluster = Cluster(client=client, address=own.scheduler_address, is_ours=True)
        stack.callback(_close, cluster.client)
        _wait_for_workers(cluster)
        if not cluster.is_ours:
            _tell_how_it_retries(cluster)
        yield cluster


@contextlib.contextmanager
def _own(workers: int) -> Iterator[Any]:
    # Memory is watched by the probes, which know what is the model's. A cell at a time a worker.
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


def _client_at(place: str) -> Client:
    try:
        if "://" not in place and Path(place).suffix == ".json":
            return Client(scheduler_file=place, timeout=_CONNECT_SECONDS)
        return Client(place, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise LoadmatrixError(
            f"No Dask scheduler answers at {place} ({said}). Start one (dask scheduler), or give "
            "its address as --executor dask:tcp://HOST:8786."
        ) from error


def _wait_for_workers(cluster: Cluster) -> None:
    end = time.monotonic() + _WORKERS_SECONDS
    while not cluster.slots():
        raise_again()
        if time.monotonic() > end or not cluster.is_there:
            raise LoadmatrixError(
                f"The Dask scheduler at {cluster.address} has no workers. Start some on machines "
                f"that have loadmatrix: dask worker {cluster.address} --nthreads 1"
            )
        time.sleep(0.2)


def _tell_how_it_retries(cluster: Cluster) -> None:
    """A scheduler that is not ours may send a unit again by itself when a worker is lost."""
    with contextlib.suppress(Exception):
        most = cluster.client.run_on_scheduler(
            dask.config.get, "distributed.scheduler.allowed-failures"
        )
        if most:
            _LOG.info(
                "The Dask scheduler at %s sends a cell whose worker is lost again up to %d times "
                "by itself; each time is told.",
                cluster.address,
                most,
            )


def _close(client: Client) -> None:
    with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
        client.close(timeout=_CLOSE_SECONDS)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs of lost workers is told by us, in the words of a run."""
    # Most of them have a level of their own.
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    levels = {name: logging.getLogger(name).level for name in names if verbosity() <= 0}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

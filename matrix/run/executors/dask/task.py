"""What a Dask worker is asked to do. It runs nothing itself: each of its threads has a process."""

from __future__ import annotations

import atexit
import threading
from typing import Any

from distributed import get_worker
from distributed.core import Status

from matrix.run.remote.shipping import Package, unpack
from matrix.run.remote.unit import SharedValue, Unit, UnitResult, disagreement, failed, host_name
from matrix.run.remote.unit_process import ProcessLost, UnitProcess

# What a run hears of its units while they are not done, under a topic of its own.
BEGUN, OVER = "begun", "over"
_GOING_ON = ("executing", "long-running")
_UP = (Status.running, Status.paused, Status.closing_gracefully)
_of_thread = threading.local()


def keep(shared: SharedValue) -> SharedValue:
    """Have what units share on the workers: a task, so that it is there again if one is lost."""
    return shared


def perform(unit: Unit, shared: SharedValue, topic: str) -> tuple[str, UnitResult]:
    """The address of this worker, and the result of a unit."""
    worker = get_worker()
    key = str(worker.get_current_task())
    _tell(worker, topic, BEGUN, key)
    try:
        return worker.address, _performed(worker, key, unit, shared)
    finally:
        _tell(worker, topic, OVER, key)


def receive(package: Package) -> str:
    """Put a model into the cache of this machine; why it is not there, empty where it is."""
    try:
        return unpack(package)
    except OSError as error:
        return f"{package.model.shown} cannot be written on {host_name()}: {error.strerror}"


def _performed(worker: Any, key: str, unit: Unit, shared: SharedValue) -> UnitResult:
    if complaint := disagreement(unit):
        return failed(complaint)
    try:
        return _process().perform(unit, shared, lambda: _is_wanted(worker, key))
    except ProcessLost:
        return failed(
            f"On {host_name()} the process that ran {unit.cell} was killed. Memory may be short"
        )


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the scheduler still waits for a task: not where its run was stopped or is gone."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state in _GOING_ON and worker.status in _UP


def _process() -> UnitProcess:
    if not hasattr(_of_thread, "process"):
        _of_thread.process = UnitProcess()
        atexit.register(_of_thread.process.stop)
    process: UnitProcess = _of_thread.process
    return process


def _tell(worker: Any, topic: str, what: str, key: str) -> None:
    said = {"what": what, "key": key, "worker": worker.address, "host": host_name()}
    worker.log_event(topic, said)


def is_news(said: Any) -> bool:
    """Whether a worker has said what a unit says there."""
    fields = ("what", "key", "worker", "host")
    return isinstance(said, dict) and all(isinstance(said.get(name), str) for name in fields)

"""The executors by the name that `--executor` takes."""

from __future__ import annotations

from collections.abc import Callable

from matrix.errors import UsageError
from matrix.run.executor import Executor
from matrix.run.executors.dask.executor import DaskExecutor
from matrix.run.executors.in_process import InProcessExecutor
from matrix.run.executors.nox import NoxExecutor

EXECUTORS: dict[str, Executor] = {"nox": NoxExecutor(), "in-process": InProcessExecutor()}
# Those that may be told where: `dask:tcp://host:8786`.
WITH_PLACE: dict[str, Callable[[str], Executor]] = {"dask": DaskExecutor}


def executor_named(name: str) -> Executor:
    """The executor of a name.

    Raises:
        UsageError: there is none, or what it needs is not installed.
    """
    kind, _, place = name.partition(":")
    if kind in WITH_PLACE:
        return WITH_PLACE[kind](place)
    if name not in EXECUTORS:
        names = ", ".join([*EXECUTORS, *WITH_PLACE])
        raise UsageError(f"Unknown executor {name}. Choose one of {names}.")
    return EXECUTORS[name]

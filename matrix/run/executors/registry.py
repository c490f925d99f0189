"""The executors by the name that `--executor` takes."""

from __future__ import annotations

from matrix.errors import UsageError
from matrix.run.executor import Executor
from matrix.run.executors.in_process import InProcessExecutor
from matrix.run.executors.nox import NoxExecutor

EXECUTORS: dict[str, Executor] = {"nox": NoxExecutor(), "in-process": InProcessExecutor()}


def executor_named(name: str) -> Executor:
    """The executor of a name.

    Raises:
        UsageError: there is none.
    """
    if name not in EXECUTORS:
        names = ", ".join(EXECUTORS)
        raise UsageError(f"Unknown executor {name}. Choose one of {names}.")
    return EXECUTORS[name]

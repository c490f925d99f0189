"""Runs the cells one after the other in this process, without nox."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from matrix.run.cell import CellRun
from matrix.run.executor import Ended, PlannedRun
from matrix.run.processes import termination_raises


class InProcessExecutor:
    """One cell at a time. The probes are processes of their own, as everywhere."""

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        """The outcome of each cell; see `Executor`."""
        with termination_raises():
            for run in runs:
                yield from _outcomes(run)


def _outcomes(run: PlannedRun) -> Generator[Ended, None, None]:
    if not run.cells:
        return
    cells = CellRun.of_plan(run.plan, run.options, run.store)
    for identity in run.cells:
        yield Ended(run=run, outcome=cells.run(run.plan.cell(identity)))

"""Runs the cells one after the other in this process, without nox."""

from __future__ import annotations

from collections.abc import Generator

from matrix.run.cell import CellRun
from matrix.run.executor import PlannedRun
from matrix.run.outcome import Outcome
from matrix.run.processes import termination_raises


class InProcessExecutor:
    """One cell at a time. The probes are processes of their own, as everywhere."""

    def outcomes(self, run: PlannedRun) -> Generator[Outcome, None, None]:
        """The outcome of each cell; see `Executor`."""
        cells = CellRun.of_plan(run.plan, run.options, run.store)
        with termination_raises():
            for identity in run.plan.run_order:
                yield cells.run(run.plan.cell(identity))

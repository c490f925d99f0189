"""The protocol of executors, which run the cells of a plan."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.run.keeping.interrupts import raise_again
from matrix.run.outcome import Outcome
from matrix.run.store import Store


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """A plan to run: with which options, and where its results are stored.

    `noxfile` offers the cells as sessions, for executors that use nox.
    """

    plan: Plan
    options: Options
    store: Store
    noxfile: Path


class Executor(Protocol):
    """Runs the cells in `plan.run_order` and yields the outcome of each, as each is done.

    Cells may run side by side, in any order and on other machines: a plan names Python versions
    and no place of the machine that made it, except the paths of the models as they were given.
    Large outputs belong into `store.cell_folder(cell)`; an outcome that the executor has not
    written into the store is written by who called it.
    """

    def outcomes(self, run: PlannedRun) -> Generator[Outcome, None, None]:
        """The outcome of each cell. Closing the generator stops all that still runs.

        Raises:
            LoadmatrixError: no cell could be run.
            KeyboardInterrupt: the run was stopped before its end.
        """
        ...


def run_cells(executor: Executor, run: PlannedRun) -> bool:
    """Run every cell of the plan that needs a run; `False` where it was stopped before its end.

    Raises:
        LoadmatrixError: no cell could be run.
    """
    if not run.plan.run_order:
        return True
    try:
        raise_again()
        with contextlib.closing(executor.outcomes(run)) as outcomes:
            for outcome in outcomes:
                raise_again()
                if not run.store.is_finished(outcome.cell):
                    run.store.write(outcome)
    except KeyboardInterrupt:
        return False
    return True

"""The protocol of executors, which run the cells of plans."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from matrix.catalogue.releases import catalogue
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.run.keeping.interrupts import raise_again
from matrix.run.outcome import Outcome
from matrix.run.store import Store


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """Cells of a plan to run, in this order: with which options, and where results are stored.

    `noxfile` offers the workers as sessions, for executors that use nox. `part` is the number of
    the part where the run of a call is divided, else 0. `held` is the plan where the caller has it
    at hand anyway.
    """

    cells: tuple[str, ...]
    options: Options
    store: Store
    noxfile: Path
    part: int = 0
    held: Plan | None = None

    @classmethod
    def of(cls, plan: Plan, options: Options, store: Store, noxfile: Path) -> PlannedRun:
        """The cells of a plan that need a run."""
        cells = plan.run_order
        return cls(cells=cells, options=options, store=store, noxfile=noxfile, held=plan)

    @functools.cached_property
    def plan(self) -> Plan:
        """The plan that the cells are of; read from the results folder when it is first needed.

        Raises:
            OSError: it cannot be read.
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        return self.held or plan_from(self.store.plan(), catalogue())


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The outcome of a cell of a run."""

    run: PlannedRun
    outcome: Outcome


class Executor(Protocol):
    """Runs the cells of each run in their order and yields the outcome of each, as each is done.

    Runs are drawn one after the other, the next one only when fewer cells wait than can be started:
    a call may have many, and each plan takes memory. Cells may run side by side, in any order and
    on other machines: a plan names Python versions and no place of the machine that made it, except
    the paths of the models as they were given. Large outputs belong into `store.cell_folder(cell)`;
    an outcome that the executor has not written into the store is written by who called it.
    """

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        """The outcome of each cell. Closing the generator stops all that still runs.

        Raises:
            LoadmatrixError: no cell could be run.
            KeyboardInterrupt: the run was stopped before its end.
        """
        ...


def run_cells(
    executor: Executor,
    runs: Iterable[PlannedRun],
    ended: Callable[[Ended], None] = lambda _: None,
) -> bool:
    """Run every cell of the runs; `False` where that was stopped before its end.

    `ended` is told of each cell when its outcome is stored.

    Raises:
        LoadmatrixError: no cell could be run.
    """
    try:
        raise_again()
        with contextlib.closing(executor.outcomes(runs)) as outcomes:
            for one in outcomes:
                raise_again()
                store = one.run.store
                if not store.is_finished(one.outcome.cell):
                    store.write(one.outcome)
                ended(one)
    except KeyboardInterrupt:
        return False
    return True

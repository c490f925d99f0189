"""A worker: takes the cells of a run one after the other until none is left.

What all cells share is done once for each worker and not for each cell: nox and this tool are
started, the options are read, and the walls of this machine are looked for. A plan is read when the
first of its cells is taken, and kept until one of another plan is.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.environments.clean import models_in_use
from matrix.errors import LoadmatrixError
from matrix.files import what_failed
from matrix.log import logger
from matrix.options.options import Options
from matrix.options.reading import cell_options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.run import progress
from matrix.run.cell import CellRun
from matrix.run.store import Store
from matrix.run.workers.waiting_cells import WaitingCells

_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Current:
    """The run that a worker works on."""

    results: Path
    plan: Plan
    cells: CellRun

    @classmethod
    def of(cls, results: Path, options: Options) -> _Current:
        store = Store(folder=results).of_this_run()
        plan = plan_from(store.plan(), catalogue())
        return cls(results=results, plan=plan, cells=CellRun.of_plan(plan, options, store))


@models_in_use()
def work(arguments: Sequence[str], folder: Path, waiting: Path) -> int:
    """Run cells that wait in a folder; the exit code.

    A cell that cannot be run leaves the others alone, and has no outcome.
    """
    options = cell_options(arguments, folder)
    current: _Current | None = None
    code = 0
    for one in WaitingCells(folder=waiting).taken():
        store = Store(folder=one.results)
        try:
            if current is None or current.results != one.results:
                current = None
                current = _Current.of(one.results, options)
            current.cells.run(current.plan.cell(one.cell))
        except LoadmatrixError as error:
            _tell(store, one.cell, str(error))
            code = error.exit_code
        except OSError as error:
            _tell(store, one.cell, what_failed(error))
            code = LoadmatrixError.exit_code
        except Exception:  # noqa: BLE001 - the next cell is to be run all the same
            traceback.print_exc()
            said = "a mistake in this program; its traceback is in results/nox.log"
            _tell(store, one.cell, said)
            code = LoadmatrixError.exit_code
    return code


def _tell(store: Store, cell: str, sentence: str) -> None:
    """Why a cell has no outcome, to who watches the run and into the log."""
    _LOG.warning("%s: %s", cell, sentence)
    progress.note(store, cell, progress.WAITING, warnings=[f"{cell}: {sentence}"])

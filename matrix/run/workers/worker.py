"""A worker: takes the cells of a run one after the other until none is left.

What all cells share is done once for each worker and not for each cell: nox and this tool are
started, options and plan are read, and the walls of this machine are looked for.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.environments.clean import models_in_use
from matrix.errors import LoadmatrixError
from matrix.files import what_failed
from matrix.log import logger
from matrix.options.options import read_options
from matrix.plan.plan_json import plan_from
from matrix.run import progress
from matrix.run.cell import CellRun
from matrix.run.store import Store
from matrix.run.workers.waiting_cells import WaitingCells

_LOG = logger(__name__)


@models_in_use()
def work(arguments: Sequence[str], folder: Path, plan_file: Path, waiting: Path) -> int:
    """Run cells of the plan in `plan_file` that wait in a folder; the exit code.

    A cell that cannot be run leaves the others alone, and has no outcome.
    """
    store = Store(folder=plan_file.parent).of_this_run()
    plan = plan_from(store.plan(), catalogue())
    cells = CellRun.of_plan(plan, read_options(arguments, folder), store)
    code = 0
    for name in WaitingCells(folder=waiting).taken():
        try:
            cells.run(plan.cell(name))
        except LoadmatrixError as error:
            _tell(store, name, str(error))
            code = error.exit_code
        except OSError as error:
            _tell(store, name, what_failed(error))
            code = LoadmatrixError.exit_code
        except Exception:  # noqa: BLE001 - the next cell is to be run all the same
            traceback.print_exc()
            _tell(store, name, "a mistake in this program; its traceback is in results/nox.log")
            code = LoadmatrixError.exit_code
    return code


def _tell(store: Store, cell: str, sentence: str) -> None:
    """Why a cell has no outcome, to who watches the run and into the log."""
    _LOG.warning("%s: %s", cell, sentence)
    progress.note(store, cell, progress.WAITING, warnings=[f"{cell}: {sentence}"])

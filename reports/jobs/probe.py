"""The job of one cell on its own. It returns an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from matrix.called import call, call_of_cell
from matrix.environments.clean import models_in_use
from matrix.errors import UsageError
from matrix.isolation.self_test import required
from matrix.known import fed
from matrix.known.known import kept_within
from matrix.options.options import Options
from matrix.options.reading import read_options, run_line
from matrix.parts.division import is_divided
from matrix.parts.part import PART_SIZE
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.plan.selection.cells import options_of_cell
from matrix.run.cell import CellRun
from matrix.run.store import Store
from reports.build.build_report import Run
from reports.jobs.conclusion import NOT_TESTED, one_cell, print_tables
from reports.output import document, json_alone
from reports.report.documents.model_document import json_text
from reports.report.internal_errors import InternalErrors
from reports.report.report_json import to_document
from reports.workflow_commands import commands_stopped


@commands_stopped()
@models_in_use()
def probe(arguments: Sequence[str], folder: Path, cell: str) -> int:
    """One cell on its own."""
    if not cell:
        right = call_of_cell("2.15.1", "path/to/model")
        raise UsageError(f"Say which cell to test, such as 2.15.1: {right}")
    options = read_options(arguments, folder, run_line("probe", cell))
    if is_divided(options):
        raise UsageError(
            f"probe runs one cell for at most {PART_SIZE} models, without --shard. Name fewer "
            f"models, or run: {call('matrix', 'MODEL... --only VERSION')}"
        )
    required(options.isolation)
    with json_alone(options.as_json):
        return _probe(options, cell)


def _probe(options: Options, cell: str) -> int:
    # Not among the results of a whole run, which this one would replace.
    store = Store(folder=options.output / "probe")
    plan = _only(cell, options)
    with store.exclusive(), kept_within(options.envdir, options.known_gb):
        store.reset_for(plan_document(plan))
        fed.store_inputs(plan, store, None)
        outcome = CellRun.of_plan(plan, options, store).run(plan.cell(cell))
    run = Run(started=datetime.now(UTC), seconds=outcome.seconds)
    errors = InternalErrors(log=store.internal_errors)
    seen = one_cell(plan, store, outcome, run, errors)
    document(json_text(to_document(seen)))
    print_tables(seen, errors)
    return NOT_TESTED if plan.untested else 0


def _only(cell: str, options: Options) -> Plan:
    """The plan for one cell, whatever else the options select.

    Raises:
        UsageError: the models have no such cell.
    """
    plan = planned(options_of_cell(cell, options))
    names = [entry.cell.id for entry in plan.cells]
    if cell not in names:
        raise UsageError(
            f"There is no cell {cell} for these models. The cells are {', '.join(names)}."
        )
    return replace(plan, cells=(plan.cell(cell),), run_order=(cell,))

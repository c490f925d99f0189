"""The jobs behind the nox sessions, in reading order. Each returns an exit code."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from matrix.environments import clean as cleaning
from matrix.environments import disk_usage, interpreters
from matrix.environments.clean import models_in_use
from matrix.environments.environments import Environments
from matrix.errors import LoadmatrixError, UsageError
from matrix.isolation.self_test import required, self_test, summary
from matrix.known import fed
from matrix.known.known import kept_within
from matrix.known.reuse import left_to_run
from matrix.log import logger
from matrix.options.options import Options, clean_options, read_options
from matrix.plan import cell_selection
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.prediction.predict import with_predictions
from matrix.prediction.run_order import most_informative_first
from matrix.run.cell import CellRun
from matrix.run.executor import PlannedRun
from matrix.run.executors import executor_named
from matrix.run.keeping import earlier, interrupts
from matrix.run.keeping.continuing import begin
from matrix.run.nox_executor import default_jobs
from matrix.run.store import Store
from matrix.shown import on_one_line
from reports.build.build_report import Run
from reports.formats import github, predicted, terminal
from reports.formats.costs import cost_lines
from reports.gate.judgement import read_gate
from reports.gate.required_cells import required_cells
from reports.jobs import card, report_place
from reports.jobs.conclusion import NOT_TESTED, one_cell, print_summary, print_tables, report
from reports.jobs.waves import run_all, run_fast
from reports.output import echo
from reports.report.internal_errors import InternalErrors

_LOG = logger(__name__)


@github.commands_stopped()
@models_in_use()
def matrix(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """The main job: inspect, plan, run every cell, report."""
    started, clock = datetime.now(UTC), time.monotonic()
    options = read_options(arguments, folder)
    gate = read_gate(options.gate, started.date())
    executor = executor_named(options.executor)
    if not options.plan_only:
        _try_walls(options)
    names = ", ".join(on_one_line(model.name) for model in options.models)
    _LOG.info("Inspecting %s.", names)
    plan = most_informative_first(with_predictions(planned(options)))
    text = _plan_text(plan, options, required_cells(plan, gate))
    if options.plan_only:
        echo(text)
        return 0
    _LOG.info("%s", text)
    _LOG.info("%s", "\n".join(predicted.at_the_head(plan)))
    store = Store(folder=options.output / "results")
    errors = InternalErrors(log=store.internal_errors)
    within = kept_within(options.envdir)
    with interrupts.remembered(), store.exclusive(), earlier.kept(store), within:
        begun = begin(plan, options, store, started)
        to_run = left_to_run(begun.plan, options, store, with_inputs=begun.is_new)
        left = PlannedRun(plan=to_run, options=options, store=store, noxfile=noxfile)
        if options.fast:
            end = run_fast(executor, replace(left, plan=plan), required_cells(plan, gate))
        else:
            end = run_all(executor, left)
        unanswered = end.interrupted and not earlier.answered(store)
        if unanswered and report_place.is_anything_known(store):
            raise KeyboardInterrupt
        complete = end.is_whole
        seconds = begun.before + time.monotonic() - clock
        run = Run(started=begun.started, seconds=seconds, complete=complete)
        place = report_place.for_report(store, complete=complete)
        seen = report(plan, store, place, run, errors)
        # Without its report the run is not over: the same command writes it.
        over = complete and not errors.unwritten
        errors.written(lambda: store.note_end(seconds, complete=over))
        if over:
            report_place.remove_interrupted(store)
    code = print_summary(seen, place, gate, errors, report_place.notes(store, seen))
    if end.interrupted:
        raise KeyboardInterrupt
    if end.lost:
        names = ", ".join(end.lost)
        raise LoadmatrixError(
            f"The sessions of these cells failed or were killed: {names}. Run the same command "
            "again: it tries only them."
        )
    if options.card:
        card.put(seen, options.card)
    return code


def _try_walls(options: Options) -> None:
    """Say what holds models back on this machine; refuse to start where it has to and does not."""
    required(options.isolation)
    seen = self_test(options.isolation)
    _LOG.log(logging.INFO if seen.holds else logging.WARNING, "%s", summary(options.isolation))


@github.commands_stopped()
@models_in_use()
def probe(arguments: Sequence[str], folder: Path, cell: str) -> int:
    """One cell on its own."""
    options = read_options(arguments, folder)
    required(options.isolation)
    # Not among the results of a whole run, which this one would replace.
    store = Store(folder=options.output / "probe")
    plan = _only(cell, options)
    with store.exclusive(), kept_within(options.envdir):
        store.reset_for(plan_document(plan))
        fed.store_inputs(plan, store, None)
        outcome = CellRun.of_plan(plan, options, store).run(plan.cell(cell))
    run = Run(started=datetime.now(UTC), seconds=outcome.seconds)
    errors = InternalErrors(log=store.internal_errors)
    print_tables(one_cell(plan, store, outcome, run, errors), errors)
    return NOT_TESTED if plan.untested else 0


def clean(arguments: Sequence[str], folder: Path) -> int:
    """Remove every environment, model and answer in the cache, or in `--envdir`."""
    envdir = clean_options(arguments, folder)
    cleaned = cleaning.clean(envdir)
    echo(
        f"Removed the environments, downloaded models and known answers in {envdir}: "
        f"{cleaned.freed / 2**20:,.0f} MB freed."
    )
    if kept := cleaned.kept:
        one = len(kept) == 1
        who = "1 environment is" if one else f"{len(kept)} environments are"
        were = "was" if one else "were"
        echo(f"{who} in use by a running test and {were} kept: {', '.join(kept)}.")
    if cleaned.models_kept:
        echo("The downloaded models are in use by a running test and were kept.")
    return 0


def _only(cell: str, options: Options) -> Plan:
    """The plan for one cell, whatever else the options select.

    Raises:
        UsageError: the models have no such cell.
    """
    plan = planned(cell_selection.only(cell, options))
    names = [entry.cell.id for entry in plan.cells]
    if cell not in names:
        raise UsageError(
            f"There is no cell {cell} for these models. The cells are {', '.join(names)}."
        )
    return replace(plan, cells=(plan.cell(cell),), run_order=(cell,))


def _plan_text(plan: Plan, options: Options, required: Collection[str]) -> str:
    environments = Environments.from_options(options)
    finished = [entry.cell.id for entry in plan.cells if environments.finished(entry.cell)]
    hint = disk_usage.hardlinks_impossible(options.envdir)
    pythons = {minor: python.path for minor, python in interpreters.installed().items()}
    at_once = (options.jobs or default_jobs()) if options.executor == "nox" else 1
    costs = list(cost_lines(plan, finished, required, discard=options.discard, at_once=at_once))
    return terminal.render_plan(plan, finished, [hint] if hint else [], pythons, costs)

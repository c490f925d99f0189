"""The steps of a run, from a plan to its report."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from matrix.isolation.self_test import required, self_test, summary
from matrix.known.known import kept_within
from matrix.known.reuse import left_to_run
from matrix.log import logger
from matrix.options.options import Options
from matrix.parts.index import forget_parts
from matrix.plan.plan import Plan
from matrix.run.executor import PlannedRun
from matrix.run.executors.registry import executor_named
from matrix.run.keeping import earlier, interrupts
from matrix.run.keeping.continuing import begin
from matrix.run.store import Store
from reports.build.build_report import Run
from reports.card.described import Described, as_code
from reports.formats import predicted
from reports.formats.plans.plan_text import about_models, render_cells
from reports.gate.judgement import read_gate
from reports.gate.required_cells import not_to_be_met, required_cells, versions_of
from reports.jobs import card, report_place
from reports.jobs.conclusion import print_summary, report
from reports.jobs.plan import at_hand, estimated, inspected
from reports.jobs.waves import run_all, run_fast
from reports.many import model_files
from reports.output import terminal_width
from reports.progress.shown import wants_board
from reports.report.internal_errors import InternalErrors
from reports.report.model_report import name_in

_LOG = logger(__name__)


def sweep(options: Options, noxfile: Path, started: datetime, clock: float) -> int:
    """Plan, run every cell, report; `started` is when the call began, and `clock` the same.

    Raises:
        LoadmatrixError: nothing could be tested, or cells were lost.
        KeyboardInterrupt: the run was stopped; what is known is in the report.
    """
    gate = read_gate(options.gate, started.date())
    if options.card:
        card.check_card(options.card)
    executor = executor_named(options.executor)
    required(options.isolation)
    plan = inspected(options)
    if options.card:
        card.check_models(options.card, _models_of(plan), Path.cwd(), options.output.parent)
    _say_first(plan, options, required_cells(plan, gate))
    for sentence in not_to_be_met(gate, versions_of(plan)):
        _LOG.warning("%s", sentence)
    store = Store(folder=options.output / "results")
    errors = InternalErrors(log=store.internal_errors)
    within = kept_within(options.envdir, options.known_gb)
    with interrupts.remembered(), store.exclusive(), earlier.kept(store), within:
        begun = begin(plan, options, store, started)
        to_run = left_to_run(begun.plan, options, store, with_inputs=begun.is_new)
        left_cells = to_run.run_order
        _LOG.info("%s", estimated(plan, left_cells, options, store, required_cells(plan, gate)))
        left = PlannedRun.of(to_run, options, store, noxfile)
        if options.fast:
            end = run_fast(executor, replace(left, held=plan), required_cells(plan, gate))
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
            forget_parts(store.folder)
            model_files.remove(place)
    code = print_summary(seen, place, gate, errors, report_place.notes(store, seen))
    end.check()
    if options.card:
        card.put(seen, options.card, Path.cwd(), options.output.parent)
    return code


def _models_of(plan: Plan) -> list[Described]:
    """The models as a card tells them apart, with those that cannot be tested."""
    tested = [
        Described(name=as_code(model.name), sha256=model.sha256, given=model.as_given)
        for model in plan.models
    ]
    untested = [
        Described(name=as_code(name_in(model.path, model.called)), sha256="", given=model.path)
        for model in plan.untested
    ]
    return tested + untested


def _say_first(plan: Plan, options: Options, in_any_case: Collection[str]) -> None:
    """What the models are, what holds them back, what is predicted, and what it costs."""
    _LOG.info("%s", "\n".join(about_models(plan)))
    walls = self_test(options.isolation)
    _LOG.log(logging.INFO if walls.holds else logging.WARNING, "%s", summary(options.isolation))
    width = min(terminal_width(), 100)
    _LOG.info("\n%s\n", "\n".join(predicted.at_the_head(plan, width)))
    there = at_hand(plan, options, in_any_case)
    if not wants_board():
        # A board lists them all.
        _LOG.info("%s\n", render_cells(plan, there.finished, there.pythons, there.known))
    _LOG.info("%s", "\n".join(there.costs))

"""The steps of a divided run: every part is prepared, run, concluded; one report of all models."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from matrix.called import call
from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.isolation.self_test import required, self_test, summary
from matrix.known.known import kept_within
from matrix.log import logger
from matrix.options.options import Options
from matrix.parts.division import divide
from matrix.parts.part import PART_SIZE, Part
from matrix.parts.pool import Pool, default_processes
from matrix.parts.prepare import only_planned, prepare
from matrix.parts.prepared import PreparedPart
from matrix.run.executor import Executor
from matrix.run.executors.registry import executor_named
from matrix.run.keeping import earlier, interrupts
from matrix.run.store import Store
from reports.build.build_report import Run
from reports.gate.judgement import read_gate
from reports.gate.required_cells import not_to_be_met
from reports.gate.requirements import Gate
from reports.jobs import report_place
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.divided.begun import BegunIndex, begin_index, end_index
from reports.jobs.divided.cells import CellsOfParts
from reports.jobs.divided.concluding import Concluding
from reports.jobs.divided.head import about_parts, costs_of
from reports.jobs.divided.preparing import Preparing, check_selection
from reports.many.finish import finish
from reports.many.many_models import ManyModels, header_of, place_for_models
from reports.many.model_files import check_place
from reports.output import echo
from reports.report.internal_errors import InternalErrors

_LOG = logger(__name__)


def plan_divided(options: Options, now: datetime) -> int:
    """Print what a divided run would do; nothing is written."""
    gate = read_gate(options.gate, now.date())
    preparing = Preparing(parts=divide(options))
    if not preparing.parts:
        echo(f"Shard {options.shard} has none of the models: there is nothing to run.")
        return 0
    with Pool(_processes(preparing.parts)) as pool:
        preparing.run(pool, only_planned, options)
    prepared = list(preparing.in_order())
    check_selection(prepared, options)
    echo("\n".join([*about_parts(prepared), "", costs_of(prepared, options)]))
    for sentence in _not_to_be_met(gate, options):
        echo(sentence)
    return 0


def _not_to_be_met(gate: Gate, options: Options) -> Sequence[str]:
    """By what the call chooses: each part has a plan of its own."""
    if options.tensorflow is None:
        return ()
    versions = [one for release in catalogue() for one in release.matching(options.tensorflow)]
    return tuple(not_to_be_met(gate, versions))


def sweep_divided(
    options: Options, noxfile: Path, started: datetime, clock: float, size: int = PART_SIZE
) -> int:
    """Prepare, run and report all parts; `started` is when the call began, and `clock` the same.

    Raises:
        LoadmatrixError: nothing could be tested, or cells were lost.
        KeyboardInterrupt: the run was stopped; what is known is in the report.
    """
    if options.card:
        raise UsageError(
            "--card writes the result of one model into its card, and this is a run of many. "
            "Leave it out, and write each card with: "
            + call("card", "report.json README.md --model NAME")
        )
    check_place(options.output)
    gate = read_gate(options.gate, started.date())
    executor = executor_named(options.executor)
    required(options.isolation)
    for sentence in _not_to_be_met(gate, options):
        _LOG.warning("%s", sentence)
    parts = divide(options, size)
    store = Store(folder=options.output / "results")
    with (
        interrupts.remembered(),
        store.exclusive(),
        kept_within(options.envdir, options.known_gb),
        Pool(_processes(parts)) as pool,
    ):
        run = _DividedRun(
            options=options,
            noxfile=noxfile,
            parts=parts,
            store=store,
            pool=pool,
            errors=InternalErrors(log=store.internal_errors),
        )
        return run.swept(executor, gate, started, clock)


@dataclass(frozen=True, kw_only=True)
class _DividedRun:
    options: Options
    noxfile: Path
    parts: Sequence[Part]
    store: Store
    pool: Pool
    errors: InternalErrors

    def swept(self, executor: Executor, gate: Gate, started: datetime, clock: float) -> int:
        begun = begin_index(self.options, self.parts, self.store, started)
        preparing = Preparing(parts=self.parts)
        concluding = Concluding(self.pool, self.store.folder, self.parts)
        try:
            preparing.run(self.pool, partial(prepare, started=started), self.options)
            begun = begun.with_lost(preparing.lost, self.store)
            prepared = list(preparing.in_order())
            check_selection(prepared, self.options)
            self._say_first(prepared)
            cells = CellsOfParts(
                options=self.options,
                noxfile=self.noxfile,
                results=self.store.folder,
                prepared=prepared,
                concluding=concluding,
            )
            end = cells.run(executor, gate)
        except BaseException:
            begun.take_back(self.store)
            raise
        if end.interrupted and not self._is_answered() and self._is_anything_known(begun):
            begun.take_back(self.store)
            raise KeyboardInterrupt
        complete = end.is_whole and not preparing.lost
        concluded = concluding.ended(self.errors, complete=complete)
        complete = complete and concluded.is_whole
        facts = begun.index.facts
        seconds = facts.before + time.monotonic() - clock
        run = Run(started=facts.started, seconds=seconds, complete=complete)
        place = report_place.for_report(self.store, complete=complete)
        header = header_of(self.store.folder, run)
        many = ManyModels(
            header=header, rows=concluded.rows, folder=place_for_models(self.store.folder)
        )
        code = finish(many, place, gate, self.errors, report_place.notes(self.store, header))
        # Without its report the run is not over: the same command writes it.
        over = complete and not self.errors.unwritten
        self.errors.written(lambda: end_index(begun, self.store, seconds, over=over))
        if over:
            report_place.remove_interrupted(self.store)
        end.check()
        preparing.check()
        # A shard may have none of the models.
        return 0 if code == NOT_TESTED and not self.parts else code

    def _say_first(self, prepared: Sequence[PreparedPart]) -> None:
        if not self.parts:
            _LOG.info("Shard %s has none of the models; its report is empty.", self.options.shard)
            return
        _LOG.info("%s", "\n".join(about_parts(prepared)))
        walls = self_test(self.options.isolation)
        level = logging.INFO if walls.holds else logging.WARNING
        _LOG.log(level, "%s", summary(self.options.isolation))
        if known := sum(part.known for part in prepared):
            planned = sum(part.planned for part in prepared)
            said = "Done or known from earlier runs: %s of %s cells; --fresh measures them again."
            _LOG.info(said, f"{known:,}", f"{planned:,}")
        _LOG.info("%s", costs_of(prepared, self.options))

    def _is_answered(self) -> bool:
        folders = (part.folder(self.store.folder) for part in self.parts)
        return any(earlier.answered(Store(folder=folder)) for folder in folders)

    def _is_anything_known(self, begun: BegunIndex) -> bool:
        return begun.before is not None or report_place.is_anything_known(self.store)


def _processes(parts: Sequence[Part]) -> int:
    return max(1, min(default_processes(), len(parts)))

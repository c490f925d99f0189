"""The steps of a divided run: every part is prepared, run, concluded; one report of all models."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from matrix.errors import LoadmatrixError, UsageError
from matrix.isolation.self_test import required, self_test, summary
from matrix.known.known import kept_within
from matrix.log import logger
from matrix.options.options import Options
from matrix.parts.division import divide
from matrix.parts.part import PART_SIZE, Part, part_folder
from matrix.parts.pool import Pool, default_processes
from matrix.parts.prepare import only_planned, prepare
from matrix.parts.prepared import PreparedPart
from matrix.run.executor import Ended, Executor, PlannedRun, run_cells
from matrix.run.executors.registry import executor_named
from matrix.run.keeping import earlier, interrupts
from matrix.run.store import Store
from reports.build.build_report import Run
from reports.gate.judgement import read_gate
from reports.gate.required_cells import required_cells
from reports.gate.requirements import Gate
from reports.jobs import report_place
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.divided.begun import Beginning, begin_index, end_index
from reports.jobs.divided.concluding import Concluding
from reports.jobs.divided.head import about_parts, costs_of
from reports.jobs.divided.preparing import Preparing, check_signature
from reports.jobs.waves import run_fast
from reports.many.finish import ManyModels, finish, header_of, place_for_models
from reports.many.model_files import check_place
from reports.output import echo
from reports.progress.parts import PartsProgress
from reports.report.internal_errors import InternalErrors

_LOG = logger(__name__)
_MOST_NAMED = 10
_Lost = tuple[tuple[int, str], ...]


def plan_divided(options: Options) -> int:
    """Print what a divided run would do; nothing is written."""
    preparing = Preparing(parts=divide(options))
    if not preparing.parts:
        echo(f"Shard {options.shard} has none of the models: there is nothing to run.")
        return 0
    with Pool(_processes(preparing.parts)) as pool:
        preparing.run(pool, only_planned, options)
    prepared = list(preparing.in_order())
    check_signature(prepared, options)
    echo("\n".join([*about_parts(prepared), "", costs_of(prepared, options)]))
    return 0


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
            "Leave it out, and write each card with: nox -s card -- report.json README.md --model "
            "NAME"
        )
    check_place(options.output)
    gate = read_gate(options.gate, started.date())
    executor = executor_named(options.executor)
    required(options.isolation)
    parts = divide(options, size)
    store = Store(folder=options.output / "results")
    with (
        interrupts.remembered(),
        store.exclusive(),
        kept_within(options.envdir, options.known_gb),
        Pool(_processes(parts)) as pool,
    ):
        run = _DividedRun(options=options, noxfile=noxfile, parts=parts, store=store, pool=pool)
        return run.swept(executor, gate, started, clock)


@dataclass(frozen=True, kw_only=True)
class _End:
    """How the cells of a divided run ended; `lost` are those that have no outcome."""

    interrupted: bool = False
    lost: _Lost = ()


@dataclass(frozen=True, kw_only=True)
class _DividedRun:
    options: Options
    noxfile: Path
    parts: Sequence[Part]
    store: Store
    pool: Pool
    errors: InternalErrors = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "errors", InternalErrors(log=self.store.internal_errors))

    def swept(self, executor: Executor, gate: Gate, started: datetime, clock: float) -> int:
        begun = begin_index(self.options, self.parts, self.store, started)
        preparing = Preparing(parts=self.parts)
        concluding = Concluding(self.pool, self.store.folder, self.parts)
        try:
            preparing.run(self.pool, partial(prepare, started=started), self.options)
            begun = begun.with_lost(preparing.lost, self.store)
            prepared = list(preparing.in_order())
            check_signature(prepared, self.options)
            self._say_first(prepared)
            end = self._run(executor, gate, prepared, concluding)
        except BaseException:
            begun.take_back(self.store)
            raise
        if end.interrupted and not self._is_answered() and self._is_anything_known(begun):
            begun.take_back(self.store)
            raise KeyboardInterrupt
        complete = not (end.interrupted or end.lost or preparing.lost)
        rows = concluding.rows(self.errors, complete=complete)
        facts = begun.index.facts
        seconds = facts.before + time.monotonic() - clock
        run = Run(started=facts.started, seconds=seconds, complete=complete)
        place = report_place.for_report(self.store, complete=complete)
        header = header_of(self.store.folder, run)
        many = ManyModels(header=header, rows=rows, folder=place_for_models(self.store.folder))
        code = finish(many, place, gate, self.errors, report_place.notes(self.store, header))
        # Without its report the run is not over: the same command writes it.
        over = complete and not self.errors.unwritten
        self.errors.written(lambda: end_index(begun, self.store, seconds, over=over))
        if over:
            report_place.remove_interrupted(self.store)
        _raise_for(end, preparing)
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
        planned, known = (
            sum(part.planned for part in prepared),
            sum(part.known for part in prepared),
        )
        if known:
            said = "Done or known from earlier runs: %s of %s cells; --fresh measures them again."
            _LOG.info(said, f"{known:,}", f"{planned:,}")
        _LOG.info("%s", costs_of(prepared, self.options))

    def _run(
        self,
        executor: Executor,
        gate: Gate,
        prepared: Sequence[PreparedPart],
        concluding: Concluding,
    ) -> _End:
        """Run what is left of every part, and have each concluded as soon as it has ended."""
        for part in prepared:
            if not part.cells:
                concluding.begin(part.number)
        if self.options.fast:
            return self._fast(executor, gate, prepared, concluding)
        left = {part.number: set(part.cells) for part in prepared if part.cells}
        shown = PartsProgress(sum(map(len, left.values())))

        def ended(one: Ended) -> None:
            shown.ended(one)
            cells = left[one.run.part]
            cells.discard(one.outcome.cell)
            if not cells:
                concluding.begin(one.run.part)

        if not left:
            return _End()
        with shown.shown():
            whole = run_cells(executor, self._runs(prepared, shown), ended)
        return _End(interrupted=not whole, lost=() if not whole else _lost(left))

    def _runs(self, prepared: Sequence[PreparedPart], shown: PartsProgress) -> Iterator[PlannedRun]:
        """The parts that have cells to run, one after the other as the executor asks for them."""
        for part in prepared:
            if part.cells:
                run = self._planned_run(part)
                shown.begun(run)
                yield run

    def _planned_run(self, part: PreparedPart) -> PlannedRun:
        return PlannedRun(
            cells=part.cells,
            options=self.options.of(()),
            store=Store(folder=part_folder(self.store.folder, part.number)),
            noxfile=self.noxfile,
            part=part.number,
        )

    def _fast(
        self,
        executor: Executor,
        gate: Gate,
        prepared: Sequence[PreparedPart],
        concluding: Concluding,
    ) -> _End:
        """The waves of each part, part by part: its predictions decide what is run next."""
        lost: list[tuple[int, str]] = []
        for part in prepared:
            if not part.cells:
                continue
            _LOG.info("Part %d of %d.", part.number, len(self.parts))
            run = self._planned_run(part)
            plan = run.plan
            end = run_fast(executor, replace(run, held=plan), required_cells(plan, gate))
            lost += [(part.number, cell) for cell in end.lost]
            if end.interrupted:
                return _End(interrupted=True, lost=tuple(lost))
            concluding.begin(part.number, complete=end.is_whole)
        return _End(lost=tuple(lost))

    def _is_answered(self) -> bool:
        folders = (part.folder(self.store.folder) for part in self.parts)
        return any(earlier.answered(Store(folder=folder)) for folder in folders)

    def _is_anything_known(self, begun: Beginning) -> bool:
        return begun.before is not None or report_place.is_anything_known(self.store)


def _lost(left: dict[int, set[str]]) -> _Lost:
    return tuple((part, cell) for part, cells in sorted(left.items()) for cell in sorted(cells))


def _raise_for(end: _End, preparing: Preparing) -> None:
    """How a run that did not come to its end is told to who called it.

    Raises:
        KeyboardInterrupt: it was stopped.
        LoadmatrixError: cells or parts were lost.
    """
    if end.interrupted:
        raise KeyboardInterrupt
    if end.lost:
        names = [f"{cell} of part {part}" for part, cell in end.lost[:_MOST_NAMED]]
        more = len(end.lost) - len(names)
        told = ", ".join(names) + (f" and {more} more" if more else "")
        raise LoadmatrixError(
            f"The sessions of these cells failed or were killed: {told}. Run the same command "
            "again: it tries only them."
        )
    if preparing.lost:
        raise LoadmatrixError(
            f"{len(preparing.lost)} of {len(preparing.parts)} parts could not be prepared. Run the "
            "same command again: it tries them, and keeps what is known of the others."
        )


def _processes(parts: Sequence[Part]) -> int:
    return max(1, min(default_processes(), len(parts)))

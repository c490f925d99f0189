"""Runs the cells of all parts, and has each part concluded as soon as its last cell has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.log import logger
from matrix.options.options import Options
from matrix.parts.part import part_folder
from matrix.parts.prepared import PreparedPart
from matrix.run.executor import Ended, Executor, PlannedRun, run_cells
from matrix.run.store import Store
from reports.gate.required_cells import required_cells
from reports.gate.requirements import Gate
from reports.jobs.divided.concluding import Concluding
from reports.jobs.waves import RunEnd, run_fast
from reports.progress.parts import PartsProgress
from reports.progress.parts_watch import PartsWatch

_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CellsOfParts:
    """What is left to run of the `prepared` parts, in their order; `count` is that of all parts."""

    options: Options
    noxfile: Path
    results: Path
    prepared: Sequence[PreparedPart]
    count: int
    concluding: Concluding

    def run(self, executor: Executor, gate: Gate) -> RunEnd:
        """Run every cell that is left, or with `--fast` what predictions and the gate leave open.

        Raises:
            LoadmatrixError: no cell could be run.
        """
        for part in self.prepared:
            if not part.cells:
                self.concluding.begin(part.number)
        return self._in_waves(executor, gate) if self.options.fast else self._at_once(executor)

    def _at_once(self, executor: Executor) -> RunEnd:
        left = {part.number: set(part.cells) for part in self.prepared if part.cells}
        if not left:
            return RunEnd()
        shown = PartsProgress(self._watch())

        def ended(one: Ended) -> None:
            shown.ended(one)
            cells = left[one.run.part]
            cells.discard(one.outcome.cell)
            if not cells:
                self.concluding.begin(one.run.part)

        with shown.shown():
            interrupted = not run_cells(executor, self._runs(shown), ended)
        return RunEnd(interrupted=interrupted, lost=() if interrupted else tuple(_names(left)))

    def _watch(self) -> PartsWatch:
        places = {part.number: [row.place for row in part.rows] for part in self.prepared}
        names = self.options.models
        return PartsWatch(
            models={
                part.number: dict(zip(part.cells, part.models, strict=True))
                for part in self.prepared
                if part.cells
            },
            name_of=lambda part, number: self.options.given(names[places[part][number]]),
        )

    def _runs(self, shown: PartsProgress) -> Iterator[PlannedRun]:
        """The parts that have cells to run, one after the other as the executor asks for them."""
        for part in self.prepared:
            if part.cells:
                run = self._planned_run(part)
                shown.begun(run)
                yield run

    def _in_waves(self, executor: Executor, gate: Gate) -> RunEnd:
        """The waves of each part, part by part: its predictions decide what is run next."""
        lost: list[str] = []
        for part in self.prepared:
            if not part.cells:
                continue
            _LOG.info("Part %d of %d.", part.number, self.count)
            run = self._planned_run(part)
            plan = run.plan
            end = run_fast(executor, replace(run, held=plan), required_cells(plan, gate))
            lost += _names({part.number: end.lost})
            if end.interrupted:
                return RunEnd(interrupted=True, lost=tuple(lost))
            self.concluding.begin(part.number, complete=end.is_whole)
        return RunEnd(lost=tuple(lost))

    def _planned_run(self, part: PreparedPart) -> PlannedRun:
        return PlannedRun(
            cells=part.cells,
            options=self.options.of(()),
            store=Store(folder=part_folder(self.results, part.number)),
            noxfile=self.noxfile,
            part=part.number,
        )


def _names(cells: Mapping[int, Collection[str]]) -> Iterator[str]:
    """What cells are called in a sentence, by their parts."""
    for part, some in sorted(cells.items()):
        yield from (f"{cell} of part {part}" for cell in sorted(some))

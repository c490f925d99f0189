"""Runs the cells of all parts, and has each part concluded as soon as its last cell has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matrix.options.options import Options
from matrix.parts.part import part_folder
from matrix.parts.prepared import PreparedPart
from matrix.run.executor import Ended, Executor, PlannedRun, run_cells
from matrix.run.store import Store
from reports.gate.requirements import Gate
from reports.jobs.divided.concluding import Concluding
from reports.jobs.divided.waves_of_parts import WavesOfParts
from reports.jobs.waves import RunEnd
from reports.progress.parts import PartsProgress
from reports.progress.parts_watch import NameOf, PartsWatch


@dataclass(frozen=True, kw_only=True)
class CellsOfParts:
    """What is left to run of the `prepared` parts, in their order."""

    options: Options
    noxfile: Path
    results: Path
    prepared: Sequence[PreparedPart]
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
        models = {
            part.number: dict(zip(part.cells, part.models, strict=True))
            for part in self.prepared
            if part.cells
        }
        shown = PartsProgress(PartsWatch(models=models, name_of=self._name_of()))

        def ended(one: Ended) -> None:
            shown.ended(one)
            cells = left[one.run.part]
            cells.discard(one.outcome.cell)
            if not cells:
                self.concluding.begin(one.run.part)

        with shown.shown():
            interrupted = not run_cells(executor, self._runs(shown), ended)
        return RunEnd(interrupted=interrupted, lost=() if interrupted else tuple(_names(left)))

    def _name_of(self) -> NameOf:
        places = {part.number: [row.place for row in part.rows] for part in self.prepared}
        names = self.options.models
        return lambda part, number: self.options.given(names[places[part][number]])

    def _runs(self, shown: PartsProgress) -> Iterator[PlannedRun]:
        """The parts that have cells to run, one after the other as the executor asks for them."""
        for part in self.prepared:
            if part.cells:
                run = self._planned_run(part)
                shown.begun(run)
                yield run

    def _in_waves(self, executor: Executor, gate: Gate) -> RunEnd:
        waves = WavesOfParts(
            runs={
                part.number: partial(self._planned_run, part)
                for part in self.prepared
                if part.cells
            },
            name_of=self._name_of(),
            gate=gate,
            concluding=self.concluding,
        )
        whole = waves.run(executor)
        return RunEnd(interrupted=not whole, lost=tuple(_names(waves.lost)))

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

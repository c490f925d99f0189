"""Runs the cells of all parts that predictions leave open (`--fast`), in waves over all parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from matrix.errors import LoadmatrixError
from matrix.log import logger
from matrix.run.executor import Ended, Executor, PlannedRun, run_cells
from reports.gate.required_cells import required_cells
from reports.gate.requirements import Gate
from reports.jobs.divided.concluding import Concluding
from reports.jobs.waves import Wave, Waves, begun, note_models
from reports.progress.parts import PartsProgress
from reports.progress.parts_watch import NameOf, PartsWatch

_LOG = logger(__name__)
_Left = dict[int, set[str]]


@dataclass(kw_only=True)
class WavesOfParts:
    """A wave has of each part what its predictions and what is known of it leave open.

    So workers are busy with many parts at a time, and there is one nox for each wave. `runs` gives
    the whole run of a part; its plan is read when it is needed, and never are all in memory. A part
    of which nothing is left open is concluded. `lost` are cells without an outcome, by part.
    """

    runs: Mapping[int, Callable[[], PlannedRun]]
    name_of: NameOf
    gate: Gate
    concluding: Concluding
    lost: _Left = field(default_factory=dict)
    _waves: dict[int, Waves] = field(default_factory=dict)
    _ended: set[int] = field(default_factory=set)

    def run(self, executor: Executor) -> bool:
        """Run wave after wave; `False` where that was stopped before its end.

        Raises:
            LoadmatrixError: no cell could be run.
        """
        try:
            while wave := self._next():
                left = {part: set(cells) for part, cells in wave.items()}
                if not self._run(executor, wave, left):
                    return False
                for part, cells in left.items():
                    if cells:
                        self.lost[part] = cells
                        self._end(part, complete=False)
        except KeyboardInterrupt:
            # Between two waves: within one it is an end like any other.
            return False
        return True

    def _next(self) -> dict[int, Wave]:
        """What to run next of each part that has not ended."""
        found: dict[int, Wave] = {}
        for part, planned in self.runs.items():
            if part in self._ended:
                continue
            run = planned()
            if part not in self._waves:
                self._waves[part] = Waves(required=required_cells(run.plan, self.gate))
            if wave := self._waves[part].next(run):
                found[part] = wave
            else:
                self._end(part)
        return found

    def _end(self, part: int, *, complete: bool = True) -> None:
        self._ended.add(part)
        if complete:
            # Of an interrupted run, `report` concludes this part as it is concluded here.
            self.runs[part]().store.note_chosen()
        self.concluding.begin(part, complete=complete)

    def _run(self, executor: Executor, wave: Mapping[int, Wave], left: _Left) -> bool:
        """Run a wave; what ends is taken out of `left`."""
        models = {
            part: {cell: len(numbers) for cell, numbers in cells.items()}
            for part, cells in wave.items()
        }
        shown = PartsProgress(PartsWatch(models=models, name_of=self.name_of))
        count = sum(map(len, wave.values()))
        parts = "1 part" if len(wave) == 1 else f"{len(wave):,} parts"
        _LOG.info("--fast: testing %s cells of %s.", f"{count:,}", parts)

        def runs() -> Iterator[PlannedRun]:
            for part, cells in wave.items():
                run = begun(self.runs[part](), cells)
                shown.begun(run)
                yield run

        def ended(one: Ended) -> None:
            part, cell = one.run.part, one.outcome.cell
            note_models(one.run.store, cell, wave[part][cell])
            shown.ended(one)
            left[part].discard(cell)

        try:
            with shown.shown():
                return run_cells(executor, runs(), ended)
        except (LoadmatrixError, OSError) as error:
            if not any(waves.is_known for waves in self._waves.values()):
                raise
            # What the waves before have found out is worth a report.
            _LOG.warning("%s", error)
            return True

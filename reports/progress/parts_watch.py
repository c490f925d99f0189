"""How far a divided run is: parts, cells, models in cells, what failed last, what runs now."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from matrix.run import progress
from matrix.run.executor import Ended, PlannedRun
from matrix.run.outcome import Outcome
from matrix.shown import on_one_line
from reports.progress.watch import Cell

# What a model is called, by its part and its number there.
NameOf = Callable[[int, int], str]
# Less than both says little about the rest.
_LEAST_CELLS, _LEAST_SHARE = 2, 0.05


@dataclass(kw_only=True)
class PartsWatch:
    """What is known of a divided run: it is told what begins and ends, and looks at what runs.

    `models` has for each part the cells to run, each with the number of models that it tests. Only
    the cells of parts that were begun and have not ended are ever looked at.
    """

    models: Mapping[int, Mapping[str, int]]
    name_of: NameOf
    started: float = field(default_factory=time.monotonic)
    cells_done: int = 0
    models_done: int = 0
    newest_failure: str = ""
    running: list[tuple[int, Cell]] = field(default_factory=list)
    _open: dict[int, PlannedRun] = field(default_factory=dict)
    _left: dict[int, dict[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._left = {part: dict(cells) for part, cells in self.models.items()}

    def begun(self, run: PlannedRun) -> None:
        """The executor has drawn a part."""
        self._open[run.part] = run

    def ended(self, one: Ended) -> None:
        """A cell of a part has its outcome."""
        part, cell = one.run.part, one.outcome.cell
        self.cells_done += 1
        left = self._left.get(part, {})
        self.models_done += left.pop(cell, 0)
        if not left:
            self._left.pop(part, None)
            self._open.pop(part, None)
        self.newest_failure = self._failure(part, one.outcome) or self.newest_failure

    def look(self) -> None:
        """Look at what runs now."""
        self.running = [
            (part, Cell(id=cell, now=now))
            for part, run in list(self._open.items())
            for cell in list(self._left.get(part, ()))
            if (now := progress.read(run.store, cell)) and now.phase != progress.WAITING
        ]

    @property
    def cells(self) -> int:
        """All cells of all parts that are run."""
        return sum(map(len, self.models.values()))

    @property
    def models_in_cells(self) -> int:
        """All models of all cells: one that is tested in two cells counts twice."""
        return sum(sum(cells.values()) for cells in self.models.values())

    @property
    def parts_done(self) -> int:
        """The parts whose cells have all ended."""
        return len(self.models) - len(self._left)

    @property
    def is_over(self) -> bool:
        """Whether all cells have ended."""
        return not self._left

    @property
    def elapsed(self) -> float:
        """Seconds since the first cell could start."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes if models take as long as until now; `None` if that is unknown.

        Of cells that run now, the checks that are done count.
        """
        done = self.models_done + sum(
            self._left.get(part, {}).get(cell.id, 0) * cell.now.done / cell.now.total
            for part, cell in self.running
            if cell.now.total
        )
        total = self.models_in_cells
        if not done or (self.cells_done < _LEAST_CELLS and done < total * _LEAST_SHARE):
            return None
        return self.elapsed * max(0.0, total - done) / done or None

    def _failure(self, part: int, outcome: Outcome) -> str:
        """The models that a cell did not load, or why it has no answers; empty if there is none."""
        where = f"{outcome.cell} of part {part}"
        if outcome.unavailable is not None:
            return f"{where}: unavailable: {on_one_line(outcome.unavailable)}"
        seen = outcome.verification
        if seen and seen.probe.imported is not True:
            return f"{where}: TensorFlow cannot be imported"
        # What was known before is no news.
        failed = [
            number
            for number, loaded in loaded_in(outcome).items()
            if not loaded and number not in outcome.reused
        ]
        if not failed:
            return ""
        more = f" and {len(failed) - 1:,} more" if failed[1:] else ""
        return f"{where}: {on_one_line(self.name_of(part, failed[0]))}{more} not loaded"


def loaded_in(outcome: Outcome) -> dict[int, bool]:
    """Whether each model of a cell was loaded by any loader, by its number in the part."""
    models: dict[int, bool] = {}
    checks = outcome.verification.checks if outcome.verification else {}
    for name, record in checks.items():
        number = name.partition(":")[0]
        if number.isdecimal():
            models[int(number)] = models.get(int(number), False) or record.believed_loaded
    return models

"""Runs as an executor draws them: a few at a time, and let go when their cells have ended."""

from __future__ import annotations

from collections.abc import Iterable

from matrix.run.executor import PlannedRun


class Window:
    """The runs that were drawn and have cells that have not ended, by the number of their draw."""

    def __init__(self, runs: Iterable[PlannedRun]) -> None:
        self._rest = iter(runs)
        self._count = 0
        self.may_have_more = True
        self.open: dict[int, PlannedRun] = {}
        self._cells: dict[int, set[str]] = {}

    def draw(self) -> int | None:
        """The number of the next run that has cells; `None` where there are no more."""
        for run in self._rest:
            if run.cells:
                self._count += 1
                self.open[self._count] = run
                self._cells[self._count] = set(run.cells)
                return self._count
        self.may_have_more = False
        return None

    def cells(self) -> list[tuple[int, str]]:
        """The cells that have not ended, each with the number of its run, in their order."""
        return [
            (number, cell)
            for number, run in self.open.items()
            for cell in run.cells
            if cell in self._cells[number]
        ]

    def end(self, number: int, cell: str) -> None:
        """Say that a cell has ended, or is lost."""
        left = self._cells[number]
        left.discard(cell)
        if not left:
            del self.open[number], self._cells[number]

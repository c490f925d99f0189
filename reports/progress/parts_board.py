"""The board of a divided run: what runs now, what failed last, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from matrix.shown import on_one_line
from reports.progress.fitted import FittedLines, turning
from reports.progress.lines import clock, running_line
from reports.progress.parts_watch import PartsWatch

# Of hundreds of workers nobody reads each.
_MOST_RUNNING = 8


@dataclass(kw_only=True)
class PartsBoard(FittedLines):
    """A few lines, however many parts there are."""

    watch: PartsWatch

    def lines(self, height: int) -> list[Text]:
        """What runs now, and below it three lines on the whole."""
        below = [*self._failure(), self._counts(), self._clock()]
        return [*self._running(min(_MOST_RUNNING, height + 1 - len(below))), *below]

    def _running(self, room: int) -> list[Text]:
        running = self.watch.running
        shown = [
            Text(f"part {part}: {on_one_line(running_line(cell))}")
            for part, cell in running[: max(0, room)]
        ]
        if shown and len(running) > len(shown):
            shown[-1] = Text(f"and {len(running) - len(shown) + 1:,} more", style="dim")
        return shown

    def _failure(self) -> list[Text]:
        failure = self.watch.newest_failure
        return [Text.assemble("newest failure: ", (failure, "red"))] if failure else []

    def _counts(self) -> Text:
        watch = self.watch
        parts = len(watch.models)
        return Text(
            f"done: {watch.parts_done:,} of {parts:,} part{'' if parts == 1 else 's'}, "
            f"{watch.cells_done:,} of {watch.cells:,} cells, "
            f"{watch.models_done:,} of {watch.models_in_cells:,} cells of models"
        )

    def _clock(self) -> Text:
        watch = self.watch
        left = watch.seconds_left
        more = f", about {clock(left)} left" if left and left >= 1 else ""
        return Text(f"{turning(watch.elapsed)} {clock(watch.elapsed)}{more}", style="bold")

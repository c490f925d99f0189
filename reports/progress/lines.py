"""Progress as plain lines: for pipes, logs of CI systems, and terminals that can do no more."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from matrix.run.progress import INSTALLING, TESTING
from matrix.shown import on_one_line
from reports.progress.watch import Cell, Watch

# A run that says nothing for long looks as if it hung; CI systems end such.
QUIET_SECONDS = 30.0
_MOST_RUNNING = 4
_MINUTE = 60
# From so many minutes on, nobody counts seconds.
_LONG = 120


@dataclass(kw_only=True)
class Lines:
    """The lines of a run as they come."""

    watch: Watch
    said: float = field(default_factory=time.monotonic)

    def next(self) -> list[str]:
        """What is new since the last call: a line for each finished cell, or that it goes on."""
        before = self.watch.done
        finished = self.watch.look()
        total = self.watch.total
        lines = [
            f"[{number}/{total}] {finished_line(cell)}"
            for number, cell in enumerate(finished, before + 1)
        ]
        now = time.monotonic()
        if not lines and now - self.said >= QUIET_SECONDS and self.watch.done < total:
            lines = [f"[{self.watch.done}/{total}] {self._still()}"]
        if lines:
            self.said = now
        return lines

    def _still(self) -> str:
        running = self.watch.running
        told = [running_line(cell) for cell in running[:_MOST_RUNNING]]
        told += [f"{len(running) - _MOST_RUNNING} more"] if len(running) > _MOST_RUNNING else []
        return "; ".join(told) or "waiting"


def finished_line(cell: Cell) -> str:
    """What was found, and how long it took: `2.15.1: saved_model runs, keras fails (1.8 s)`."""
    assert cell.found is not None
    how = "reused" if cell.reused else f"{cell.seconds:.1f} s"
    return f"{cell.id}: {cell.found.sentence} ({how})"


def running_line(cell: Cell) -> str:
    """What a cell does now: `2.15.1: testing 3/12 (./model)`."""
    return f"{cell.id}: {state(cell)}"


def state(cell: Cell) -> str:
    """The phase of a cell, with what is known of it."""
    now, detail = cell.now, on_one_line(cell.now.detail)
    if now.phase == INSTALLING and detail:
        return detail
    count = f" {min(now.done + 1, now.total)}/{now.total}" if now.phase == TESTING else ""
    return f"{now.phase}{count} ({detail})" if detail else f"{now.phase}{count}"


def clock(seconds: float) -> str:
    """Seconds for people: `40 s`, `3:20 min`, `5:07 h`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    minutes = whole // _MINUTE
    if minutes < _LONG:
        return f"{minutes}:{whole % _MINUTE:02} min"
    return f"{minutes // _MINUTE}:{minutes % _MINUTE:02} h"

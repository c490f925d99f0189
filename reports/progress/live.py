"""Keeps the board on a terminal: without flicker, at any size, and leaves the terminal clean."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType

from reports.output import log_through, streams
from reports.progress.fitted import FittedLines

_LONGEST_SECONDS = 1.0


class Screen:
    """The part of a terminal below what was printed, which shows the board of a run."""

    def __init__(self, board: FittedLines, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._board = board
        self._live = Live(
            self._board,
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
            # What goes elsewhere stays there.
            redirect_stderr=streams()[1].isatty(),
        )
        self._columns = self._console.size.width
        self._drawn = 0.0

    @property
    def is_old(self) -> bool:
        """Whether its clock is behind, or the terminal has another size."""
        resized = self._console.size.width != self._columns
        return resized or time.monotonic() - self._drawn >= _LONGEST_SECONDS

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """For the time of a run; what is logged meanwhile appears above the board."""
        before = streams()
        self._live.start()
        try:
            with log_through(dict(zip(before, streams(), strict=True))):
                yield
        finally:
            # A terminal that was closed takes nothing more.
            with contextlib.suppress(OSError):
                self._live.stop()

    def refresh(self) -> None:
        """Draw the board anew."""
        self._forget_broken_lines()
        self._live.refresh()
        self._drawn = time.monotonic()

    def _forget_broken_lines(self) -> None:
        """Go back over the lines that a narrower terminal has broken into several."""
        columns = self._console.size.width
        if columns < self._columns:
            up = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
            codes = up * self._board.lines_more(columns)
            self._console.control(Control(ControlType.CARRIAGE_RETURN, *codes))
        self._columns = columns

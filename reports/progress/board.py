"""A live board for a terminal: every cell with what it does and what was found.

It fits the terminal: cells that are done or wait are told together where there is no room for
each, and the board is gone when the run ends, because the table says all of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from matrix.results.verdicts import Predicted
from matrix.run.progress import WAITING
from matrix.shown import on_one_line
from reports.progress.fitted import FittedLines, turning
from reports.progress.lines import clock, state
from reports.progress.watch import Cell, Watch

# Rich has no names for our tones: the colours of the terminal itself, so that any theme fits.
_STYLES = {"good": "green", "fair": "green", "warn": "yellow", "bad": "red", "died": "magenta"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the board: a cell, or neighbours that are told together."""

    names: str
    text: Text


@dataclass(kw_only=True)
class Board(FittedLines):
    """The board of one run."""

    watch: Watch

    def lines(self, height: int) -> list[Text]:
        """The cells, and a sentence on all of them."""
        return [*self._cells(height), self._sentence()]

    def _cells(self, room: int) -> list[Text]:
        rows = _rows(list(self.watch.cells.values()), room)
        width = max((len(row.names) for row in rows), default=0)
        return [Text.assemble(f"{row.names:{width}}  ", row.text) for row in rows]

    def _sentence(self) -> Text:
        watch = self.watch
        said = f"{watch.done} of {watch.total} cells done"
        running = len(watch.running)
        said += f", {running} running" if running else ""
        said += f", {clock(watch.elapsed)}"
        left = watch.seconds_left
        said += f", about {clock(left)} left" if left and watch.done < watch.total else ""
        return Text(f"{turning(watch.elapsed)} {said}", style="bold")


def _rows(cells: Sequence[Cell], room: int) -> list[Row]:
    """The cells in the order of releases, on no more lines than there is room for."""
    groups = _groups(cells)
    spare = room - len(groups)
    if spare < 0:
        # Not even that: what runs now is what one looks for.
        return [_row(cell) for cell in cells if cell.is_running][:room]
    # What was found is told cell by cell before what waits, and small groups before large ones.
    telling = sorted(groups, key=lambda group: (not group[0].is_done, len(group)))
    opened = []
    for group in telling:
        if len(group) - 1 <= spare:
            spare -= len(group) - 1
            opened.append(group)
    return [
        row
        for group in groups
        for row in (map(_row, group) if group in opened else [_together(group)])
    ]


def _groups(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Neighbours that wait, or that are done and found the same; what runs is alone."""
    return [list(group) for _, group in itertools.groupby(cells, key=_kind)]


def _kind(cell: Cell) -> tuple[str, ...]:
    """What cells must have in common to be told together."""
    if cell.is_running:
        return ("running", cell.id)
    if cell.predicted:
        return (Predicted.word,)
    return ("done", *cell.found.words) if cell.found else (WAITING,)


def _together(cells: Sequence[Cell]) -> Row:
    names = f"{cells[0].id} to {cells[-1].id}"
    count = f"{len(cells)} cells"
    if cells[0].is_done:
        return Row(names=names, text=_what(cells[0]).append(f"  {count}", style="dim"))
    mark, what = (Predicted.symbol, Predicted.word) if cells[0].predicted else ("·", WAITING)
    return Row(names=names, text=Text(f"{mark} {count} {what}", style="dim"))


def _row(cell: Cell) -> Row:
    text = _what(cell)
    if cell.found:
        how = "reused" if cell.reused else f"{cell.seconds:.1f} s"
        text = text.copy().append(f"  {how}", style="dim")
    return Row(names=cell.id, text=text)


def _what(cell: Cell) -> Text:
    """What a cell does, or what it found, in the colour and with the symbol of its verdict."""
    if cell.predicted:
        return Text(f"{Predicted.symbol} {Predicted.word}", style="dim")
    if cell.found is None:
        style = Style(bold=True) if cell.is_running else Style(dim=True)
        return Text(f"· {on_one_line(state(cell))}", style=style)
    verdict = cell.found.verdict
    colour = _STYLES.get(getattr(verdict, "tone", ""), "")
    mark = getattr(verdict, "symbol", "·")
    return Text.assemble((mark, colour), " ", on_one_line(cell.found.sentence))

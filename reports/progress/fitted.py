"""Lines that fit the terminal that shows them, whatever size it has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
# The sentence below the cells, and the line of the cursor.
_REST = 2


@dataclass(kw_only=True)
class FittedLines(ABC):
    """What is shown of a run at a moment; `widths` are those of the lines last rendered."""

    widths: Sequence[int] = ()

    @abstractmethod
    def lines(self, height: int) -> list[Text]:
        """The lines, of which the last ones are shown if `height` and one more do not suffice."""

    def lines_more(self, columns: int) -> int:
        """How many lines more than before it takes where a terminal has only that many columns.

        A terminal that becomes narrower breaks the lines that are there.
        """
        return sum((max(width, 1) - 1) // max(columns, 1) for width in self.widths)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = max(1, console.size.height - _REST)
        lines = self.lines(height)[-(height + 1) :]
        for line in lines:
            # One column less than there are: a full line would wrap in some terminals.
            line.truncate(max(1, console.size.width - 1), overflow="ellipsis")
        self.widths = [line.cell_len for line in lines]
        for line in lines:
            yield from line.render(console, end="")
            yield Segment.line()


def turning(seconds: float) -> str:
    """The sign that a run goes on."""
    return SPINNER[int(seconds * 5) % len(SPINNER)]

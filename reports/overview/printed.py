"""Prints the overview of many models: in a terminal with symbols and colours, in lines that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matrix.results.verdicts import kinds
from matrix.shown import on_lines
from reports.formats.tables.marks import highlighted, style_of
from reports.formats.tables.styled import echo_text
from reports.formats.verdict_style import symbol_of
from reports.output import echo, has_symbols, is_terminal, terminal_width
from reports.overview.model_state import ModelState
from reports.overview.row import OverviewRow
from reports.overview.terminal import render_overview

if TYPE_CHECKING:
    from rich.text import Text

# Heads of tables: what stands above a line of dashes.
_HEADS = re.compile(r"(?m)^.*\S.*$(?=\n *-{2}[- ]*$)")


def print_overview(rows: Sequence[OverviewRow], most: int | None = None) -> None:
    """Print it; `most` is how many models are listed, `None` for all."""
    if is_terminal():
        symbols = has_symbols()
        text = render_overview(rows, terminal_width(), most, fits=True, symbols=symbols)
        echo_text(coloured_overview(f"\n{text}"))
    else:
        echo(f"\n{render_overview(rows, terminal_width(), most)}")


def coloured_overview(overview: str) -> Text:
    """The same as text with styles. What a model wrote into it stays text."""
    # Here, because where no terminal is nothing needs rich.
    from rich.text import Text

    text = Text(on_lines(overview))
    text.highlight_regex(_HEADS, "bold")
    # A model begins a line; its verdicts stand apart in a table.
    for state in ModelState:
        text.highlight_regex(rf"(?m)^{re.escape(state.symbol)}(?= )", style_of(state.tone))
    for verdict in kinds():
        symbol = re.escape(symbol_of(verdict.word))
        text.highlight_regex(rf"(?<=  ){symbol}(?=  |$|\n)", style_of(verdict.tone))
    return highlighted(text)

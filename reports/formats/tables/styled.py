"""What only a terminal gets: colours, symbols and links (`NO_COLOR`, `FORCE_COLOR`).

Where there is no terminal, everything is printed with `echo`, as plain text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matrix.shown import on_lines
from reports.formats import terminal
from reports.formats.terminal import ShownModel
from reports.output import echo, has_links, has_symbols, is_terminal, terminal_width, within
from reports.report.model_report import ModelReport

if TYPE_CHECKING:
    from rich.text import Text


def print_model(model: ModelReport, *, isolation: bool = True) -> None:
    """Print a model: in a terminal with symbols and colours, in lines that fit it."""
    if is_terminal():
        width, symbols = terminal_width(), has_symbols()
        echo_text(styled(terminal.fitted(model, width, symbols=symbols, isolation=isolation)))
    else:
        echo(terminal.render(model, isolation=isolation))


def styled(shown: ShownModel) -> Text:
    """The same as text with styles. What a model wrote into it stays text."""
    # Here, because where no terminal is nothing needs rich.
    from rich.text import Text

    from reports.formats.tables.marks import coloured

    grid = coloured(on_lines(shown.grid))
    parts = [Text(on_lines(shown.title), "bold"), grid, Text(on_lines(shown.below))]
    return Text("\n\n").join(part for part in parts if part)


def print_with_link(text: str, path: Path) -> None:
    """Print text in which a path is a link to what is there, where terminals have links."""
    if not has_links():
        echo(text)
        return
    from rich.text import Text

    shown = Text(within(on_lines(text), terminal_width()))
    shown.highlight_words([on_lines(str(path))], f"link {path.resolve().as_uri()}")
    echo_text(shown)


def echo_text(text: Text) -> None:
    """Print text with its styles as `echo` does; its lines are not wrapped again."""
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False)
    with console.capture() as captured:
        console.print(text)
    echo(captured.get(), end="", escaped=True)

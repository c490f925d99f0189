"""A model for a terminal, and the same as plain text: words, never colours alone. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from reports.formats.table import Note, Table, make_table
from reports.formats.tables.fitting import fitted_grid, plain_grid
from reports.formats.tables.folded_table import folded_table
from reports.formats.tables.once import without_told
from reports.report.model_report import ModelReport
from reports.report.releases.folding import ranges_in_words
from reports.report.text import first_line

# A remark is a few sentences; a specifier with many holes is long, and of use only when whole.
_MOST = 1000
# Sentences are hard to read in longer lines.
_WIDTH = 100


@dataclass(frozen=True, kw_only=True)
class ShownModel:
    """What is printed of a model; there is no `grid` where it was not tested."""

    title: str
    grid: str
    below: str

    @property
    def text(self) -> str:
        """All of it, with an empty line between the parts."""
        return "\n\n".join(filter(None, (self.title, self.grid, self.below)))


def render(model: ModelReport, width: int = _WIDTH, *, isolation: bool = True) -> str:
    """Title, table, notes and summary as plain text, the same for every file and pipe.

    `width` is that of the notes. The table and the summary sentence are as long as they are.
    Without `isolation`, the sentence on the walls is left out: it stands once below all models.
    """
    table = _folded(model)
    grid = "" if table is None else plain_grid(table)
    guide, rest = _summary(model)
    below = [*_notes(table, width), *_wrapped(guide, width), rest]
    below += _rest(model, table, width, isolation=isolation)
    return ShownModel(title=first_line(model.title), grid=grid, below="\n".join(below)).text


def fitted(
    model: ModelReport, width: int, *, symbols: bool = True, isolation: bool = True
) -> ShownModel:
    """The same for a terminal of `width` columns: no line is wider, as far as words allow it."""
    table = _folded(model)
    grid = "" if table is None else fitted_grid(table, width, symbols=symbols)
    width = min(width, _WIDTH)
    summary = [line for text in _summary(model) for line in _wrapped(text, width)]
    below = [*_notes(table, width), *summary]
    below += _rest(model, table, width, isolation=isolation)
    title = "\n".join(_wrapped(first_line(model.title), width))
    return ShownModel(title=title, grid=grid, below="\n".join(below))


def _summary(model: ModelReport) -> tuple[str, str]:
    """What to call, and the rest of the summary."""
    guide = model.summary.guide
    return guide, first_line(model.summary.text.removeprefix(guide), _MOST)


def _folded(model: ModelReport) -> Table | None:
    return None if model.untested else folded_table(make_table(model, ranges_in_words))


def _notes(table: Table | None, width: int) -> list[str]:
    """The notes and an empty line, or nothing."""
    notes = [line for note in (table.notes if table else ()) for line in _note(note, width)]
    return [*notes, ""] if notes else []


def _rest(model: ModelReport, table: Table | None, width: int, *, isolation: bool) -> Iterator[str]:
    """The remarks wrapped like notes, and a line for each specifier that differs."""
    for remark in without_told(model.remarks, table.notes if table else (), "the reason is above"):
        yield from _wrapped(first_line(remark, _MOST), width)
    for name, specifier in model.specifiers.items():
        yield from _wrapped(first_line(f"{name}: {specifier}", _MOST), width)
    yield from _wrapped(model.reused, width)
    yield from _wrapped(model.isolation if isolation else "", width)


def _note(note: Note, width: int) -> list[str]:
    return _wrapped(f"{note.where}: {note.text}", width)


def _wrapped(text: str, width: int) -> list[str]:
    # An option or a release is not broken at its hyphens.
    return textwrap.wrap(text, width, subsequent_indent="    ", break_on_hyphens=False)

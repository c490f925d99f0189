"""The table for a terminal: plain text, words instead of colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tabulate import tabulate

from reports.formats.table import Note, make_table
from reports.report.model_report import ModelReport
from reports.report.text import first_line

# A remark is a few sentences; a specifier with many holes is long, and of use only when whole.
_MOST = 1000
_HEAD = ("TensorFlow", "Python", "Keras", "verdict")


def render(model: ModelReport, width: int = 100) -> str:
    """Title, table, notes and the summary sentence."""
    if model.untested:
        return "\n".join([first_line(model.title), "", *_summary(model, width)])
    table = make_table(model)
    rows = [(row.cell, row.python, row.keras, row.verdict, *row.words) for row in table.rows]
    grid = tabulate(
        rows, headers=[*_HEAD, *table.loaders], tablefmt="simple", disable_numparse=True
    )
    notes = [line for note in table.notes for line in _note(note, width)]
    notes += [""] if notes else []
    return "\n".join([table.title, "", grid, "", *notes, *_summary(model, width)])


def _summary(model: ModelReport, width: int) -> Iterator[str]:
    """The sentence, the remarks wrapped like notes, and a line for each specifier that differs."""
    yield first_line(model.summary.text, _MOST)
    for remark in model.remarks:
        yield from _wrapped(first_line(remark, _MOST), width)
    for name, specifier in model.specifiers.items():
        yield first_line(f"{name}: {specifier}", _MOST)
    yield from _wrapped(model.reused, width)
    yield from _wrapped(model.isolation, width)


def _note(note: Note, width: int) -> list[str]:
    return _wrapped(f"{note.where}: {note.text}", width)


def _wrapped(text: str, width: int) -> list[str]:
    # An option or a release is not broken at its hyphens.
    return textwrap.wrap(text, width, subsequent_indent="    ", break_on_hyphens=False)

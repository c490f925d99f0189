"""A table as text: as tabulate draws it, and with a width in the first layout that fits it. Pure.

No word is ever broken: columns that say nothing of the model are left out, which a line below says,
phrases go over two lines, and at last loaders stand in several tables below each other.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from reports.formats.table import Table
from reports.formats.tables.marks import marked

_LEFT_OUT = "The columns Python and Keras are in report.md: the table is too wide with them."


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A heading and a text per row."""

    head: str
    texts: tuple[str, ...]

    @property
    def with_symbols(self) -> _Column:
        return _Column(head=self.head, texts=tuple(map(marked, self.texts)))

    @property
    def over_lines(self) -> _Column:
        """What a phrase has in brackets stands below it."""
        texts = tuple(text.replace(" (", "\n  (", 1) for text in self.texts)
        return _Column(head=self.head, texts=texts)


def plain_grid(table: Table) -> str:
    """All columns, as wide as they are."""
    return _drawn(_columns(table))


def fitted_grid(table: Table, width: int, *, symbols: bool = True) -> str:
    """The table in lines of at most `width`, if its words allow it.

    With `symbols`, each verdict has one beside its word.
    """
    release, python, keras, *verdicts = _columns(table)
    verdicts = [column.with_symbols if symbols else column for column in verdicts]
    short = [column.over_lines for column in verdicts]
    if _width(drawn := _drawn([release, python, keras, *verdicts])) <= width:
        return drawn
    layouts = ([release, *verdicts], [release, *short])
    drawings = (_drawn(columns) for columns in layouts)
    fitting = next((drawn for drawn in drawings if _width(drawn) <= width), "")
    tables = fitting or "\n\n".join(_below_each_other(release, short, width))
    return "\n\n".join([tables, "\n".join(textwrap.wrap(_LEFT_OUT, width))])


def _below_each_other(release: _Column, others: Sequence[_Column], width: int) -> Iterator[str]:
    """Several tables, each with the releases and as many of the other columns as fit."""
    block = [release]
    for column in others:
        if len(block) > 1 and _width(_drawn([*block, column])) > width:
            yield _drawn(block)
            block = [release]
        block.append(column)
    yield _drawn(block)


def _columns(table: Table) -> list[_Column]:
    heads = ("TensorFlow", "Python", "Keras", "verdict", *table.loaders)
    rows = [(row.cell, row.python, row.keras, row.verdict, *row.words) for row in table.rows]
    return [
        _Column(head=head, texts=tuple(row[place] for row in rows))
        for place, head in enumerate(heads)
    ]


def _drawn(columns: Sequence[_Column]) -> str:
    rows = list(zip(*(column.texts for column in columns), strict=True))
    heads = [column.head for column in columns]
    return tabulate(rows, headers=heads, tablefmt="simple", disable_numparse=True)


def _width(drawn: str) -> int:
    return max(map(len, drawn.split("\n")))

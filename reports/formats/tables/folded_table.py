"""The table of a model with a row for each range of releases that answer alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matrix.results.verdicts import NotApplicable
from reports.formats.table import Row, Table
from reports.formats.tables.marks import marked
from reports.report.releases.folding import folded, range_name, values_in_words

_SAYS_NOTHING = ("", NotApplicable.word)


def folded_table(table: Table) -> Table:
    """The same facts in fewer rows and columns.

    Loaders that are not applicable anywhere have no column: a note says it of them.
    """
    told = [
        place
        for place in range(len(table.loaders))
        if any(row.words[place] not in _SAYS_NOTHING for row in table.rows)
    ]
    rows = [replace(row, words=tuple(row.words[place] for place in told)) for row in table.rows]
    loaders = tuple(table.loaders[place] for place in told)
    return replace(table, loaders=loaders, rows=tuple(_folded_rows(rows)))


def _folded_rows(rows: Sequence[Row]) -> Iterator[Row]:
    by_cell = {row.cell: row for row in rows}
    cells = list(by_cell)
    for group in folded(cells, lambda cell: (by_cell[cell].verdict, by_cell[cell].words)):
        those = [by_cell[cell] for cell in group]
        yield replace(
            those[0],
            cell=range_name(group, cells),
            python=values_in_words([row.python for row in those]),
            keras=values_in_words([row.keras for row in those]),
        )


def with_symbols(table: Table) -> Table:
    """The same table with a symbol beside each verdict."""
    rows = (
        replace(row, verdict=marked(row.verdict), words=tuple(map(marked, row.words)))
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))

"""Models side by side as a table of a terminal, in the first layout that fits it. Pure.

As in the table of one model no word is broken: symbols stand for words that a line below explains,
and at last several tables stand below each other.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from tabulate import tabulate

from reports.formats.tables.marks import marked
from reports.overview.beside import Beside

_HEAD = "model"
# The share of the width that names may take.
_NAME = 0.35
# Of a name that takes several lines, each has at least this.
_LEAST_NAME = 16

_Column = tuple[str, tuple[str, ...]]


def plain_beside(models: Beside) -> str:
    """All columns, as wide as they are, in words."""
    names = tuple(name for name, _ in models.models)
    return _drawn(names, _columns(models))


def fitted_beside(models: Beside, width: int, *, symbols: bool = True) -> str:
    """The table in lines of at most `width`, if its words allow it."""
    most = max(_LEAST_NAME, int(width * _NAME))
    names = tuple("\n".join(textwrap.wrap(name, most)) for name, _ in models.models)
    columns = _columns(models)
    if symbols:
        columns = [(head, tuple(map(marked, texts))) for head, texts in columns]
    if _width(drawn := _drawn(names, columns)) <= width:
        return drawn
    narrow = [(head.replace(" - ", " -\n"), texts) for head, texts in columns]
    if not symbols:
        return "\n\n".join(_below_each_other(names, narrow, width))
    said = dict.fromkeys(text for _, texts in columns for text in texts if text)
    alone = [(head, tuple(text.partition(" ")[0] for text in texts)) for head, texts in narrow]
    legend = textwrap.wrap(", ".join(said), width, break_on_hyphens=False)
    return "\n\n".join([*_below_each_other(names, alone, width), "\n".join(legend)])


def _columns(models: Beside) -> list[_Column]:
    return [
        (head, tuple(phrases[place] for _, phrases in models.models))
        for place, head in enumerate(models.ranges)
    ]


def _below_each_other(
    names: Sequence[str], columns: Sequence[_Column], width: int
) -> Iterator[str]:
    block: list[_Column] = []
    for column in columns:
        if block and _width(_drawn(names, [*block, column])) > width:
            yield _drawn(names, block)
            block = []
        block.append(column)
    yield _drawn(names, block)


def _drawn(names: Sequence[str], columns: Sequence[_Column]) -> str:
    rows = list(zip(names, *(texts for _, texts in columns), strict=True))
    heads = [_HEAD, *(head for head, _ in columns)]
    return tabulate(rows, headers=heads, tablefmt="simple", disable_numparse=True)


def _width(drawn: str) -> int:
    return max(map(len, drawn.split("\n")))

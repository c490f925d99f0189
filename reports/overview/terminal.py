"""The overview of many models for a terminal: text of a given width. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from reports.overview.beside import beside
from reports.overview.beside_text import fitted_beside, plain_beside
from reports.overview.listing import Listed, Listing, listing
from reports.overview.model_state import state_of
from reports.overview.names import labels, shortened
from reports.overview.obstacles.groups import ObstacleGroup, shared
from reports.overview.row import OverviewRow
from reports.overview.sentences import group_details, group_sentence, headline
from reports.report.text import first_line

WIDTHS = (80, 140)
_MOST_GROUPS = 10
# What has the models and groups that are left out.
_ELSEWHERE = "report.md"
_GAP = 2
# A symbol has at most two characters.
_MARKS = 3
_HEAD = ("model", "works in", "what stands in the way")
# Shares of the width that the first two columns may take.
_NAME, _WORKS = 0.35, 0.2
# Lines that a cell of the table may take.
_MOST_LINES = 3


def render_overview(
    rows: Sequence[OverviewRow],
    width: int = 100,
    most: int | None = None,
    *,
    fits: bool = False,
    symbols: bool = False,
) -> str:
    """What models share first, then a table: model, where it works, what stands in the way.

    Below it, few models stand side by side: as wide as that is, or so that it `fits` a terminal.
    `most` is how many models and groups are listed, `None` for all.
    With `symbols`, each model and verdict has one.
    """
    together = beside(rows)
    side_by_side = ""
    if together and fits:
        side_by_side = fitted_beside(together, width, symbols=symbols)
    elif together:
        side_by_side = plain_beside(together)
    width = max(WIDTHS[0], min(WIDTHS[1], width))
    parts = ["\n".join(_wrapped(headline(rows), width))]
    groups = shared(rows, None if most is None else _MOST_GROUPS)
    named = labels(rows)
    parts += [
        "\n".join(_group(number, group, named, width)) for number, group in enumerate(groups, 1)
    ]
    if left := len(shared(rows)) - len(groups):
        parts.append(f"{left:,} more groups of models are in {_ELSEWHERE}.")
    marks = _MARKS if symbols else 0
    parts.append("\n".join(_table(listing(rows, most, groups), width, marks)))
    return "\n\n".join([*parts, *filter(None, [side_by_side])])


def _group(
    number: int, group: ObstacleGroup, named: Mapping[int, str], width: int
) -> Iterator[str]:
    text = f"{number}. {first_line(group_sentence(group), 600)}"
    yield from _wrapped(text, width)
    for line in group_details(group, named):
        yield from _wrapped(first_line(line, 400), width, "   ", "     ")


def _table(listed: Listing, width: int, marks: int) -> Iterator[str]:
    """The columns as wide as what is in them, the last one as wide as the line allows.

    Before them is room for the symbol of each model, of `marks` columns.
    """
    width -= marks
    if listed.title:
        yield from (listed.title, "")
    name = _width(_HEAD[0], [line.label for line in listed.lines], int(width * _NAME))
    # What short names leave is for the next column.
    most_works = int(width * (_NAME + _WORKS)) - name
    works = _width(_HEAD[1], [line.works_in for line in listed.lines], most_works)
    works = max(works, *(_longest_piece(line.works_in) for line in listed.lines), 0)
    last = width - name - works - 2 * _GAP
    yield " " * marks + _line(_HEAD, (name, works))
    yield " " * marks + _line(("-" * name, "-" * works, "-" * last), (name, works))
    for line in listed.lines:
        symbol = state_of(line.row).symbol if marks else ""
        for number, text in enumerate(_lines(line, name, works, last)):
            yield f"{'' if number else symbol:<{marks}}{text}"
    if listed.left_out:
        yield f"... and {listed.left_out:,} more models in {_ELSEWHERE}."


def _width(head: str, texts: Sequence[str], most: int) -> int:
    return min(most, max(map(len, [head, *texts])))


def _lines(line: Listed, name: int, works: int, last: int) -> Iterator[str]:
    """A model: as many lines as its longest column takes, each cut after a few."""
    columns = (
        # A name is shown whole: its beginning may be what tells it from others.
        textwrap.wrap(shortened(line.label, name * _MOST_LINES), name),
        _cut(line.works_in, works, 2 * _MOST_LINES),
        _cut(line.obstacle, last),
    )
    for number in range(max(map(len, columns))):
        words = [column[number] if number < len(column) else "" for column in columns]
        yield _line(words, (name, works))


def _longest_piece(text: str) -> int:
    return max(map(len, re.split(r"(?<=-)| ", text)))


def _cut(text: str, width: int, most: int = _MOST_LINES) -> list[str]:
    """A few lines; only a word that is longer than a line is broken, and at its hyphens."""
    words = [_whole_or_cut(word, width) for word in text.split()]
    return textwrap.wrap(
        " ".join(words),
        width,
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=any(len(word) > width for word in words),
    )


def _whole_or_cut(word: str, width: int) -> str:
    return word if _longest_piece(word) <= width else f"{word[: width - 1]}…"


def _line(words: Sequence[str], widths: Sequence[int]) -> str:
    name, works, last = words
    gap = " " * _GAP
    return f"{name:<{widths[0]}}{gap}{works:<{widths[1]}}{gap}{last}".rstrip()


def _wrapped(text: str, width: int, first: str = "", others: str = "    ") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False
    )

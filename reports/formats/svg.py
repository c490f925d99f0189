"""The matrix as a picture for a README, for light and dark pages and screen readers.

Ranges of releases go from left to right. Of one model each row is a loader, of several a model.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matrix.results.verdicts import kind_of
from reports.formats.grid import place_of
from reports.formats.tables.picture_grid import PictureGrid, PictureRow, Square, picture_grid, short
from reports.formats.templates.filling import fill, trusted
from reports.formats.verdict_style import TONES
from reports.report.model_report import ModelReport
from reports.report.report import Report

_SIZE, _GAP = 22, 3
_STEP = _SIZE + _GAP
_MARGIN = 20
_LEGEND_STEP = 24
# What a README shows without making it smaller.
_WIDEST = 830
# Pixels of a letter: of rows and words, and of the names of columns.
_LETTER, _SMALL_LETTER = 7.2, 6.4
# Letters in a line below the heading.
_LINE = 100
# A picture of more rows is a page: report.html has them all.
_MOST_ROWS = 40


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A square at its place; the legend has squares too."""

    square: Square
    x: int
    y: int
    width: int = _SIZE
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How wide the columns are; with `words` each square says its verdict."""

    widths: tuple[int, ...]
    words: bool

    @property
    def width(self) -> int:
        return sum(self.widths) + _GAP * len(self.widths)

    def left_of(self, number: int) -> int:
        return sum(self.widths[:number]) + _GAP * number


def render(report: Report) -> str:
    """The picture as text."""
    grid = picture_grid(report.models[:_MOST_ROWS])
    left = _MARGIN + round(max((_LETTER * len(row.name) for row in grid.rows), default=0)) + 14
    layout = _layout(grid, _WIDEST - left - _MARGIN)
    heading, lines = _heading(report), [*_lines(report), *_needed(grid)]
    widest = max(_MARGIN + 7.4 * len(line) for line in [heading, *lines])
    width = round(max(left + layout.width, widest, 420)) + _MARGIN
    grid_top = 44 + 18 * len(lines) + _head(grid, layout)
    rows = [_row(row, layout, left, grid_top + _STEP * n) for n, row in enumerate(grid.rows)]
    end = grid_top + _STEP * len(rows)
    legend = list(_legend(grid, layout, width, end + 14))
    bottom = max((drawn.y + _LEGEND_STEP for drawn in legend), default=end)
    picture = fill(
        "matrix.svg",
        width=width,
        height=bottom + 14,
        margin=_MARGIN,
        size=_SIZE,
        style=trusted(_style()),
        description=_description(report),
        heading=heading,
        lines=lines,
        labels=_labels(grid, layout, left, grid_top),
        rows=rows,
        legend=legend,
    )
    return str(picture)


def _layout(grid: PictureGrid, room: int) -> _Layout:
    """Words, if there is room for them and for the names of columns, else symbols alone."""
    widths = []
    for number, column in enumerate(grid.columns):
        squares = [row.squares[number] for row in grid.rows]
        word = max((len(_word(square)) for square in squares if square), default=0)
        widths.append(round(max(_LETTER * word + 30, _SMALL_LETTER * len(column.name))) + 6)
    words = _Layout(widths=tuple(widths), words=True)
    if words.width <= room:
        return words
    return _Layout(widths=(_SIZE,) * len(grid.columns), words=False)


def _head(grid: PictureGrid, layout: _Layout) -> int:
    """How high the names of the columns are, which stand upright where there are no words."""
    if layout.words:
        return 26
    return round(max((_SMALL_LETTER * len(one.name) for one in grid.columns), default=0)) + 10


def _heading(report: Report) -> str:
    if len(report.models) == 1:
        return short(report.models[0].name, 60)
    return f"{len(report.models)} models" if report.models else "Nothing was tested"


def _lines(report: Report) -> list[str]:
    """Below the heading: where it loads, and what the picture does not show."""
    one = report.models if len(report.models) == 1 else ()
    # A specifier that is cut short would be another one.
    lines = [line for model in one for line in textwrap.wrap(_where(model), _LINE)]
    if not report.complete:
        lines.append("The run was interrupted, or is not whole: ○ was not tested.")
    if any(cell.is_predicted for model in report.models for cell in model.cells):
        lines.append("Hollow: predicted (✓ to load, ✗ to fail), not measured")
    if (hidden := len(report.models) - _MOST_ROWS) > 0:
        lines.append(f"{hidden} more models: see report.html")
    return [*lines, f"Tested on {report.started[:10]} with {report.tool}"]


def _where(model: ModelReport) -> str:
    """Where it runs and loads, or else the first sentence of the summary."""
    works = "; ".join(f"{verb} {where}" for verb, where in model.works_in)
    works = works and f"{model.by_usual_call}{works}"
    return works or short(model.summary.text.partition(". ")[0], _LINE)


def _description(report: Report) -> str:
    said = (f"{model.name}: {model.summary.text}" for model in report.models[:_MOST_ROWS])
    return " ".join(said) or "Nothing was tested."


def _labels(grid: PictureGrid, layout: _Layout, left: int, bottom: int) -> list[dict[str, Any]]:
    """The names of columns above them: across, or from bottom to top."""
    right, up = (0, 10) if layout.words else (4, 8)
    return [
        {
            "text": column.name,
            "plain": column.plain,
            "upright": not layout.words,
            "x": left + layout.left_of(number) + layout.widths[number] / 2 + right,
            "y": bottom - up,
        }
        for number, column in enumerate(grid.columns)
    ]


def _row(row: PictureRow, layout: _Layout, left: int, top: int) -> dict[str, Any]:
    squares = [
        _Drawn(
            square=square,
            x=left + layout.left_of(number),
            y=top,
            width=layout.widths[number],
            word=_word(square) if layout.words else _mark(square).strip(),
        )
        for number, square in enumerate(row.squares)
        if square
    ]
    return {"name": row.name, "x": left - 12, "y": top, "squares": squares}


def _word(square: Square) -> str:
    """What a square says beside its symbol: what was not even tried is told by the legend."""
    applies = kind_of(square.verdict).applies
    return square.verdict + _mark(square) if applies else ""


def _mark(square: Square) -> str:
    """A star where the call needs more than the path; a line below the heading says what."""
    return " *" if square.needs else ""


def _needed(grid: PictureGrid) -> list[str]:
    """What the calls with a star need: a line for each, as `* with compile=False`."""
    squares = (square for row in grid.rows for square in row.squares if square and square.needs)
    return [f"* with {needs}" for needs in dict.fromkeys(square.needs for square in squares)]


def _legend(grid: PictureGrid, layout: _Layout, width: int, y: int) -> Iterator[_Drawn]:
    """Each verdict that occurs without its word, at its place; a new line where one is full."""
    x = _MARGIN
    squares = [square for row in grid.rows for square in row.squares if square]
    occurring = {one.verdict for one in squares if not (layout.words and _word(one))}
    for word in sorted(occurring, key=place_of):
        room = _SIZE + 8 + round(_LETTER * len(word)) + 16
        if x > _MARGIN and x + room > width - _MARGIN:
            x, y = _MARGIN, y + _LEGEND_STEP + 4
        yield _Drawn(square=Square(verdict=word, says=kind_of(word).meaning), x=x, y=y)
        x += room


def _style() -> str:
    light = "".join(
        _toned(name, tone.fill, tone.ink, hollow=tone.hollow) for name, tone in TONES.items()
    )
    dark = "".join(
        _toned(name, tone.dark_fill, tone.dark_ink, hollow=tone.hollow)
        for name, tone in TONES.items()
    )
    return (
        "text{font:12px -apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;"
        "fill:#1d242c}g text{font-size:13px;text-anchor:middle}"
        ".page{fill:#fff;stroke:#d5dae0}.h{font-size:17px;font-weight:600}"
        ".s,.l,.e{fill:#56606b}.r{text-anchor:end}.m{text-anchor:middle}.c{font-size:11px}"
        f"{light}@media(prefers-color-scheme:dark){{text{{fill:#e4e9ef}}"
        ".page{fill:#12161b;stroke:#333b45}.s,.l,.e{fill:#9da8b4}"
        f"{dark}}}"
    )


def _toned(name: str, fill: str, ink: str, *, hollow: bool) -> str:
    line = f";stroke:{ink};stroke-dasharray:3 2" if hollow else ""
    return f".{name} rect{{fill:{fill}{line}}}.{name} text{{fill:{ink}}}"

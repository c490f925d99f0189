"""The matrix as a picture for a README, for light and dark pages and screen readers.

Releases go from left to right. Of one model each row is a loader, of several each row is a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.results.verdicts import kind_of
from reports.formats.grid import columns_of, loaders_of, place_of
from reports.formats.table import words
from reports.formats.templates.filling import fill, trusted
from reports.formats.verdict_style import TONES
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.report import Report

_SIZE, _STEP = 22, 25
_MARGIN = 20
_LEGEND_STEP = 24
# A picture of more rows is a page: report.html has them all.
_MOST_ROWS = 40


@dataclass(frozen=True, kw_only=True)
class _Square:
    verdict: str
    says: str
    expected: str = UNKNOWN
    x: int = 0
    y: int = 0


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    squares: tuple[_Square | None, ...]


def render(report: Report) -> str:
    """The picture as text."""
    columns = columns_of(report.models)
    rows = list(_rows(report.models, columns))
    left = _MARGIN + round(max((7.2 * len(row.name) for row in rows), default=0)) + 14
    heading, lines = _heading(report), _lines(report)
    widest = max(_MARGIN + 7.4 * len(line) for line in [heading, *lines])
    width = round(max(left + _STEP * len(columns), widest, 420)) + _MARGIN
    top = 44 + 18 * len(lines)
    head = round(max((6.4 * len(cell.id) for cell in columns), default=0)) + 10
    grid_top = top + head
    legend = list(_legend(rows, width, grid_top + _STEP * len(rows) + 14))
    bottom = max((square.y for square in legend), default=grid_top) + _LEGEND_STEP
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
        labels=_labels(columns, left, grid_top),
        rows=[_placed(row, left, grid_top + _STEP * n) for n, row in enumerate(rows)],
        legend=legend,
    )
    return str(picture)


def _heading(report: Report) -> str:
    if len(report.models) == 1:
        return _short(report.models[0].name, 60)
    return f"{len(report.models)} models" if report.models else "Nothing was tested"


def _lines(report: Report) -> list[str]:
    """Below the heading: where it loads, and what the picture does not show."""
    lines = [_where(model) for model in report.models] if len(report.models) == 1 else []
    if not report.complete:
        lines.append("The run was interrupted, or is not whole: empty circles were not tested.")
    if any(cell.is_predicted for model in report.models for cell in model.cells):
        lines.append("Hollow: predicted (✓ to load, ✗ to fail), not measured")
    if (hidden := len(report.models) - _MOST_ROWS) > 0:
        lines.append(f"{hidden} more models: see report.html")
    return [*lines, f"Tested on {report.started[:10]} with {report.tool}"]


def _where(model: ModelReport) -> str:
    """Where it runs and loads, or else the first sentence of the summary."""
    works = "; ".join(f"{verb} {where}" for verb, where in model.works_in)
    works = works and f"{model.by_usual_call}{works}"
    return _short(works or model.summary.text.partition(". ")[0], 100)


def _rows(models: Sequence[ModelReport], columns: Sequence[CellReport]) -> Iterator[_Row]:
    if len(models) == 1:
        cells = {cell.id: cell for cell in models[0].cells}
        for loader in loaders_of(models[0]):
            squares = tuple(_of_check(cells[column.id], loader) for column in columns)
            yield _Row(name=loader, squares=squares)
        return
    for model in models[:_MOST_ROWS]:
        cells = {cell.id: cell for cell in model.cells}
        name = _short(model.name, 32)
        squares = tuple(
            _of_cell(name, cells[column.id]) if column.id in cells else None for column in columns
        )
        yield _Row(name=name, squares=squares)


def _of_check(cell: CellReport, loader: str) -> _Square | None:
    check = cell.best(loader)
    if check is None:
        return None
    says = f"{loader} in {cell.id}: {words(check)}"
    return _Square(verdict=check.verdict, says=says, expected=check.expected)


def _of_cell(name: str, cell: CellReport) -> _Square:
    said = EXPECTED[cell.expected] if cell.is_predicted else cell.verdict
    return _Square(
        verdict=cell.verdict, says=f"{name} in {cell.id}: {said}", expected=cell.expected
    )


def _description(report: Report) -> str:
    said = (f"{model.name}: {model.summary.text}" for model in report.models[:_MOST_ROWS])
    return " ".join(said) or "Nothing was tested."


def _labels(columns: Sequence[CellReport], left: int, bottom: int) -> list[dict[str, Any]]:
    """The names of cells above their columns, from bottom to top."""
    return [
        {
            "text": cell.id,
            "plain": cell.plain,
            "x": left + _STEP * n + _SIZE / 2 + 4,
            "y": bottom - 8,
        }
        for n, cell in enumerate(columns)
    ]


def _placed(row: _Row, left: int, top: int) -> dict[str, Any]:
    squares = [
        replace(square, x=left + _STEP * n, y=top) for n, square in enumerate(row.squares) if square
    ]
    return {"name": row.name, "x": left - 12, "y": top, "squares": squares}


def _legend(rows: Sequence[_Row], width: int, y: int) -> Iterator[_Square]:
    """Each verdict that occurs, at its place; a new line where one is full."""
    x, occurring = _MARGIN, {square.verdict for row in rows for square in row.squares if square}
    for word in sorted(occurring, key=place_of):
        room = _SIZE + 8 + round(7.2 * len(word)) + 16
        if x > _MARGIN and x + room > width - _MARGIN:
            x, y = _MARGIN, y + _LEGEND_STEP + 4
        yield _Square(verdict=word, says=kind_of(word).meaning, x=x, y=y)
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
        ".s,.l,.e{fill:#56606b}.r{text-anchor:end}.c{font-size:11px}"
        f"{light}@media(prefers-color-scheme:dark){{text{{fill:#e4e9ef}}"
        ".page{fill:#12161b;stroke:#333b45}.s,.l,.e{fill:#9da8b4}"
        f"{dark}}}"
    )


def _toned(name: str, fill: str, ink: str, *, hollow: bool) -> str:
    line = f";stroke:{ink};stroke-dasharray:3 2" if hollow else ""
    return f".{name} rect{{fill:{fill}{line}}}.{name} text{{fill:{ink}}}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"

"""The matrix as a picture for a README, for light and dark pages and screen readers.

Releases go from left to right. Of one model each row is a loader, of several each row is a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.results.verdicts import kind_of
from reports.formats.grid import columns_of, loaders_of, place_of
from reports.formats.table import words
from reports.formats.verdict_style import TONES, symbol_of
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.text import escape

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
    bottom = max((y for _, _, y in legend), default=grid_top) + _LEGEND_STEP
    height = bottom + 14
    parts = [
        *_frame(report, width, height),
        f'<text class="h" x="{_MARGIN}" y="34">{escape(heading)}</text>',
        *(
            f'<text class="s" x="{_MARGIN}" y="{54 + 18 * n}">{escape(line)}</text>'
            for n, line in enumerate(lines)
        ),
        *_labels(columns, left, grid_top),
        *(line for n, row in enumerate(rows) for line in _row(row, left, grid_top + _STEP * n)),
        *(_legend_entry(word, x, y) for word, x, y in legend),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


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


def _frame(report: Report, width: int, height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc">'
    )
    yield '<title id="title">Which TensorFlow releases load the model</title>'
    said = " ".join(f"{model.name}: {model.summary.text}" for model in report.models[:_MOST_ROWS])
    yield f'<desc id="desc">{escape(said or "Nothing was tested.")}</desc>'
    yield f"<style>{_style()}</style>"
    yield (f'<rect class="page" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="10"/>')


def _labels(columns: Sequence[CellReport], left: int, bottom: int) -> Iterator[str]:
    for n, cell in enumerate(columns):
        x, y = left + _STEP * n + _SIZE / 2 + 4, bottom - 8
        kind = "c" if cell.plain else "c e"
        yield (
            f'<text class="{kind}" transform="translate({x} {y}) rotate(-90)">'
            f"{escape(cell.id)}</text>"
        )


def _row(row: _Row, left: int, top: int) -> Iterator[str]:
    yield f'<text class="r" x="{left - 12}" y="{top + 15}">{escape(row.name)}</text>'
    for n, square in enumerate(row.squares):
        if square:
            yield _square(square, left + _STEP * n, top)


def _square(square: _Square, x: int, y: int) -> str:
    tone = kind_of(square.verdict).tone
    symbol = symbol_of(square.verdict, square.expected)
    return (
        f'<g class="{tone}"><title>{escape(square.says)}</title>'
        f'<rect x="{x}" y="{y}" width="{_SIZE}" height="{_SIZE}" rx="5"/>'
        f'<text x="{x + _SIZE / 2}" y="{y + 16}">{symbol}</text></g>'
    )


def _legend(rows: Sequence[_Row], width: int, y: int) -> Iterator[tuple[str, int, int]]:
    """Each verdict that occurs, with its place; a new line where one is full."""
    x, occurring = _MARGIN, {square.verdict for row in rows for square in row.squares if square}
    for word in sorted(occurring, key=place_of):
        room = _SIZE + 8 + round(7.2 * len(word)) + 16
        if x > _MARGIN and x + room > width - _MARGIN:
            x, y = _MARGIN, y + _LEGEND_STEP + 4
        yield word, x, y
        x += room


def _legend_entry(word: str, x: int, y: int) -> str:
    square = _square(_Square(verdict=word, says=kind_of(word).meaning), x, y)
    return f'{square}<text class="l" x="{x + _SIZE + 8}" y="{y + 15}">{escape(word)}</text>'


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

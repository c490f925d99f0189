"""The grid of a picture: of one model a row a loader, of several a row each. Pure.

A column is a range of releases that are alike in all rows, as in the other tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from matrix.plan.loaders import is_usual
from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.plan.variant import Variant
from reports.formats.grid import columns_of, loaders_of
from reports.formats.table import words
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.folding import folded, range_name
from reports.report.text import first_line

# Of a longer name the beginning is shown.
_LONGEST_NAME = 32


@dataclass(frozen=True, kw_only=True)
class Square:
    """A verdict, and what it is in words.

    `needs` is what the call that gave it needs, such as `compile=False`.
    """

    verdict: str
    says: str
    needs: str = ""
    expected: str = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Column:
    """A range of cells; `plain` where they have TensorFlow alone."""

    name: str
    plain: bool


@dataclass(frozen=True, kw_only=True)
class PictureRow:
    """A loader or a model, with a square for each column, `None` where nothing was planned."""

    name: str
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, kw_only=True)
class PictureGrid:
    """The columns, oldest release first, and the rows."""

    columns: tuple[Column, ...]
    rows: tuple[PictureRow, ...]


def picture_grid(models: Sequence[ModelReport]) -> PictureGrid:
    """The grid of the models of a picture."""
    cells = {cell.id: cell for cell in columns_of(models)}
    each = _by_loader(models[0]) if len(models) == 1 else [_by_cell(model) for model in models]
    groups = folded(list(cells), lambda name: [squares.get(name) for _, squares in each])
    columns = tuple(
        Column(name=range_name(group, list(cells)), plain=cells[group[0]].plain) for group in groups
    )
    rows = (
        PictureRow(
            name=short(name, _LONGEST_NAME),
            squares=tuple(
                _named(squares.get(group[0]), column.name)
                for group, column in zip(groups, columns, strict=True)
            ),
        )
        for name, squares in each
    )
    return PictureGrid(columns=columns, rows=tuple(rows))


def short(text: str, most: int) -> str:
    """The beginning of a text that is too long for its place."""
    return text if len(text) <= most else text[: most - 1] + "…"


_Squares = Mapping[str, Square]


def _by_loader(model: ModelReport) -> list[tuple[str, _Squares]]:
    return [(loader, _of_loader(model, loader)) for loader in loaders_of(model)]


def _of_loader(model: ModelReport, loader: str) -> _Squares:
    best = {cell.id: cell.best(loader) for cell in model.cells}
    return {
        name: Square(
            verdict=check.verdict,
            says=f"{loader} in {{}}: {words(check)}",
            needs=_needed(check),
            expected=check.expected,
        )
        for name, check in best.items()
        if check
    }


def _needed(check: CheckReport) -> str:
    """What the call that loads the model needs besides the path: without it, it may well fail."""
    usual = is_usual(check.loader, Variant.parse(check.variant)) or not check.loads
    return "" if usual else first_line(str(check.variant))


def _by_cell(model: ModelReport) -> tuple[str, _Squares]:
    name = first_line(model.name)
    return name, {cell.id: _of_cell(short(name, _LONGEST_NAME), cell) for cell in model.cells}


def _of_cell(name: str, cell: CellReport) -> Square:
    said = EXPECTED[cell.expected] if cell.is_predicted else cell.verdict
    return Square(verdict=cell.verdict, says=f"{name} in {{}}: {said}", expected=cell.expected)


def _named(square: Square | None, where: str) -> Square | None:
    if square is None:
        return None
    before, _, after = square.says.rpartition("{}")
    return replace(square, says=f"{before}{where}{after}")

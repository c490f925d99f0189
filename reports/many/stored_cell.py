"""One cell of a stored report in words: `nox -s explain -- report.json CELL`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from matrix.catalogue.cell_id import CellId
from matrix.errors import LoadmatrixError, UsageError
from matrix.shown import on_one_line, some_of
from reports.formats.tables.cell_text import render_cell
from reports.many.opened import REPORT, OpenedReport, open_report
from reports.output import has_symbols, is_terminal, terminal_width
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport

_MOST_NAMED = 12
_WIDTH = 100


def is_report(path: Path) -> bool:
    """Whether a word of a call names a report, or the folder of one."""
    try:
        return (path / REPORT).is_file() or (path.suffix == ".json" and path.is_file())
    except OSError:
        # The words of an error can be longer than any name.
        return False


def cells_named(
    path: Path, cell: str, names: Sequence[str]
) -> list[tuple[ModelReport, CellReport]]:
    """A cell of the models that are named, or of the only one.

    Raises:
        UsageError: the report has no such cell or model, or several models and none is named.
    """
    opened = open_report(path / REPORT if path.is_dir() else path)
    models = [opened.model(number) for number in _numbers(opened, names)]
    return [(model, _cell_of(model, cell)) for model in models]


def cells_in_words(cells: Sequence[tuple[ModelReport, CellReport]]) -> str:
    """Cells of models as a terminal shows them."""
    width = min(terminal_width(), _WIDTH)
    symbols = is_terminal() and has_symbols()
    return "\n\n".join(render_cell(model, cell, width, symbols=symbols) for model, cell in cells)


def cells_of_report(path: Path) -> tuple[str, ...]:
    """The cells of the first model of a report; none where there is no report."""
    try:
        opened = open_report(path) if is_report(path) else ()
    except LoadmatrixError:
        return ()
    return tuple(cell.id for cell in opened.model(0).cells) if opened else ()


def _numbers(opened: OpenedReport, names: Sequence[str]) -> list[int]:
    called = [(label.name, label.path) for label in opened.labels]
    wanted = set(names)
    found = [n for n, those in enumerate(called) if wanted & set(those)]
    known = {word for those in called for word in those}
    if (absent := [name for name in names if name not in known]) or not (found or len(called) == 1):
        what = f"no model {absent[0]}" if absent else f"{len(called):,} models"
        listed = some_of([on_one_line(name) for name, _ in called], _MOST_NAMED)
        said = on_one_line(f"{opened.path} has {what}.")
        raise UsageError(f"{said} Name one of: {listed}.")
    return found or [0]


def _cell_of(model: ModelReport, word: str) -> CellReport:
    """The cell of that name; a minor release stands for its newest patch."""
    exact = [cell for cell in model.cells if cell.id == word]
    of_minor = [cell for cell in model.cells if _in_short(cell) == word]
    if not (found := exact or of_minor):
        listed = some_of([cell.id for cell in model.cells], _MOST_NAMED)
        said = on_one_line(f"{model.name} has no cell {word}.")
        raise UsageError(f"{said} Its cells: {listed}." if listed else f"{said} It has none.")
    return found[-1]


def _in_short(cell: CellReport) -> str:
    """`2.16+tf_keras` for `2.16.2+tf_keras`."""
    identity = CellId.parse(cell.id)
    return str(replace(identity, version=".".join(identity.version.split(".")[:2])))

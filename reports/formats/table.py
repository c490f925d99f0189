"""One table value per model, from which every format is rendered. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.plan.loaders import LOADERS, is_usual
from matrix.plan.prediction import EXPECTED
from matrix.plan.variant import Variant
from matrix.results.verdicts import Predicted
from reports.formats.shared_reasons import shared_reasons
from reports.formats.tables.where import CellsInWords
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import cell_spans
from reports.report.text import first_line


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell: `words` holds a phrase per column, empty where a loader was not planned."""

    cell: str
    python: str
    keras: str
    verdict: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Note:
    """What stands below the table: several cells that failed alike, `where` in few words, and how.

    `loaders` are none where it holds for the whole cell.
    """

    cells: tuple[str, ...]
    loaders: tuple[str, ...]
    text: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows sorted by release, one column per loader, notes on what did not run."""

    title: str
    loaders: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]


def make_table(model: ModelReport, in_words: CellsInWords = cell_spans) -> Table:
    """The table of one model; `in_words` names the cells of a note, of all the cells it has."""
    present = {loader for cell in model.cells for loader in cell.loaders}
    loaders = tuple(loader for loader in LOADERS if loader in present)
    return Table(
        title=first_line(model.title),
        loaders=loaders,
        rows=tuple(_row(cell, loaders) for cell in model.cells),
        notes=tuple(_notes(model, in_words)),
    )


def _row(cell: CellReport, loaders: Sequence[str]) -> Row:
    return Row(
        cell=cell.id,
        python=first_line(cell.python),
        keras=first_line(cell.keras),
        verdict=cell.verdict,
        words=tuple(words(cell.best(loader)) for loader in loaders),
    )


def words(check: CheckReport | None) -> str:
    """The verdict with what a reader needs to take it right, e.g. `crashed (SIGSEGV)`."""
    if check is None:
        return ""
    if check.kind is Predicted:
        return EXPECTED[check.expected]
    if check.ending:
        stage = ", loaded" if check.stage == "run" else ""
        return f"{check.verdict} ({first_line(check.ending.detail)}{stage})"
    if check.loads and not check.is_answer:
        return f"{check.verdict} (loaded)"
    usual = is_usual(check.loader, Variant.parse(check.variant)) or not check.loads
    told = [] if usual else [first_line(str(check.variant))]
    told += [f"group {check.group}"] if check.group else []
    told += [check.own_word] if check.own_word else []
    return f"{check.verdict} ({', '.join(told)})" if told else check.verdict


def _notes(model: ModelReport, in_words: CellsInWords) -> Iterator[Note]:
    """Why cells are not `runs`, each fact once with all the cells it holds for."""
    for reason in shared_reasons(model, in_words):
        yield Note(
            cells=tuple(cell.id for cell in reason.cells),
            loaders=reason.loaders,
            text=reason.text,
            where=reason.where,
        )

"""One table value per model, from which every format is rendered. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.plan.loaders import LOADERS, is_usual
from matrix.plan.variant import Variant
from reports.report.cause import Cause
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.reasons import first_line
from reports.report.spans import spans

_MOST_WHY = 400


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

    `loader` is empty where it holds for the whole cell.
    """

    cells: tuple[str, ...]
    loader: str
    text: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows sorted by release, one column per loader, notes on what did not run."""

    title: str
    loaders: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]


def make_table(model: ModelReport) -> Table:
    """The table of one model."""
    present = {loader for cell in model.cells for loader in cell.loaders}
    loaders = tuple(loader for loader in LOADERS if loader in present)
    return Table(
        title=first_line(model.title),
        loaders=loaders,
        rows=tuple(_row(cell, loaders) for cell in model.cells),
        notes=tuple(_notes(model)),
    )


def _row(cell: CellReport, loaders: Sequence[str]) -> Row:
    return Row(
        cell=cell.id,
        python=first_line(cell.python),
        keras=first_line(cell.keras),
        verdict=cell.verdict,
        words=tuple(words(cell.best(loader)) for loader in loaders),
    )


def in_words(cell: CellReport) -> str:
    """One line on a cell, e.g. `saved_model runs, keras fails`."""
    return ", ".join(f"{loader} {words(cell.best(loader))}" for loader in cell.loaders)


def words(check: CheckReport | None) -> str:
    """The verdict with what a reader needs to take it right, e.g. `crashed (SIGSEGV)`."""
    if check is None:
        return ""
    if check.ending:
        stage = ", loaded" if check.stage == "run" else ""
        return f"{check.verdict} ({first_line(check.ending.detail)}{stage})"
    usual = is_usual(check.loader, Variant.parse(check.variant)) or not check.loads
    told = [] if usual else [first_line(str(check.variant))]
    told += [f"group {check.group}"] if check.group else []
    return f"{check.verdict} ({', '.join(told)})" if told else check.verdict


def why(check: CheckReport) -> str:
    """One line on why a verdict is what it is: its diagnosis, else what was said."""
    diagnosis = check.diagnosis
    if diagnosis and check.is_answer and diagnosis.cause is not Cause.UNCLASSIFIED:
        # How a process died is a verdict already.
        cause = "" if check.ending else f"{diagnosis.causes_in_words}: "
        told = [
            diagnosis.explanation,
            *(f"Or: {other.in_words}" for other in diagnosis.alternatives),
        ]
        return f"{check.verdict}: {cause}{' '.join(first_line(part, _MOST_WHY) for part in told)}"
    reason = first_line(check.reason)
    # In full in the document, since nothing else there says it.
    whole = check.kind.reason_in_full
    return f"{check.verdict}: {reason}" if whole else reason


def _notes(model: ModelReport) -> Iterator[Note]:
    """Why cells are not `runs`, each reason once with all the cells it holds for."""
    cells = model.cells
    grouped: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        able = [check for check in cell.checks if check.kind.applies]
        whole = {why(check) for check in able}
        for loader in cell.loaders:
            check = cell.best(loader)
            if check is None or not (text := why(check)):
                continue
            # Where it lay on the machine of the test is nobody's business.
            text = text.replace(model.path, model.name)
            # What holds for the whole cell is said once, not once per loader.
            shared = check in able and len(whole) == 1 and not check.is_answer
            key = ("" if shared else loader, text)
            if cell.id not in grouped.setdefault(key, []):
                grouped[key].append(cell.id)
    order = [cell.id for cell in cells]
    for (loader, text), names in grouped.items():
        where = f"{loader} in {spans(names, order)}" if loader else spans(names, order)
        yield Note(cells=tuple(names), loader=loader, text=text, where=where)

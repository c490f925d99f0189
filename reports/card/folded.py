"""The grid of a card: a row for releases that answer alike, minor releases, no Pythons. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tabulate import tabulate

from matrix.catalogue.cell_id import CellId
from matrix.plan.loaders import LOADERS
from matrix.results.verdicts import NotApplicable
from reports.card.for_readers import for_readers
from reports.formats.markdown import escape, with_code
from reports.formats.shared_reasons import shared_reasons
from reports.formats.table import words
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import release_spans

_NOTHING = ("", NotApplicable.word)


def folded_grid(model: ModelReport) -> str:
    """The table: neighbours with equal rows are one, columns that say nothing are left out."""
    present = {loader for cell in model.cells for loader in cell.loaders}
    loaders = [name for name in LOADERS if name in present and _says_something(model, name)]
    rows: dict[tuple[str, ...], list[str]] = {}
    for cell in model.cells:
        said = tuple(words(cell.best(loader)) for loader in loaders)
        rows.setdefault((_beside(cell), _python(cell, model), cell.verdict, *said), []).append(
            cell.id
        )
    order = sorted(rows, key=lambda row: (row[0] != "", row[0]))
    cells = [
        [escape(f"{where(rows[row], model.cells)}{row[1]}"), *map(escape, row[2:])] for row in order
    ]
    headers = ["TensorFlow", "verdict", *loaders]
    return tabulate(cells, headers=headers, tablefmt="github", disable_numparse=True)


def _says_something(model: ModelReport, loader: str) -> bool:
    return any(words(cell.best(loader)) not in _NOTHING for cell in model.cells)


def folded_reasons(model: ModelReport) -> Iterator[str]:
    """Why cells do not run, an item each, with releases as in the grid."""
    for reason in shared_reasons(model, lambda names, _: where(names, model.cells)):
        # That another loader cannot exist there is no news for somebody who asks how to load it.
        beside_the_point = reason.check.kind is NotApplicable and model.summary.usual
        if beside_the_point and model.summary.usual not in reason.loaders:
            continue
        yield f"- **{escape(reason.where)}**: {with_code(for_readers(reason.text))}"


def where(names: Collection[str], cells: Sequence[CellReport]) -> str:
    """Cells as ranges of releases: `2.4 - 2.15 and 2.16 - 2.21 with tf_keras`."""
    parts = []
    for beside in dict.fromkeys(_beside(cell) for cell in cells):
        alike = [cell for cell in cells if _beside(cell) == beside]
        tested = list(dict.fromkeys(cell.tensorflow for cell in alike))
        wanted = [cell.tensorflow for cell in alike if cell.id in names]
        if wanted:
            parts.append(f"{release_spans(wanted, tested)}{beside}")
    return " and ".join(parts)


def _beside(cell: CellReport) -> str:
    labels = CellId.parse(cell.id).labels
    return f" with {', '.join(labels)}" if labels else ""


def _python(cell: CellReport, model: ModelReport) -> str:
    """The Python, where a release was tested with several."""
    alike = [
        one
        for one in model.cells
        if one.tensorflow == cell.tensorflow and _beside(one) == _beside(cell)
    ]
    return f" (Python {'.'.join(cell.python.split('.')[:2])})" if len(alike) > 1 else ""

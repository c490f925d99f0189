"""The grid of releases by loaders, for pictures and pages. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from packaging.version import Version

from matrix.plan.loaders import LOADERS
from matrix.results.verdicts import words
from matrix.versions import version_of
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport

_NUMBERS = re.compile(r"\d[\w.+]*")


@dataclass(frozen=True, kw_only=True)
class SharedReason:
    """What several cells have in common: the same loader, for the same reason, to the same end.

    `cells` are those it holds for; `check` is that of the first of them. `loader` is empty where
    it holds for whole cells.
    """

    loader: str
    cells: tuple[CellReport, ...]
    check: CheckReport


def loaders_of(model: ModelReport) -> tuple[str, ...]:
    """The loaders that were tried somewhere, in the order of every table."""
    tried = dict.fromkeys(loader for cell in model.cells for loader in cell.loaders)
    return tuple(sorted(tried, key=lambda name: (*LOADERS, name).index(name)))


def shared_reasons(model: ModelReport) -> tuple[SharedReason, ...]:
    """Why cells are not `runs`, each reason once, in the order of the loaders, oldest first."""
    grouped: dict[tuple[object, ...], dict[str, CellReport]] = {}
    checks: dict[tuple[object, ...], CheckReport] = {}
    for loader, cell in itertools.product(loaders_of(model), model.cells):
        check = cell.best(loader)
        if check and (check.reason or check.diagnosis):
            # What holds for the whole cell is said once, not once per loader.
            whole = not check.is_answer and len({other.reason for other in cell.checks}) == 1
            key = ("" if whole else loader, check.verdict, *_alike(check))
            grouped.setdefault(key, {})[cell.id] = cell
            checks.setdefault(key, check)
    return tuple(
        SharedReason(loader=str(key[0]), cells=tuple(cells.values()), check=checks[key])
        for key, cells in grouped.items()
    )


def _alike(check: CheckReport) -> Iterator[str]:
    """What checks share that may be told as one: versions in messages and remedies may differ."""
    diagnosis = check.diagnosis
    if diagnosis is None or not check.is_answer:
        yield check.reason
        return
    yield from (diagnosis.cause.value, diagnosis.subject, diagnosis.explanation)
    for remedy in diagnosis.remedies:
        yield f"{remedy.verified} {_NUMBERS.sub('', remedy.text)}"


def columns_of(models: Iterable[ModelReport]) -> tuple[CellReport, ...]:
    """Every cell that occurs in some model, once, oldest release first."""
    columns: dict[str, CellReport] = {}
    for model in models:
        for cell in model.cells:
            columns.setdefault(cell.id, cell)
    return tuple(
        sorted(columns.values(), key=lambda cell: version_of(cell.tensorflow) or Version("0"))
    )


def present(models: Sequence[ModelReport]) -> tuple[str, ...]:
    """The verdicts that occur, best first: what a legend must explain."""
    occurring = {check.verdict for model in models for cell in model.cells for check in cell.checks}
    occurring |= {cell.verdict for model in models for cell in model.cells}
    return tuple(sorted(occurring, key=place_of))


def place_of(verdict: str) -> int:
    """The best is 0; a word of a newer version comes last."""
    return (*words(), verdict).index(verdict)

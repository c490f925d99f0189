"""The grid of releases by loaders, for pictures and pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.version import Version

from matrix.plan.loaders import LOADERS
from matrix.results.verdicts import words
from matrix.versions import version_of
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport


def loaders_of(model: ModelReport) -> tuple[str, ...]:
    """The loaders that were tried somewhere, in the order of every table."""
    tried = dict.fromkeys(loader for cell in model.cells for loader in cell.loaders)
    return tuple(sorted(tried, key=lambda name: (*LOADERS, name).index(name)))


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

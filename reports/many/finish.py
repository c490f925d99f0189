"""The report of a large run from the files of its models: every format, the gate, the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.build.build_report import Run
from reports.gate.requirements import Gate
from reports.overview.row import OverviewRow
from reports.report.internal_errors import InternalErrors
from reports.report.report import Report


@dataclass(frozen=True, kw_only=True)
class ManyModels:
    """What a report of many models is made from.

    `header` is the report with no models, `rows` has one row a model, and `folder` is where
    `conclude_part` wrote `models/`.
    """

    header: Report
    rows: Sequence[OverviewRow]
    folder: Path


def place_for_models(results: Path) -> Path:
    """The folder in which `conclude_part` writes the models of a run that is not over.

    `finish` moves them beside the report: the models of an earlier report stay until then.
    """
    return results / "parts" / ".report"


def header_of(results: Path, run: Run) -> Report:
    """The report of the divided run in `results` with no models."""
    raise NotImplementedError


def finish(
    many: ManyModels,
    output: Path,
    gate: Gate,
    errors: InternalErrors,
    notes: Sequence[str] = (),
) -> int:
    """Write every format into `output`, print the overview, judge; gives the exit code.

    `notes` say what else a reader should know of this run.
    """
    raise NotImplementedError

"""What a report of many models is made from: its head, a row a model, and their files."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.parts.index import PartsIndex
from matrix.parts.part import PARTS
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.run.store import Store
from matrix.stored_files import DAMAGED
from reports.build.build_report import Run, build_header
from reports.many.model_files import FOLDER, name_of, read_model, script_of, unread, write_model
from reports.many.opened import Label
from reports.overview.row import OverviewRow
from reports.report.model_report import ModelReport
from reports.report.report import Report

_LOST = "Its report could not be written. Create the report again."
# What is wrong with it is told of its models.
_UNREADABLE = (OSError, LoadmatrixError, *DAMAGED)
# A shard may have no models.
_NOTHING_PLANNED = Plan(models=(), cells=(), run_order=(), nearest=())


@dataclass(frozen=True, kw_only=True)
class ManyModels:
    """A report of many models before it is written.

    `header` is the report with no models, `rows` has one row a model, in the order of their places,
    and `folder` is where `conclude_part` wrote `models/`. `is_written` says that report.json is
    where it belongs, with the files of its models: only the other formats are missing.
    """

    header: Report
    rows: Sequence[OverviewRow]
    folder: Path
    is_written: bool = False

    @property
    def places(self) -> tuple[int, ...]:
        """The places of the models in the whole list."""
        return tuple(row.place for row in self.rows)

    @property
    def labels(self) -> tuple[Label, ...]:
        """What tells the models apart."""
        return tuple(
            Label(
                path=row.path,
                sha256=row.sha256,
                called=row.name,
                format=row.format,
                untested=row.untested,
            )
            for row in self.rows
        )

    def models(self) -> Iterator[ModelReport]:
        """The models in order, one in memory at a time; untested where its file is not there."""
        for row in self.rows:
            try:
                yield read_model(self.folder / name_of(row.place))
            except LoadmatrixError as error:
                yield _unread(row, str(error))

    def complete(self) -> None:
        """Have the files of exactly these models: one that could not be written says so itself.

        Raises:
            OSError: it cannot be written now either.
        """
        wanted = {name(place) for place in self.places for name in (name_of, script_of)}
        for file in (self.folder / FOLDER).glob("*"):
            if f"{FOLDER}/{file.name}" not in wanted:
                file.unlink()
        for row in self.rows:
            if not (self.folder / name_of(row.place)).exists():
                write_model(_unread(row, _LOST), row.place, self.folder)

    def discard(self) -> None:
        """Remove the files: the report has what was in them."""
        shutil.rmtree(self.folder / FOLDER, ignore_errors=True)


def _unread(row: OverviewRow, why: str) -> ModelReport:
    return unread(row.path, why, format_name=row.format, sha256=row.sha256, called=row.name)


def place_for_models(results: Path) -> Path:
    """The folder in which `conclude_part` writes the models of a run that is not over.

    `finish` moves them beside the report: the models of an earlier report stay until then.
    """
    return results / PARTS / ".report"


def header_of(results: Path, run: Run) -> Report:
    """The report of the divided run in `results` with no models.

    The machine and the options are those of its first part that can be read.
    """
    return build_header(next(_plans(results), _NOTHING_PLANNED), run)


def _plans(results: Path) -> Iterator[Plan]:
    for part in PartsIndex.read(results).parts:
        with contextlib.suppress(*_UNREADABLE):
            yield plan_from(Store(folder=part.folder(results)).plan(), catalogue())

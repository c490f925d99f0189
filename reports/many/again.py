"""Every format of a report of many models once more, from the report alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from matrix.run.store import INTERNAL_ERRORS
from reports.gate.requirements import Gate
from reports.many.conclude_part import write_files
from reports.many.finish import finish
from reports.many.many_models import ManyModels
from reports.many.opened import OpenedReport
from reports.overview.row import row_of
from reports.report.internal_errors import InternalErrors


def finish_again(report: OpenedReport, output: Path, gate: Gate) -> int:
    """Write every format into `output`; the exit code.

    In the folder of the report itself, report.json and the files of its models stay as they are:
    one that is damaged may be mended yet.
    """
    in_place = output.resolve() == report.path.parent.resolve()
    errors = InternalErrors(log=output / INTERNAL_ERRORS)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=output) as made:
        folder, rows = Path(made), []
        for place, model in zip(_places(report), report.models(), strict=True):
            errors.written(partial(write_files, model, place, folder, errors))
            rows.append(row_of(model, place))
        many = ManyModels(header=report.header, rows=rows, folder=folder, is_written=in_place)
        return finish(many, output, gate, errors)


def _places(report: OpenedReport) -> Iterator[int]:
    """The places of the models in the whole list: an index has them in the names of its files."""
    for number, label in enumerate(report.labels):
        yield int(Path(label.file).stem) if label.file else number

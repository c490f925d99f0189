"""The report of a thousand models in all releases, written from the files of its models.

python -m benchmarks.scale.reporting make FOLDER COUNT REPORT   # models like those of a report
python -m benchmarks.scale.reporting finish FOLDER              # their report, in every format
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.judging import judged
from benchmarks.scale.measured import measured
from matrix.files import write_text
from matrix.plan.plan import Plan
from reports.build.build_report import Run, build_header
from reports.formats.html.many.model_script import model_script
from reports.gate.requirements import Gate
from reports.many.finish import finish
from reports.many.many_models import ManyModels
from reports.many.model_files import script_of, write_model
from reports.many.opened import open_report
from reports.overview.row import row_of
from reports.report.cause import Cause, Certainty, Diagnosis
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport, ErrorReport
from reports.report.internal_errors import InternalErrors
from reports.report.model_report import ModelReport

_MODELS, _FEW = 1000, 70
PARENT_MB_TARGET = 400.0
CPU_TARGET = 120.0
_PARTS, _ROWS = "parts", "rows.pickle"
_REASONS = (
    (Cause.KERAS3_FORMAT_UNSUPPORTED, "Keras 3 does not load SavedModel folders."),
    (Cause.UNREGISTERED_OP, "This TensorFlow has no op `RegexFullMatch`."),
    (Cause.KERAS_CONFIG_INCOMPATIBLE, "Keras 2 does not accept the argument `batch_shape`."),
)
# As long as those of TensorFlow are.
_TRACEBACK = "  File 'tensorflow/python/saved_model/load.py', line 912, in load_partial\n" * 40


def reporting(report: Path, folder: Path, *, quick: bool) -> None:
    """The models of `report` again and again, with other names and failures; then their report."""
    count = _FEW if quick else _MODELS
    place = folder / "report"
    words = [sys.executable, "-m", "benchmarks.scale.reporting"]
    beside = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    made = measured([*words, "make", str(place), str(count), str(report)], folder / "made", beside)
    print(f"{count} models and their pages written: {made.shown}")
    took = measured([*words, "finish", str(place)], folder / "finished", beside)
    size = sum(file.stat().st_size for file in place.glob("*.*")) / 1e6
    details = f"{took.shown}; {size:.0f} MB beside the files of models"
    judged(f"report of {count} models, CPU s", took.cpu, CPU_TARGET, details)
    judged(f"report of {count} models, MB of memory", took.parent_mb, PARENT_MB_TARGET, details)


def make(folder: Path, count: int, report: Path) -> None:
    """The files of so many models, as parts leave them, and their rows beside them."""
    models = list(open_report(report).models())
    rows = []
    for place in range(count):
        model = varied(models[place % len(models)], place)
        write_model(model, place, folder / _PARTS)
        write_text(folder / _PARTS / script_of(place), model_script(model, place))
        rows.append(row_of(model, place))
    (folder / _ROWS).write_bytes(pickle.dumps(rows))


def varied(model: ModelReport, number: int) -> ModelReport:
    """A model of another name that fails from some cell on for one of a few reasons."""
    since = number % (len(model.cells) + 1)
    cells = [*model.cells[:since], *(_failing(cell, number) for cell in model.cells[since:])]
    digest = f"{number:064x}"
    return replace(
        model, path=f"/models/group{number % 9}/model{number:05}", sha256=digest, cells=tuple(cells)
    )


def _failing(cell: CellReport, number: int) -> CellReport:
    checks = tuple(_failed(check, number) for check in cell.checks)
    return replace(cell, verdict="fails", loads=False, checks=checks)


def _failed(check: CheckReport, number: int) -> CheckReport:
    cause, why = _REASONS[number % len(_REASONS)]
    return replace(
        check,
        verdict="fails",
        loads=False,
        stage="load",
        reason=f"fails: ValueError: {why}",
        error=ErrorReport(type="ValueError", message=why, traceback=_TRACEBACK),
        diagnosis=Diagnosis(
            cause=cause, subject="", explanation=why, certainty=Certainty.CERTAIN, rule="made"
        ),
        calls=(),
        agreement=None,
    )


def write(folder: Path) -> int:
    """The report of the models in a folder, in every format."""
    now = datetime.now(UTC)
    plan = Plan(models=(), cells=(), run_order=(), nearest=())
    rows = pickle.loads((folder / _ROWS).read_bytes())
    many = ManyModels(
        header=build_header(plan, Run(started=now, seconds=1.0)), rows=rows, folder=folder / _PARTS
    )
    return finish(many, folder, Gate(today=now.date()), InternalErrors(log=folder / "errors.txt"))


def main(words: Sequence[str]) -> int:
    """One of the two steps, in a process of its own."""
    match list(words):
        case ["make", folder, count, report]:
            make(Path(folder), int(count), Path(report))
            return 0
        case ["finish", folder]:
            return write(Path(folder))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

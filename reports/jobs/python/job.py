"""The main job for `loadmatrix.run`: how it ended is an answer in a file."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from matrix.called import by_command
from matrix.environments.clean import models_in_use
from matrix.errors import LoadmatrixError, NothingTestable, RequirementsNotMet
from matrix.files import what_failed
from matrix.options.options import Options
from matrix.run.store import Store
from reports.gate.judgement import NOT_MET, evaluate_gate, read_gate
from reports.gate.requirements import Gate
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.matrix import run_matrix
from reports.jobs.python.answers import Answer, answer_with, asked_in
from reports.output import documents_in, log_shown
from reports.report.report import Report
from reports.report.report_json import read_report
from reports.report.text import first_line
from reports.workflow_commands import commands_stopped

WORKERS = Path(__file__).parents[2] / "workers_noxfile.py"
_MOST_CELLS, _MOST_REASON = 3, 300


def answer(place: Path) -> None:
    """Do what is asked for in a folder, and write the answer there."""
    answer_with(_answered(asked_in(place)), place)


@models_in_use()
def _answered(options: Options) -> Answer:
    given = list[Path | str]()
    with by_command(), commands_stopped(), log_shown(0), documents_in(given):
        try:
            # Now: the run may write its report where the baseline is.
            gate = read_gate(options.gate, datetime.now(UTC).date())
        except LoadmatrixError as error:
            return _failed(error)
        try:
            said = _ended(run_matrix(options, WORKERS), options, gate, _report(given))
        except LoadmatrixError as error:
            said = _failed(error)
        except OSError as error:
            said = _failed(LoadmatrixError(what_failed(error)))
        except Exception as error:  # noqa: BLE001 - who called gets a sentence
            traceback.print_exc()
            told = f"{type(error).__name__}: {error}"[:300]
            bug = f"The run failed ({told}). This is a bug in loadmatrix: please report it."
            said = _failed(LoadmatrixError(bug))
        return msgspec.structs.replace(said, report=str(_report(given) or ""))


def _report(given: Sequence[Path | str]) -> Path | None:
    """The report that a run has written, if it has."""
    return next((what for what in given if isinstance(what, Path)), None)


def _failed(error: LoadmatrixError) -> Answer:
    return Answer(code=error.exit_code, error=type(error).__name__, sentence=str(error))


def _ended(code: int, options: Options, gate: Gate, report: Path | None) -> Answer:
    """What an exit code means, in the sentences that stand in the report."""
    if code == 0 or report is None:
        return Answer(code=code)
    seen = read_report(report)
    if code == NOT_MET:
        return _failed(RequirementsNotMet("\n".join(evaluate_gate(seen, gate).errors)))
    if code == NOT_TESTED:
        return _failed(NothingTestable("\n".join(_untested(seen))))
    log = Store(folder=options.output / "results").internal_errors
    return _failed(LoadmatrixError(f"A part of the report could not be made. See {log}."))


def _untested(report: Report) -> Iterator[str]:
    """Why models were not tested, or no cell gave an answer."""
    for model in report.models:
        if model.untested:
            yield model.untested
    cells = [cell for model in report.models for cell in model.cells]
    if cells and not any(cell.kind.is_answer for cell in cells):
        reasons = (first_line(cell.reason or cell.verdict, _MOST_REASON) for cell in cells)
        said = [f"{cell.id}: {why}" for cell, why in zip(cells, reasons, strict=True)]
        yield "\n".join(["No cell gave an answer.", *said[:_MOST_CELLS]])

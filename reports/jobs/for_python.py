"""The main job for `loadmatrix.run`: how it ended is an answer in a file."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from matrix.called import by_command
from matrix.environments.clean import models_in_use
from matrix.errors import LoadmatrixError, NothingTestable, RequirementsNotMet
from matrix.files import what_failed, write_text
from matrix.options.options import Options
from matrix.run.store import Store
from reports.gate.judgement import NOT_MET, evaluate_gate, read_gate
from reports.gate.requirements import Gate
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.matrix import report_since, run_matrix
from reports.output import log_shown
from reports.report.report import Report
from reports.report.report_json import read_report
from reports.report.text import first_line
from reports.workflow_commands import commands_stopped

WORKERS = Path(__file__).parents[1] / "workers_noxfile.py"
_REQUEST, _ANSWER = "request", "answer"
_MOST_CELLS, _MOST_REASON = 3, 300


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended: the exit code of the command, and the file of its report, if there is one.

    `error` is the class of the exception that a caller shall see, and `sentence` its text.
    """

    code: int
    error: str = ""
    sentence: str = ""
    report: str = ""


def ask(options: Options, place: Path) -> None:
    """Write what is asked for into a folder of this process."""
    (place / _REQUEST).write_bytes(pickle.dumps(options))


def answer(place: Path) -> None:
    """Do what is asked for in a folder, and write the answer there."""
    # Written a moment ago by the process that started this one.
    options: Options = pickle.loads((place / _REQUEST).read_bytes())  # noqa: S301
    write_text(place / _ANSWER, msgspec.json.encode(_answered(options)).decode())


def answer_in(place: Path) -> Answer | None:
    """The answer in a folder, if it is there."""
    try:
        return msgspec.json.decode((place / _ANSWER).read_bytes(), type=Answer)
    except (OSError, msgspec.DecodeError):
        return None


@models_in_use()
def _answered(options: Options) -> Answer:
    with by_command(), commands_stopped(), log_shown(0):
        try:
            # Now: the run may write its report where the baseline is.
            gate = read_gate(options.gate, datetime.now(UTC).date())
        except LoadmatrixError as error:
            return _failed(error)
        new_report = report_since(options)
        try:
            said = _ended(run_matrix(options, WORKERS), options, gate, new_report())
        except LoadmatrixError as error:
            said = _failed(error)
        except OSError as error:
            said = _failed(LoadmatrixError(what_failed(error)))
        except Exception as error:  # noqa: BLE001 - who called gets a sentence
            traceback.print_exc()
            told = f"{type(error).__name__}: {error}"[:300]
            bug = f"The run failed ({told}). This is a bug in loadmatrix: please report it."
            said = _failed(LoadmatrixError(bug))
        report = new_report()
        return msgspec.structs.replace(said, report=str(report or ""))


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

"""`report.csv`: one row per check, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from matrix.results.verdicts import NotRun
from matrix.shown import on_one_line
from reports.formats.streaming import rendered
from reports.report.cause import Diagnosis
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.report import Report

# What makes a spreadsheet take a text for a formula, the wide forms included.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")

COLUMNS = (
    "model",
    "format",
    "sha256",
    "cell",
    "tensorflow",
    "python",
    "keras",
    "plain",
    "loader",
    "variant",
    "verdict",
    "loads",
    "runs",
    "stage",
    "seconds",
    "peak_mb",
    "reason",
    "cause",
    "certainty",
    "alternatives",
    "subject",
    "remedy",
    "own_word",
    "isolation",
    "source",
    "measured_at",
    "prediction",
)


def render(report: Report) -> str:
    """The whole sheet."""
    return rendered(Sheet(), report.models)


class Sheet:
    """The sheet row by row; a cell without any check has one, and a model that was not tested."""

    def head(self) -> str:
        return _lines([dict(zip(COLUMNS, COLUMNS, strict=True))])

    def add(self, model: ModelReport) -> str:
        rows = [_untested(model)] if model.untested else []
        return _lines([*rows, *(row for cell in model.cells for row in _rows(model, cell))])

    def foot(self) -> str:
        return ""


def _lines(rows: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    sheet = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    sheet.writerows({name: _written(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _untested(model: ModelReport) -> Mapping[str, object]:
    return {"model": model.name, "verdict": NotRun.word, "reason": model.untested}


def _rows(model: ModelReport, cell: CellReport) -> Iterator[Mapping[str, object]]:
    place = {
        "model": model.name,
        "format": model.format,
        "sha256": model.sha256,
        "cell": cell.id,
        "tensorflow": cell.tensorflow,
        "python": cell.python,
        "keras": cell.keras,
        "plain": cell.plain,
        "isolation": cell.isolation and cell.isolation.word,
        "source": cell.source,
        "measured_at": cell.measured_at or None,
    }
    for check in cell.checks:
        yield {**place, **_check(check)}
    if not cell.checks:
        yield {**place, "verdict": cell.verdict, "loads": cell.loads, "reason": cell.reason}


def _check(check: CheckReport) -> Mapping[str, object]:
    diagnosis = check.diagnosis
    return {
        "loader": check.loader,
        "variant": check.variant,
        "verdict": check.verdict,
        "loads": check.loads,
        "runs": check.runs,
        "own_word": check.own_word,
        "prediction": check.prediction.verdict if check.prediction else None,
        "stage": check.stage,
        "seconds": check.seconds,
        "peak_mb": check.peak_mb,
        "reason": check.reason,
        **_cause(diagnosis),
    }


def _cause(diagnosis: Diagnosis | None) -> Mapping[str, object]:
    if diagnosis is None:
        return {}
    return {
        "cause": diagnosis.cause.value,
        "certainty": diagnosis.certainty.value if diagnosis.certainty else None,
        "alternatives": " ".join(other.cause.value for other in diagnosis.alternatives),
        "subject": diagnosis.subject,
        "remedy": diagnosis.remedies[0].text if diagnosis.remedies else None,
    }


def _written(value: object) -> str:
    """A value as text that stays one: on one line, and no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    shown = on_one_line(str(value)).strip()
    return f"'{shown}" if shown.startswith(_FORMULA) else shown

"""What was predicted of releases that a fast run did not measure, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.plan.prediction import FAILS, LOADS, UNKNOWN
from matrix.results import verdicts
from matrix.results.result import CellResult
from reports.report.releases.ranges import spans

_TOLD = {LOADS: "loads in", FAILS: "does not load in", UNKNOWN: "unknown in"}


def predicted_sentence(cells: Sequence[CellResult]) -> str:
    """Where the model is predicted to load, and where not; empty where all was measured."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        if isinstance(cell.verdict, verdicts.Predicted):
            prediction = cell.verdict.prediction
            expected = prediction.verdict if prediction else UNKNOWN
            found.setdefault(expected, []).append(cell.cell.id)
    order = [cell.cell.id for cell in cells]
    told = [f"{_TOLD[word]} {spans(found[word], order)}" for word in _TOLD if word in found]
    return f" Predicted, not measured: {'; '.join(told)}." if told else ""

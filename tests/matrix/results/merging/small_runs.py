"""Runs of one model with a check a cell, and what is known once they are merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from matrix.results.conclude import conclude
from matrix.results.merging.merge import merge
from matrix.results.merging.stored_run import StoredRun
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_prediction, make_ran

STARTED = datetime(2026, 1, 2, tzinfo=UTC)
RAN = make_ran(1.0)
FAILED = CheckRecord(error=ErrorRecord(type="ValueError", message="no"))


def run_of(
    name: str, cells: Mapping[str, CheckRecord | None], age: int = 0, digest: str = "ab"
) -> StoredRun:
    """A run in which saved_model came out like this in each cell; `None` where it did not run."""
    outcomes = {
        cell: make_outcome(cell, {"0:saved_model": record})
        for cell, record in cells.items()
        if record
    }
    return StoredRun(
        name=name,
        plan=make_plan([make_cell(cell) for cell in cells], make_model(sha256=digest * 32)),
        outcomes=outcomes,
        folders={cell: Path(name, cell) for cell in cells},
        inputs=[[Path(name, "1.npz")]] * 2,
        started=STARTED - timedelta(days=age),
        seconds=10.0,
        complete=True,
        finished=tuple(outcomes),
    )


def merged_run(runs: Sequence[StoredRun]) -> StoredRun:
    (one,) = merge(runs).runs
    return one.run


def words_of(run: StoredRun) -> dict[str, str]:
    (result,) = conclude(run.plan, run.outcomes)
    return {cell.cell.id: cell.verdict.word for cell in result.cells}


OLD, NEW = "2.14.1", "2.15.1"


def fast_run(run: StoredRun, verdict: str = "loads") -> StoredRun:
    """The same run with --fast: cells without an outcome are left to their predictions."""
    cells = [planned.cell.id for planned in run.plan.cells]
    said = tuple(make_prediction(verdict, run.name, cell=cell) for cell in cells)
    return replace(run, plan=replace(run.plan, fast=True, predictions=(said,)))

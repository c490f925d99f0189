"""Outcomes of cells that nobody ran: what raw calls did where that is recorded, else made up.

The record lies beside the project (`facts/measured-loads.jsonl`). A cell of a release has the
packages that release has, its Keras above all.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

from matrix.catalogue.keras import KERAS
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.executor import Ended, PlannedRun
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import CallRecord, ErrorRecord
from reports.diagnosis.rules.all import RULES
from tests.builders import make_call, make_outcome, make_ran, make_tensor
from tests.conftest import SHARED

_MESSAGES = tuple(
    example.given for rule in RULES for example in rule.examples if isinstance(example.given, str)
)


class MeasuredExecutor:
    """In the place of the sessions of cells: each cell that needs a run has its outcome."""

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        for run in runs:
            for name in run.cells:
                yield Ended(run=run, outcome=outcome_of(run.plan.cell(name), run.plan))


def outcome_of(planned: PlannedCell, plan: Plan) -> Outcome:
    """What became of a cell; the same whenever it is asked."""
    cell = planned.cell
    if _number(cell.id) % 17 == 0:
        error = _error("ImportError", "libcudart.so.11.0: cannot open shared object file")
        return make_outcome(cell.id, imported=False, error=error)
    records = {
        check.id: _record(check, plan.models[check.model].path, str(cell.release.version))
        for check in planned.checks
    }
    packages = {"tensorflow": str(cell.release.version), "numpy": "1.26.4"}
    if cell.release.minor >= (2, 6):
        packages[KERAS] = cell.release.keras
    for companion in cell.companions:
        packages[companion.name] = str(companion.pinned)
    environment = {"python": f"{cell.python}.1", "packages": packages}
    return make_outcome(cell.id, records, environment=environment)


def _record(check: Check, model: Path, release: str) -> CheckRecord:
    seen = _measured().get((model.name, check.loader, check.variant.label, release))
    seen = seen or _measured().get((model.parent.name, check.loader, check.variant.label, release))
    kind = _number(f"{check.id} {release} {model.name}")
    if seen is None:
        return _made_up(kind)
    if not seen["ok"]:
        error = _error(seen["type"] or "", seen["message"] or "")
        return CheckRecord(stage="load", error=error)
    return _loaded(kind)


def _loaded(kind: int) -> CheckRecord:
    """Runs as a rule; some answer otherwise, cannot be called or die when they are."""
    error = _error("InvalidArgumentError", "No OpKernel was registered")
    rare: Mapping[int, CheckRecord] = {
        0: make_ran(1.5),
        1: CheckRecord(
            stage="run", loaded=True, calls=(CallRecord(signature="serve", error=error),)
        ),
        2: CheckRecord(
            stage="run",
            loaded=True,
            exit=ProcessExit(signal="SIGILL", log="Illegal instruction"),
        ),
        3: CheckRecord(
            stage="run",
            loaded=True,
            calls=(make_call(make_tensor("text", name="labels", dtype="string")),),
        ),
    }
    return rare.get(kind % 23, make_ran(1.0))


def _made_up(kind: int) -> CheckRecord:
    if kind % 3 == 0:
        text = _MESSAGES[kind % len(_MESSAGES)]
        name, _, message = text.partition(": ")
        return CheckRecord(
            stage="load", error=ErrorRecord(type=name, message=message, traceback=text)
        )
    return _loaded(kind)


def _error(kind: str, message: str) -> ErrorRecord:
    return ErrorRecord(type=kind, message=message, traceback=f"{kind}: {message}")


def _number(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "backslashreplace"))


@functools.cache
def _measured() -> Mapping[tuple[str, str, str | None, str], Mapping[str, Any]]:
    record = SHARED / "facts" / "measured-loads.jsonl"
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else ()
    rows = [json.loads(line) for line in lines if line]
    return {(row["model"], row["loader"], row["variant"], row["tensorflow"]): row for row in rows}

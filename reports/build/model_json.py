"""One model in `report.json`: its facts, its summary, its cells and their checks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import partial
from typing import Any

from matrix.plan.plan import Plan
from matrix.plan.required_packages import Need
from matrix.plan.untested import Untested
from matrix.results import verdicts
from matrix.results.conclude import CellResult, CheckResult, ModelResult
from matrix.results.verdicts import Verdict
from reports.build.diagnose_check import Diagnosing, diagnosing
from reports.build.grouping import groups_document
from reports.build.summary import Summary, cell_loads, loads_there, summarize
from reports.report.cause import Diagnosis
from reports.report.internal_errors import Guard
from reports.report.reasons import describe

Diagnose = Callable[[CellResult, CheckResult], Diagnosis | None]


def model_document(plan: Plan, result: ModelResult, guard: Guard) -> dict[str, Any]:
    """One model in all its cells, as the report has it."""
    name = plan.models[result.number].path.name
    summary = guard(
        f"the summary of {name}",
        partial(summarize, result),
        Summary(text="The summary could not be created. See the table."),
    )
    facts = plan.models[result.number]
    known = guard(f"the diagnoses of {name}", partial(_diagnosing, plan, result), None)

    def diagnose(cell: CellResult, check: CheckResult) -> Diagnosis | None:
        if known is None:
            return None
        what = f"the diagnosis of {check.loader} for {name} in {cell.cell.id}"
        return guard(what, partial(known.of, cell, check), None)

    return {
        **facts.to_dict(),
        "findings": [one.to_dict() for one in plan.findings_of(result.number)],
        "risks": [one.to_dict() for one in plan.risks_of(result.number)],
        "summary": {
            "specifier": summary.loads.specifier,
            "text": summary.text,
            "runs": summary.runs.specifier,
            "loaders": {name: one.specifier for name, one in summary.loaders.items()},
            "companions": {name: one.specifier for name, one in summary.companions.items()},
            "ranges": _ranges(summary),
            "keras": dict(summary.keras),
            "unheld": list(result.unheld),
            "groups": groups_document(result),
        },
        "inputs": f"inputs/{result.number}",
        "cells": [_cell(cell, diagnose) for cell in result.cells],
    }


def _diagnosing(plan: Plan, result: ModelResult) -> Diagnosing:
    number = result.number
    given = plan.custom_objects.name if plan.custom_objects else ""
    found = plan.findings_of(number)
    return diagnosing(plan.models[number], found, plan.place_of(number), result, given)


def untested_document(model: Untested) -> dict[str, Any]:
    """A model that was named and could not be tested: nothing of it is known but why."""
    return {
        "path": model.path,
        "format": model.format,
        "sha256": model.sha256,
        "facts": {},
        "summary": {"specifier": "", "text": f"Not tested: {model.why}"},
        "cells": [],
        "untested": model.why,
    }


def _ranges(summary: Summary) -> dict[str, Any]:
    """The same as the specifiers, but without a word on what was not tested."""
    return {
        "loads": list(summary.loads.parts),
        "runs": list(summary.runs.parts),
        "untested": list(summary.loads.untested),
        "loaders": {name: list(one.parts) for name, one in summary.loaders.items()},
        "companions": {name: list(one.parts) for name, one in summary.companions.items()},
    }


def _cell(cell: CellResult, diagnose: Diagnose) -> dict[str, Any]:
    return {
        "id": cell.cell.id,
        "tensorflow": str(cell.cell.release.version),
        "python": str(cell.environment.get("python") or cell.cell.python),
        "keras": cell.keras,
        "plain": cell.cell.plain,
        "companions": {one.name: one.requirement for one in cell.cell.companions},
        "requirements": list(cell.cell.requirements),
        "imports": list(cell.cell.imports),
        "handover": cell.cell.handover.to_dict() if cell.cell.handover else None,
        "needs": [_need(need) for need in cell.needs],
        "verdict": cell.verdict.word,
        "loads": cell_loads(cell),
        "reason": _reason(cell.verdict),
        "import_cpu_seconds": round(cell.import_cpu_seconds, 3),
        "environment": dict(cell.environment),
        "checks": [_check(check, diagnose(cell, check)) for check in cell.checks],
        "attempts": [dataclasses.asdict(one) for one in cell.attempts],
    }


def _need(need: Need) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(need).items() if name != "model"}


def _check(check: CheckResult, found: Diagnosis | None) -> dict[str, Any]:
    return {
        "loader": check.loader,
        "variant": check.variant,
        "verdict": check.verdict.word,
        "loads": loads_there(check.verdict),
        "stage": check.stage,
        "reason": _reason(check.verdict),
        "seconds": round(check.seconds, 3),
        "peak_mb": check.peak_mb,
        "repeated": check.repeated,
        "error": _error(check.verdict),
        "diagnosis": found.to_dict() if found else None,
        "ending": _ending(check.verdict),
        "difference": _difference(check.verdict),
        "agreement": _agreement(check.verdict),
        "group": check.verdict.group if isinstance(check.verdict, verdicts.Runs) else None,
        "calls": [dict(call) for call in check.calls],
    }


def _reason(verdict: Verdict) -> str:
    """Why a verdict is what it is: in full where nothing else in the document says it."""
    whole = (verdicts.Blocked, verdicts.Broken, verdicts.Unavailable)
    return verdict.reason if isinstance(verdict, whole) else describe(verdict)


def _error(verdict: Verdict) -> dict[str, Any] | None:
    if not isinstance(verdict, verdicts.Fails | verdicts.Loads):
        return None
    fields = ("type", "message", "traceback")
    return {
        **{name: str(verdict.error.get(name, "")) for name in fields},
        "chain": list(verdict.error.get("chain", ())),
    }


def _ending(verdict: Verdict) -> dict[str, Any] | None:
    if not isinstance(verdict, verdicts.Crashed | verdicts.TimedOut | verdicts.OutOfMemory):
        return None
    return {"detail": verdict.detail, "log": verdict.log}


def _difference(verdict: Verdict) -> dict[str, Any] | None:
    if not isinstance(verdict, verdicts.Differs):
        return None
    return {
        "output": verdict.output,
        "compared_with": verdict.compared_with,
        "largest": _finite(verdict.largest),
        "relative": _finite(verdict.relative),
        "explanation": verdict.explanation,
    }


def _agreement(verdict: Verdict) -> dict[str, Any] | None:
    if not isinstance(verdict, verdicts.Runs) or verdict.compared_with is None:
        return None
    return {
        "compared_with": verdict.compared_with,
        "largest": _finite(verdict.largest),
        "relative": _finite(verdict.relative),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None

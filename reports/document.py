"""`report.json`: everything that was found, as `report.schema.json` describes it."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from matrix import schemas, verdicts
from matrix.host import host
from matrix.model.facts import Format
from matrix.needs import Need
from matrix.numerics import SEED, TOLERANCES
from matrix.plan import Plan
from matrix.results import CellResult, CheckResult, ModelResult
from matrix.untested import Untested
from matrix.verdicts import Verdict
from reports.boundaries import boundaries, python_matters
from reports.causes import Diagnosis
from reports.diagnosed import Diagnosing, diagnosing
from reports.howto import ways
from reports.reasons import describe
from reports.report import from_document
from reports.summary import Summary, cell_loads, loads_there, summarize

SCHEMA = Path(__file__).with_name("report.schema.json")
NAME = "loadmatrix"


@dataclass(frozen=True, kw_only=True)
class Run:
    """When a run began and how many seconds it took; `complete` is false after an interrupt."""

    started: datetime
    seconds: float
    complete: bool = True


def tool_version() -> str:
    """The version of this tool: of the installed package, or of the checkout it runs from."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def make_document(plan: Plan, results: Sequence[ModelResult], run: Run) -> dict[str, Any]:
    """The report as JSON values; NaN and infinities do not occur in it."""
    models = [_model(plan, result) for result in results]
    for one in plan.untested:
        models.insert(one.place, _untested(one))
    document: dict[str, Any] = {
        "schema": schemas.SCHEMA,
        "tool": {"name": NAME, "version": tool_version()},
        "host": dict(plan.host) or host(),
        "started": run.started.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "complete": run.complete,
        "numerics": _numerics(plan),
        "custom_objects": _custom_objects(plan),
        "allow_lambda": plan.allow_lambda,
        "models": models,
    }
    # What follows from the cells as they are told, for readers that have no use for our code.
    for model, told in zip(from_document(document).models, document["models"], strict=True):
        told["summary"]["boundaries"] = [
            *(one.text for one in boundaries(model)),
            *python_matters(model),
        ]
        told["summary"]["ways"] = [
            {**way.__dict__, "cells": list(way.cells)} for way in ways(model)
        ]
    return document


def _numerics(plan: Plan) -> dict[str, Any]:
    """What outputs were held to; the settings of every cell are those of the host, `pinned`."""
    tolerances = {dtype: list(plan.numerics.tolerance(dtype) or ()) for dtype in TOLERANCES}
    return {**plan.numerics.to_dict(), "seed": SEED, "tolerances": tolerances}


def _custom_objects(plan: Plan) -> dict[str, Any] | None:
    """The caller's Python that the checks had at hand, without the place where it lies."""
    known = plan.custom_objects
    return {"name": known.name, "sha256": known.sha256} if known else None


def _model(plan: Plan, result: ModelResult) -> dict[str, Any]:
    summary = summarize(result)
    facts = plan.models[result.number]
    known = diagnosing(facts, plan.findings_of(result.number), plan.place_of(result.number), result)
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
        },
        "inputs": f"inputs/{result.number}",
        "cells": [_cell(cell, known) for cell in result.cells],
    }


def _untested(model: Untested) -> dict[str, Any]:
    """A model that was named and could not be tested: nothing of it is known but why."""
    return {
        "path": model.path,
        "format": Format.UNKNOWN.value,
        "sha256": "",
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


def _cell(cell: CellResult, known: Diagnosing) -> dict[str, Any]:
    return {
        "id": cell.cell.id,
        "tensorflow": str(cell.cell.release.version),
        "python": str(cell.environment.get("python") or cell.cell.python),
        "keras": cell.keras,
        "plain": cell.cell.plain,
        "companions": {one.name: one.requirement for one in cell.cell.companions},
        "imports": list(cell.cell.imports),
        "needs": [_need(need) for need in cell.needs],
        "verdict": cell.verdict.word,
        "loads": cell_loads(cell),
        "reason": _reason(cell.verdict),
        "import_cpu_seconds": round(cell.import_cpu_seconds, 3),
        "environment": dict(cell.environment),
        "checks": [_check(check, known.of(cell, check)) for check in cell.checks],
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


def schema() -> Mapping[str, Any]:
    """The JSON Schema of `report.json`."""
    return json.loads(SCHEMA.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

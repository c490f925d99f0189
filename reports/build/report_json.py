"""`report.json`: everything that was found, as `report.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from matrix import schemas
from matrix.options.tolerances import SEED, TOLERANCES
from matrix.plan.host import host
from matrix.plan.plan import Plan
from matrix.results.conclude import ModelResult
from reports.build.boundaries import boundaries, python_matters
from reports.build.loading_advice import ways
from reports.build.model_json import model_document, untested_document
from reports.report.internal_errors import Guard, unguarded
from reports.report.report import ModelReport, from_document

SCHEMA = Path(__file__).resolve().parents[1] / "report" / "report.schema.json"
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

        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def make_document(
    plan: Plan, results: Sequence[ModelResult], run: Run, guard: Guard = unguarded
) -> dict[str, Any]:
    """The report as JSON values; NaN and infinities do not occur in it.

    What `guard` cannot make is left out.
    """
    models = [model_document(plan, result, guard) for result in results]
    for one in plan.untested:
        models.insert(one.place, untested_document(one))
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
        told["summary"]["boundaries"] = guard(
            f"the load boundaries of {model.name}",
            partial(_boundaries, model),
            list[str](),
        )
        told["summary"]["ways"] = guard(
            f"the loading advice for {model.name}", partial(_ways, model), list[dict[str, Any]]()
        )
    return document


def _boundaries(model: ModelReport) -> list[str]:
    return [*(one.text for one in boundaries(model)), *python_matters(model)]


def _ways(model: ModelReport) -> list[dict[str, Any]]:
    return [{**way.__dict__, "cells": list(way.cells)} for way in ways(model)]


def _numerics(plan: Plan) -> dict[str, Any]:
    """What outputs were held to; the settings of every cell are those of the host, `pinned`."""
    tolerances = {dtype: list(plan.numerics.tolerance(dtype) or ()) for dtype in TOLERANCES}
    return {**plan.numerics.to_dict(), "seed": SEED, "tolerances": tolerances}


def _custom_objects(plan: Plan) -> dict[str, Any] | None:
    """The caller's Python that the checks had at hand, without the place where it lies."""
    known = plan.custom_objects
    return {"name": known.name, "sha256": known.sha256} if known else None


def schema() -> Mapping[str, Any]:
    """The JSON Schema of `report.json`."""
    return json.loads(SCHEMA.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

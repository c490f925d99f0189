"""The plan on disk: what the `probe` sessions run from, and what reports made later start from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.version import Version

from matrix.cells import Cell, Companion
from matrix.checks import Check
from matrix.model.facts import ModelFacts
from matrix.needs import Need
from matrix.plan import Plan, PlannedCell
from matrix.releases import Release


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON, for the sessions that run its cells and for reports made later."""
    return {
        "schema": 1,
        "models": [model.to_dict() for model in plan.models],
        "saved_by": [str(version) if version else None for version in plan.saved_by],
        "order": list(plan.order),
        "cells": [
            {
                "tensorflow": str(planned.cell.release.version),
                "python": planned.cell.python,
                "asked_python": planned.cell.asked_python,
                "interpreter": planned.cell.interpreter and str(planned.cell.interpreter),
                "companions": [dataclasses.asdict(one) for one in planned.cell.companions],
                "models": planned.models and list(planned.models),
                "needs": [dataclasses.asdict(need) for need in planned.needs],
                "unavailable": planned.unavailable,
                "checks": [dataclasses.asdict(check) for check in planned.checks],
            }
            for planned in plan.cells
        ],
    }


def plan_from(document: Mapping[str, Any], releases: Sequence[Release]) -> Plan:
    """The plan back from its document."""
    return Plan(
        models=tuple(ModelFacts.from_dict(model) for model in document["models"]),
        saved_by=tuple(Version(text) if text else None for text in document["saved_by"]),
        order=tuple(document["order"]),
        cells=tuple(_planned(entry, releases) for entry in document["cells"]),
    )


def _planned(entry: Mapping[str, Any], releases: Sequence[Release]) -> PlannedCell:
    version = Version(entry["tensorflow"])
    minors = {release.minor: release for release in releases}
    release = minors[version.major, version.minor].at(version)
    return PlannedCell(
        cell=Cell(
            release=release,
            python=entry["python"],
            asked_python=entry["asked_python"],
            interpreter=Path(entry["interpreter"]) if entry["interpreter"] else None,
            companions=tuple(_companion(one) for one in entry["companions"]),
        ),
        checks=tuple(_check(check) for check in entry["checks"]),
        unavailable=entry["unavailable"],
        models=None if entry["models"] is None else tuple(entry["models"]),
        needs=tuple(Need(**need) for need in entry["needs"]),
    )


def _companion(entry: Mapping[str, Any]) -> Companion:
    return Companion(**{**entry, "also": tuple(entry["also"])})


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(**{**entry, "imports": tuple(entry["imports"])})

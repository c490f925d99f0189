"""The plan on disk, for workers and for reports that are created later."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell import Cell, Companion
from matrix.catalogue.registration import Handover
from matrix.catalogue.releases import Release
from matrix.catalogue.runtime import PYTHON, Runtime
from matrix.errors import LoadmatrixError
from matrix.model.facts import ModelFacts
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.model.risks.risk import Risk
from matrix.options.custom_objects import CustomObjects
from matrix.options.tolerances import Numerics
from matrix.plan.axes import RUNTIMES
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import from_documents, to_documents
from matrix.plan.required_packages import MissingPackage
from matrix.plan.untested import Untested
from matrix.plan.variant import Variant
from matrix.schemas import SCHEMA, known_fields, require_schema, text_or_none

_NAME = re.compile(r"[0-9][\w.+-]*")
# Lists with an element for each model, or none at all.
_OF_EACH_MODEL = ("nearest", "findings", "risks", "places", "predictions")
# What the fields of a check are called in a plan.
_CHECK_FIELDS = tuple(field.name for field in dataclasses.fields(Check))
_CHECK_KEYS = {"skip_if_loaded": "unless", "workaround_for": "remedies"}


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON, for the sessions that run its cells and for reports made later."""
    return {
        "schema": SCHEMA,
        "host": dict(plan.host),
        "models": [model.to_dict() for model in plan.models],
        "nearest": [str(version) if version else None for version in plan.nearest],
        "findings": [[finding.to_dict() for finding in findings] for findings in plan.findings],
        "risks": [[risk.to_dict() for risk in risks] for risks in plan.risks],
        "places": [place.to_dict() for place in plan.places],
        "predictions": [to_documents(predictions) for predictions in plan.predictions],
        "order": list(plan.run_order),
        "numerics": plan.numerics.to_dict(),
        "custom_objects": plan.custom_objects and plan.custom_objects.to_dict(),
        "allow_lambda": plan.allow_lambda,
        "trust": plan.trust,
        "readable": list(plan.readable),
        "loaders": list(plan.loaders),
        "left_out": list(plan.left_out),
        "fast": plan.fast,
        "paths": plan.paths,
        "untested": [dataclasses.asdict(untested) for untested in plan.untested],
        "cells": [cell_document(planned) for planned in plan.cells],
    }


def cell_document(planned: PlannedCell) -> dict[str, Any]:
    """One cell of a plan as JSON."""
    cell = planned.cell
    # Only merged runs have it.
    left = {"left_to_predictions": True} if planned.left_to_predictions else {}
    return {
        "tensorflow": str(cell.release.version),
        "python": cell.python,
        "asked_python": cell.asked_python,
        "companions": [dataclasses.asdict(companion) for companion in cell.companions],
        "label": cell.label,
        "variables": dict(cell.variables),
        "runtime": cell.runtime.name,
        "models": planned.models and list(planned.models),
        "needs": [dataclasses.asdict(need) for need in planned.needs],
        "unavailable": planned.unavailable,
        "checks": [_check_document(check) for check in planned.checks],
        **left,
    }


def plan_from(document: Mapping[str, Any], releases: Sequence[Release]) -> Plan:
    """The plan back from its document.

    Raises:
        LoadmatrixError: another version wrote it, in a form that this one does not read.
        ValueError, LookupError, TypeError, AttributeError: it is damaged.
    """
    require_schema(document, "The plan of this run (plan.json)")
    cells = tuple(cell_from(entry, releases) for entry in document["cells"])
    versions = {planned.cell.id: str(planned.cell.release.version) for planned in cells}
    for name in _OF_EACH_MODEL:
        if document.get(name) and len(document[name]) != len(document["models"]):
            raise ValueError(f"{name} are not those of {len(document['models'])} models")
    return Plan(
        models=tuple(ModelFacts.from_dict(model) for model in document["models"]),
        # Plans of before 0.2 call it so.
        nearest=tuple(
            Version(text) if text else None
            for text in document.get("nearest", document.get("saved_by", ()))
        ),
        findings=tuple(
            tuple(Finding.from_dict(finding) for finding in findings)
            for findings in document.get("findings", ())
        ),
        risks=tuple(tuple(map(Risk.from_dict, risks)) for risks in document.get("risks", ())),
        places=tuple(map(Place.from_dict, document.get("places", ()))),
        predictions=tuple(
            from_documents(entries, versions, tuple(LOADERS))
            for entries in document.get("predictions", ())
        ),
        host=document.get("host", {}),
        run_order=tuple(document["order"]),
        numerics=Numerics.from_dict(document.get("numerics", {})),
        custom_objects=(
            CustomObjects.from_dict(document["custom_objects"])
            if document.get("custom_objects")
            else None
        ),
        allow_lambda=bool(document.get("allow_lambda")),
        trust=bool(document.get("trust")),
        readable=tuple(document.get("readable", ())),
        loaders=tuple(document.get("loaders", ())),
        left_out=tuple(document.get("left_out", ())),
        fast=bool(document.get("fast")),
        paths=bool(document.get("paths")),
        untested=tuple(
            Untested(**known_fields(Untested, entry)) for entry in document.get("untested", ())
        ),
        cells=cells,
    )


def cell_from(entry: Mapping[str, Any], releases: Sequence[Release]) -> PlannedCell:
    """One cell of a plan back from its document.

    Raises:
        LoadmatrixError: another version wrote it, and this one does not know its release.
        ValueError: it has no name that a cell can have.
    """
    version = Version(entry["tensorflow"])
    minors = {release.minor: release for release in releases}
    if (version.major, version.minor) not in minors:
        raise LoadmatrixError(
            f"TensorFlow {version} was tested there, but this version of loadmatrix does not "
            "know that release. Update loadmatrix."
        )
    cell = Cell(
        release=minors[version.major, version.minor].at(version),
        python=entry["python"],
        asked_python=entry["asked_python"],
        companions=tuple(_companion(companion) for companion in entry["companions"]),
        label=entry.get("label", ""),
        variables=entry.get("variables", {}),
        runtime=_runtime(entry.get("runtime", PYTHON.name)),
    )
    if not _NAME.fullmatch(cell.id):
        # It is the name of a folder, in which results are read and written.
        raise ValueError(f"{cell.id[:80]!r} is no name of a cell")
    return PlannedCell(
        cell=cell,
        checks=tuple(_check(check) for check in entry["checks"]),
        unavailable=text_or_none(entry["unavailable"]),
        models=None if entry["models"] is None else tuple(entry["models"]),
        needs=tuple(
            MissingPackage(**known_fields(MissingPackage, need)) for need in entry["needs"]
        ),
        left_to_predictions=entry.get("left_to_predictions") is True,
    )


def _runtime(name: str) -> Runtime:
    if name not in RUNTIMES:
        raise LoadmatrixError(
            f"A cell of the plan uses the runtime {name}, which this version of loadmatrix does "
            "not have. Use the version that made the plan."
        )
    return RUNTIMES[name]


def _companion(entry: Mapping[str, Any]) -> Companion:
    handover = Handover.from_dict(entry.get("handover"))
    return Companion(
        **{**known_fields(Companion, entry), "also": tuple(entry["also"]), "handover": handover}
    )


def _check_document(check: Check) -> dict[str, Any]:
    """A check as JSON, under the names that every plan of this schema has."""
    document = _fields(check)
    for name, key in _CHECK_KEYS.items():
        document[key] = document.pop(name)
    label = check.variant.label
    document["variant"] = f"{check.workaround_for}: {label}" if check.workaround_for else label
    return {**document, "options": dict(check.options)}


def _fields(check: Check) -> dict[str, Any]:
    """The fields of a check; a plan has tens of thousands, whose handovers are few."""
    fields: dict[str, Any] = {name: getattr(check, name) for name in _CHECK_FIELDS}
    return {**fields, "handover": _handover_fields(check.handover)}


@functools.cache
def _handover_fields(handover: Handover) -> Mapping[str, Any]:
    return dataclasses.asdict(handover)


def _check(entry: Mapping[str, Any]) -> Check:
    names = {name: entry.get(key) for name, key in _CHECK_KEYS.items()}
    lists = {name: tuple(entry.get(name, ())) for name in ("imports", "inputs", "outside")}
    handover = Handover.from_dict(entry.get("handover"))
    prefix = f"{names['workaround_for']}: "
    variant = Variant.parse(entry["variant"])
    if names["workaround_for"]:
        variant = Variant(entry["variant"].removeprefix(prefix))
    variant = variant.given(**entry.get("options", {}))
    fields = {**known_fields(Check, entry), **names, **lists}
    return Check(**{**fields, "handover": handover, "variant": variant})

"""The key of what a model answers in a cell: a digest of all that decides it.

What says how a run is done and not what comes of it (jobs, outputs, tolerances, where environments
lie) is not part of it. Where a model lies is: messages name the path, and releases fail for some.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.isolation.container import image
from matrix.isolation.isolation import Isolation
from matrix.isolation.means import CONTAINER
from matrix.known.machine import digest_of_files, feeding, machine, measuring
from matrix.model.facts import ModelFacts
from matrix.options.custom_objects import CustomObjects
from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.probing.allowed import importable
from matrix.walking import all_below

# What of a check is the place of this run, or the number that a model has in it.
_OF_THE_RUN = ("check", "unless", "inputs", "rules", "signature")
_BYTECODE = "__pycache__"


@dataclass(frozen=True, kw_only=True)
class CellKey:
    """What decides, of the environment of a cell: the name that it has by its lock, its Python."""

    environment: str
    python: str


def answer_key(  # noqa: PLR0913 - all that decides, by keyword
    plan: Plan, planned: PlannedCell, model: int, *, place: str, inputs: str, limits: Limits
) -> str:
    """The key of what a model of a plan answers in a cell, but for what it is asked (`check_key`).

    `place` is where (`place_key`), `inputs` a digest of what it is fed, `limits` are those of each
    check.
    """
    return _digest(
        {
            "measuring": measuring(),
            "place": place,
            "model": _model(plan.models[model]),
            "cell": _cell(planned),
            "custom": _custom(plan.custom_objects),
            "inputs": inputs,
            "signature": plan.numerics.signature,
            "limits": [float(limits.seconds), limits.memory_mb],
        }
    )


def place_key(plan: Plan, *, cell: CellKey, isolation: Isolation) -> str:
    """A digest of what only the machine that measures can say: of itself, of a cell, of its walls.

    All else of a key says the plan, so that who plans need not believe another machine in it.
    """
    return _digest(
        {
            "machine": machine(),
            "environment": cell.environment,
            "python": cell.python,
            "beside": _beside(plan.custom_objects),
            "isolation": _isolation(isolation),
        }
    )


def inputs_key(model: ModelFacts) -> str:
    """The key of the inputs that are made for a model."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        numpy = version("numpy")
    except PackageNotFoundError:
        numpy = ""
    return _digest(
        {
            "feeding": feeding(),
            "numpy": numpy,
            "model": _model(model),
        }
    )


def _model(model: ModelFacts) -> dict[str, Any]:
    weights = model.weights and str(model.weights)
    return {
        "sha256": model.sha256,
        "path": str(model.path),
        "load_path": str(model.load_path),
        "weights": weights,
    }


def _cell(planned: PlannedCell) -> dict[str, Any]:
    cell = planned.cell
    return {
        "id": cell.id,
        "variables": dict(cell.variables),
        "runtime": cell.runtime.name,
    }


def check_key(check: Check) -> str:
    """A digest of what a check is asked to do, whatever other checks there are."""
    asked = {name: value for name, value in check.request().items() if name not in _OF_THE_RUN}
    return _digest({**asked, "workaround_for": check.workaround_for})


def _custom(custom: CustomObjects | None) -> list[str | None]:
    """The caller's Python; of a module of the cell the lock says which it is."""
    return [custom.source, custom.sha256] if custom else []


def _beside(custom: CustomObjects | None) -> str:
    """All that the caller's Python can read from beside it: packages have data too."""
    if custom is None or custom.sha256 is None:
        return ""
    return digest_of_files(sorted(set(_files(importable(Path(custom.source))))))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    """The files in all places, but for bytecode, which follows its source."""
    for place in places:
        for file in all_below(place) if place.is_dir() else (place,):
            if _BYTECODE not in file.parts and not file.is_dir():
                yield file


def _isolation(isolation: Isolation) -> dict[str, Any]:
    names = [means.name for means in isolation.means]
    return {
        "means": names,
        "network": isolation.options.network,
        "programs": isolation.options.programs,
        "image": image() if CONTAINER.name in names else None,
    }


def _digest(decisive: Mapping[str, Any]) -> str:
    text = json.dumps(decisive, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]

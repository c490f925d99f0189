"""The key of a run: a digest of all that decides its answers.

Only a call with the same key goes on with a run that was killed or interrupted. What says how a
run is done and not what comes of it (how many cells at a time, where its environments lie) is not
part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matrix.catalogue.runtime import PROBE
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document


def run_key(plan: Plan, options: Options, document: Mapping[str, Any] | None = None) -> str:
    """The key of a run of a plan with these options; `document` is that of the plan, if at hand."""
    files = [options.numerics.inputs, options.checksums]
    files += [planned.cell.shipped_lock for planned in plan.cells]
    decisive = {
        "plan": _decisive(document or plan_document(plan)),
        "limits": asdict(options.limits),
        "isolation": asdict(options.isolation),
        "files": [_digest(file) for file in files],
        "probe": [_digest(file) for file in sorted(PROBE.parent.rglob("*.py"))],
    }
    return hashlib.sha256(json.dumps(decisive, default=str).encode()).hexdigest()[:32]


def _decisive(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The plan without what may change between two calls: the machine, and what it lacks."""
    document = dict(whole)
    document.pop("host")
    # What was expected decides no answer, and better rules may expect something else.
    document.pop("predictions")
    document["cells"] = [{**cell, "unavailable": None} for cell in document["cells"]]
    # Cells that cannot be built are not run, so the order changes with what the machine lacks.
    document["order"] = None
    return document


def _digest(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None

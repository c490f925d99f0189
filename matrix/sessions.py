"""The cells nox offers as sessions: those of the plan at hand, else the whole catalogue.

Imported each time nox starts, once for every cell: nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from matrix.releases import catalogue

# A run of many cells tells its sessions through this variable where its plan is.
PLAN_VARIABLE = "LOADMATRIX_PLAN"
PLAN_FILE = Path(os.environ[PLAN_VARIABLE]) if os.environ.get(PLAN_VARIABLE) else None


def cell_ids() -> list[str]:
    """The ids of all cells that can be asked for, in the order they should run."""
    if PLAN_FILE:
        return list(json.loads(PLAN_FILE.read_text(encoding="utf-8"))["order"])
    plain = [(str(release.version), release.tf_keras) for release in catalogue()]
    return [name for version, extra in plain for name in (version, *_with_tf_keras(version, extra))]


def _with_tf_keras(version: str, tf_keras: str | None) -> tuple[str, ...]:
    return (f"{version}+tf_keras",) if tf_keras else ()

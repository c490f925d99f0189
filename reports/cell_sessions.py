"""The noxfile of an installed Loadmatrix: its cells as sessions, and nothing else."""

from __future__ import annotations

from pathlib import Path

import nox

from matrix.sessions import PLAN_FILE, cell_ids


@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("cell", [nox.param(name, id=name) for name in cell_ids()])
def probe(session: nox.Session, cell: str) -> None:
    """Test models in one cell."""
    from reports import job

    folder = Path(session.invoked_from)
    if code := job.reported(lambda: job.probe(session.posargs, folder, cell, PLAN_FILE)):
        raise SystemExit(code)

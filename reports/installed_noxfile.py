"""The noxfile of an installed Loadmatrix: its cells as sessions, and nothing else."""

from __future__ import annotations

from pathlib import Path

import nox

from matrix.run.cell_sessions import PLAN_FILE, cell_ids


@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("cell", [nox.param(name, id=name) for name in cell_ids()])
def probe(session: nox.Session, cell: str) -> None:
    """Test models in one cell."""
    from reports.jobs import matrix

    folder = Path(session.invoked_from)
    if code := matrix.reported(lambda: matrix.probe(session.posargs, folder, cell, PLAN_FILE)):
        raise SystemExit(code)

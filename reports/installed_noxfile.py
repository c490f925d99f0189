"""The noxfile of an installed Loadmatrix: its cells as sessions, and nothing else."""

from __future__ import annotations

from pathlib import Path

import nox

from matrix.run.cell_sessions import PLAN_FILE, cell_ids
from matrix.run.keeping.orphans import end_with_parent
from reports.output import tell_system_errors

if PLAN_FILE:
    # This nox is a part of a run, which may be killed.
    end_with_parent()
    tell_system_errors()


@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("cell", [nox.param(name, id=name) for name in cell_ids()])
def probe(session: nox.Session, cell: str) -> None:
    """Test models in one cell."""
    from reports.jobs import matrix
    from reports.jobs.exit_code import exit_code_of

    folder = Path(session.invoked_from)
    if code := exit_code_of(
        lambda words: matrix.probe(words, folder, cell, PLAN_FILE), session.posargs
    ):
        raise SystemExit(code)

"""The noxfile below a run: its workers as sessions, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import nox

# The nox command does not put the folder of our packages on the path, where they are not installed.
if (_above := str(Path(__file__).resolve().parents[1])) not in sys.path:
    sys.path.insert(0, _above)

from matrix.run.cell_sessions import WAITING, WORKERS
from matrix.run.keeping.orphans import end_with_parent
from reports.output import tell_system_errors

# The run may be killed.
end_with_parent()
tell_system_errors()


@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("_number", [nox.param(number, id=str(number)) for number in WORKERS])
def cells(session: nox.Session, _number: int) -> None:
    """Run one cell after the other, until none is left that waits."""
    from matrix.run.workers.worker import work
    from reports.jobs.exit_code import exit_code_of

    folder = Path(session.invoked_from)
    code = exit_code_of(lambda words: work(words, folder, WAITING), session.posargs, is_part=True)
    if code:
        raise SystemExit(code)

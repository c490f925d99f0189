"""Whatever process of a run is killed, nothing below it outlives it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from matrix.run.store import Store

ROOT = Path(__file__).resolve().parents[4]
# Every cell of it starts a process in the session of the cell and one in a session of its own.
_NOXFILE = f"""
import json, os, pathlib, subprocess, sys
sys.path.insert(0, {str(ROOT)!r})
import nox
from matrix.run.cell_sessions import WAITING, WORKERS
from matrix.run.keeping.orphans import end_with_parent
from matrix.run.workers.waiting_cells import WaitingCells

end_with_parent()
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]

@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("number", [nox.param(n, id=str(n)) for n in WORKERS])
def cells(session, number):
    taken = next(WaitingCells(folder=WAITING).taken())
    below = [subprocess.Popen(SLEEP), subprocess.Popen(SLEEP, start_new_session=True)]
    pids = [os.getppid(), os.getpid(), *(process.pid for process in below)]
    folder = taken.results / taken.cell
    folder.mkdir()
    (folder / "partial").write_text(json.dumps(pids))
    (folder / "partial").rename(folder / "pids.json")
    below[0].wait()
"""
_RUN = """
import sys
sys.path[:0] = ["tests", "."]
from pathlib import Path
from matrix.options.options import Options
from matrix.run.store import Store
from tests.matrix.run.test_nox_executor import plan_of, run_sessions
folder = Path(sys.argv[1])
store = Store(folder=folder / "results")
options = Options(models=(), output=folder, envdir=folder, jobs=int(sys.argv[2]))
cells = ("2.3.0", "2.2.0")
store.reset_for({"order": cells})
run_sessions(plan_of(*cells), options, store, folder / "noxfile.py")
"""


@pytest.fixture(params=[1, 2], ids=["one-at-a-time", "side-by-side"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[psutil.Process]]:
    """A run in the middle of its first cell: the job, nox, the cell, and what that started."""
    (tmp_path / "noxfile.py").write_text(_NOXFILE, encoding="utf-8")
    command = [sys.executable, "-c", _RUN, str(tmp_path), str(request.param)]
    seen = Store(folder=tmp_path / "results").cell_folder("2.3.0") / "pids.json"
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as job:
        while not seen.exists():
            assert job.poll() is None
            time.sleep(0.1)
        nox, cell, *below = json.loads(seen.read_text())
        # One cell at a time is a session of the nox that the job has started.
        above = [cell] if nox == job.pid else [nox, cell]
        processes = [psutil.Process(pid) for pid in (job.pid, *above, *below)]
        everything = [*processes, *processes[0].children(recursive=True)]
        yield processes
        for process in everything:
            if process.is_running():
                process.kill()


def _left(processes: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=60)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("killed", [0, 1, 2])
def test_nothing_outlives_what_was_killed(run: list[psutil.Process], killed: int) -> None:
    job, *others, same_session, own_session = run
    chain = [job, *others]
    victim = chain[min(killed, len(chain) - 1)]
    below = [*chain[chain.index(victim) + 1 :], same_session, own_session]
    victim.kill()
    assert _left(below) == []

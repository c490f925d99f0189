"""Cells side by side, through a real nox with a small noxfile in the place of ours."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from matrix.errors import LoadmatrixError
from matrix.machine import default_jobs
from matrix.options.limits import Limits
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.executor import PlannedRun, run_cells
from matrix.run.executors.nox import NoxExecutor
from matrix.run.store import Store
from tests.builders import make_cell, make_model

# What a cell of this noxfile does is decided by its id: 2.0.0 and 2.1.0 end their
# workers, 2.2.0 hangs.
_NOXFILE = """
import json, os, pathlib, signal, subprocess, sys
sys.path.insert(0, {root!r})
import nox
from matrix.run.cell_sessions import WAITING, WORKERS
from matrix.run.workers.waiting_cells import WaitingCells

@nox.session(venv_backend="none", allow_parallel=True)
@nox.parametrize("number", [nox.param(n, id=str(n)) for n in WORKERS])
def cells(session, number):
    for taken in WaitingCells(folder=WAITING).taken():
        cell, folder = taken.cell, taken.results / taken.cell
        folder.mkdir()
        (folder / "seen.json").write_text(json.dumps([session.posargs, dict(os.environ)]))
        if cell in ("2.0.0", "2.1.0"):
            os.kill(os.getpid(), signal.SIGKILL)
        if cell == "2.2.0":
            subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])
        run = json.loads((taken.results / "run.json").read_text())["run"]
        said = {{"cell": cell, "seconds": 1, "unavailable": "no", "verification": None, "run": run}}
        (folder / "outcome.json").write_text(json.dumps(said))
"""


@pytest.fixture
def noxfile(tmp_path: Path) -> Path:
    """A noxfile whose workers write what they saw and an outcome."""
    path = tmp_path / "noxfile.py"
    root = str(Path(__file__).resolve().parents[3])
    path.write_text(_NOXFILE.format(root=root), encoding="utf-8")
    return path


def run_sessions(plan: Plan, options: Options, store: Store, noxfile: Path) -> bool:
    run = PlannedRun.of(plan, options, store, noxfile)
    return run_cells(NoxExecutor(), [run])


def plan_of(*versions: str) -> Plan:
    cells = tuple(PlannedCell(cell=make_cell(version), checks=()) for version in versions)
    return Plan(models=(make_model(),), cells=cells, run_order=versions, nearest=(None,))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store that no cell has written to."""
    return Store(folder=tmp_path / "results")


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """Options that differ from the defaults, to see that they arrive."""
    return Options(
        models=(tmp_path / "a model",),
        output=tmp_path / "out",
        envdir=tmp_path / "envs",
        limits=Limits(seconds=7.5, memory_mb=333),
        jobs=2,
        offline=True,
        discard=True,
        venv_backend="venv",
    )


def seen_by(store: Store, cell: str) -> tuple[list[str], dict[str, str]]:
    posargs, environment = json.loads((store.cell_folder(cell) / "seen.json").read_text())
    return posargs, environment


def test_every_cell_of_the_plan_is_run(store: Store, options: Options, noxfile: Path) -> None:
    store.reset_for({"order": ["2.3.0", "2.4.0"]})
    assert run_sessions(plan_of("2.3.0", "2.4.0"), options, store, noxfile)
    assert [store.read(cell) is not None for cell in ("2.3.0", "2.4.0")] == [True, True]


def test_workers_that_are_killed_cost_only_the_cells_that_they_were_in(
    store: Store, options: Options, noxfile: Path
) -> None:
    # Both are, and cells wait still: another nox takes them.
    order = ("2.0.0", "2.1.0", "2.3.0", "2.4.0", "2.5.0")
    store.reset_for({"order": order})
    assert run_sessions(plan_of(*order), options, store, noxfile)
    assert [store.read(cell) for cell in order[:2]] == [None, None]
    assert [store.is_finished(cell) for cell in order[2:]] == [True, True, True]


def test_options_arrive_in_the_sessions(store: Store, options: Options, noxfile: Path) -> None:
    store.reset_for({"order": ["2.3.0"]})
    run_sessions(plan_of("2.3.0"), options, store, noxfile)
    posargs, _ = seen_by(store, "2.3.0")
    assert posargs == [
        *("--timeout", "7.5", "--memory", "333MB", "--isolation", "auto"),
        *("--output", str(options.output), "--envdir", str(options.envdir)),
        *("--venv-backend", "venv", "--offline", "--discard"),
    ]


def test_choices_of_the_outer_nox_do_not_reach_the_inner_one(
    store: Store, options: Options, noxfile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOXSESSION", "lint")
    monkeypatch.setenv("NOXFORCEPYTHON", "2.7")
    store.reset_for({"order": ["2.3.0"]})
    assert run_sessions(plan_of("2.3.0"), options, store, noxfile)
    _, environment = seen_by(store, "2.3.0")
    assert {"NOXSESSION", "NOXFORCEPYTHON", "PYTHONDONTWRITEBYTECODE"}.isdisjoint(environment)


def test_plan_without_cells_starts_nothing(store: Store, options: Options, tmp_path: Path) -> None:
    assert run_sessions(plan_of(), options, store, tmp_path / "no-noxfile.py")


def test_nox_that_runs_nothing_is_our_failure(
    store: Store, options: Options, noxfile: Path
) -> None:
    noxfile.write_text("this is no Python", encoding="utf-8")
    store.reset_for({"order": ["2.3.0"]})
    with pytest.raises(LoadmatrixError, match=r"before a cell was tested[\s\S]*SyntaxError"):
        run_sessions(plan_of("2.3.0"), options, store, noxfile)


def test_jobs_are_at_least_one_and_at_most_the_cores() -> None:
    assert 1 <= default_jobs() <= (os.cpu_count() or 1)


_RUN = """
import sys
sys.path[:0] = ["tests", "."]
from dataclasses import replace
from pathlib import Path
from matrix.options.options import Options
from matrix.run.store import Store
from tests.matrix.run.test_nox_executor import plan_of, run_sessions
folder = Path(sys.argv[1])
store = Store(folder=folder / "results")
options = Options(models=(), output=folder, envdir=folder, jobs=2)
cells = ("2.3.0", "2.2.0")
store.reset_for({"order": cells})
complete = run_sessions(plan_of(*cells), options, store, folder / "noxfile.py")
print("complete", complete)
"""


def test_termination_keeps_what_is_done_and_leaves_nothing_running(
    store: Store, noxfile: Path
) -> None:
    command = [sys.executable, "-c", _RUN, str(noxfile.parent)]
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (store.read("2.3.0") and (store.cell_folder("2.2.0") / "seen.json").exists()):
        assert process.poll() is None
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    _, left = psutil.wait_procs(below, timeout=5)
    for one in left:
        one.kill()
    assert left == []
    assert store.read("2.3.0") is not None
    assert said.endswith("complete False\n")


def test_several_runs_are_the_work_of_one_nox(
    tmp_path: Path, options: Options, noxfile: Path
) -> None:
    drawn: list[int] = []

    def runs() -> Iterator[PlannedRun]:
        for part, versions in enumerate((("2.3.0", "2.4.0"), (), ("2.3.0",), ("2.5.0",)), 1):
            store = Store(folder=tmp_path / f"part-{part}")
            store.reset_for({"order": versions})
            drawn.append(part)
            run = PlannedRun.of(plan_of(*versions), options, store, noxfile)
            yield replace(run, part=part)

    ended: list[tuple[int, str]] = []
    assert run_cells(
        NoxExecutor(), runs(), lambda one: ended.append((one.run.part, one.outcome.cell))
    )
    assert sorted(ended) == [(1, "2.3.0"), (1, "2.4.0"), (3, "2.3.0"), (4, "2.5.0")]
    assert drawn == [1, 2, 3, 4]
    assert [(tmp_path / f"part-{part}" / "nox.log").exists() for part in (1, 3, 4)] == [
        True,
        False,
        False,
    ]


def test_runs_are_drawn_only_when_workers_need_them(
    tmp_path: Path, options: Options, noxfile: Path
) -> None:
    drawn: list[int] = []

    def runs() -> Iterator[PlannedRun]:
        # All but the first hang.
        for part, cell in enumerate(("2.3.0", *["2.2.0"] * 11), start=1):
            store = Store(folder=tmp_path / f"part-{part}")
            store.reset_for({"order": [cell]})
            drawn.append(part)
            yield replace(PlannedRun.of(plan_of(cell), options, store, noxfile), part=part)

    with contextlib.closing(NoxExecutor().outcomes(runs())) as outcomes:
        assert next(outcomes).run.part == 1
        # One has ended, two workers have one each, and one more waits than they can take at once.
        assert len(drawn) <= 6

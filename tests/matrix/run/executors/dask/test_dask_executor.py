"""Cells on the workers of a real Dask scheduler, with fakes in their environments, and faults."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.run.executor import Ended, PlannedRun, run_cells
from matrix.run.executors.dask.executor import DaskExecutor
from matrix.run.executors.registry import executor_named
from matrix.run.store import Store
from tests.matrix.run.conftest import CELLS, BegunRun

pytest.importorskip("distributed")
Begun = Callable[..., BegunRun]
Copied = Callable[[str], Path]
_ROOT = Path(__file__).resolve().parents[5]
_WAIT_SECONDS = 90
# Dask itself leaves sockets to the garbage collector when a scheduler is killed.
pytestmark = pytest.mark.filterwarnings("ignore")


@dataclass(kw_only=True)
class Processes:
    """A scheduler and its workers, as processes of this machine."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.started[0]

    def start(self, workers: int = 1, repeats: int = 3) -> None:
        """`repeats` is how often the scheduler itself sends again what lost its worker."""
        self.variables["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = str(repeats)
        self._start("dask_scheduler", "--port", "0", "--host", "127.0.0.1")
        for _ in range(workers):
            self._start("dask_worker", "--nthreads", "1", "--no-nanny")

    def _start(self, program: str, *words: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard"]
        command += ["--scheduler-file", str(self.file), *words]
        env = {**os.environ, **self.variables, "PYTHONPATH": str(_ROOT)}
        with (self.folder / f"{len(self.started)}.log").open("wb") as log:
            self.started.append(
                subprocess.Popen(command, env=env, cwd=self.folder, stdout=log, stderr=log)
            )

    def probing(self) -> list[psutil.Process]:
        """All that workers have started below themselves."""
        found = []
        for one in self.started[1:]:
            with contextlib.suppress(psutil.Error):
                found += psutil.Process(one.pid).children(recursive=True)
        return found

    def with_a_probe(self) -> int:
        """Wait until a worker runs a probe; the number of that worker."""
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            for one in self.started[1:]:
                with contextlib.suppress(psutil.Error):
                    if len(psutil.Process(one.pid).children(recursive=True)) > 2:
                        return one.pid
            time.sleep(0.1)
        raise AssertionError("no probe was started")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """None that run yet; those that a test starts end with it."""
    folder = tmp_path / "dask"
    folder.mkdir()
    made = Processes(folder=folder)
    yield made
    for one in reversed(made.started):
        one.terminate()
    for one in reversed(made.started):
        with contextlib.suppress(subprocess.TimeoutExpired):
            one.wait(10)
        one.kill()
        one.wait()


def verdicts(store: Store, cell: str) -> dict[str, tuple[bool, str]]:
    """What is stored of `saved_model` in a cell: whether it loaded, and which error it met."""
    outcome = store.read(cell)
    assert outcome is not None
    assert outcome.verification is not None
    checks = outcome.verification.checks.items()
    return {
        name: (one.loaded, one.error.type if one.error else "")
        for name, one in checks
        if "saved_model" in name
    }


def meanwhile(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_cells_of_several_runs_are_run_on_workers(
    begun: Begun, model_named: Copied, processes: Processes
) -> None:
    processes.start(workers=2)
    run = begun(model_named("loads"), model_named("raises"))
    drawn: list[str] = []
    ended: list[Ended] = []

    def runs() -> Iterator[PlannedRun]:
        for cell in CELLS:
            drawn.append(cell)
            yield run.planned(cell)

    assert run_cells(DaskExecutor(str(processes.file)), runs(), ended.append)
    assert drawn == list(CELLS)
    assert sorted(one.outcome.cell for one in ended) == list(CELLS)
    for cell in CELLS:
        assert verdicts(run.store, cell) == {
            "0:saved_model": (True, ""),
            "1:saved_model": (False, "ValueError"),
        }


@pytest.mark.parametrize("repeats", [0, 3])
def test_cell_of_a_worker_that_is_killed_in_a_check_is_run_elsewhere(
    begun: Begun,
    model_named: Copied,
    processes: Processes,
    caplog: pytest.LogCaptureFixture,
    repeats: int,
) -> None:
    processes.start(workers=2, repeats=repeats)
    run = begun(model_named("naps"), model_named("loads"))
    killer = meanwhile(lambda: os.kill(processes.with_a_probe(), signal.SIGKILL))
    with caplog.at_level("INFO", logger="loadmatrix"):
        assert run_cells(DaskExecutor(str(processes.file)), [run.planned()])
    killer.join()
    # In neither case without a word, and the verdicts are those of a run without faults.
    assert "is run again" in caplog.text
    assert "was lost" in caplog.text
    for cell in CELLS:
        assert verdicts(run.store, cell) == {
            "0:saved_model": (True, ""),
            "1:saved_model": (True, ""),
        }


def test_run_whose_scheduler_is_killed_says_so_and_keeps_what_is_known(
    begun: Begun, model_named: Copied, processes: Processes, caplog: pytest.LogCaptureFixture
) -> None:
    processes.start()
    run = begun(model_named("naps"))
    executor = DaskExecutor(str(processes.file))
    assert run_cells(executor, [run.planned()], lambda _: processes.scheduler.kill())
    assert f"The Dask scheduler at {processes.file} is gone" in caplog.text
    assert [cell for cell in CELLS if run.store.is_finished(cell)] == [CELLS[0]]


def test_interrupt_ends_the_probes_on_the_workers(
    begun: Begun, model_named: Copied, processes: Processes
) -> None:
    processes.start()
    run = begun(model_named("hangs"))
    outcomes = DaskExecutor(str(processes.file)).outcomes([run.planned()])

    def interrupt() -> None:
        processes.with_a_probe()
        os.kill(os.getpid(), signal.SIGINT)

    interrupter = meanwhile(interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)
    interrupter.join()
    outcomes.close()
    assert not [one for one in processes.probing() if one.status() != psutil.STATUS_ZOMBIE]
    assert processes.started[1].poll() is None


def test_worker_whose_scheduler_is_killed_ends_its_probes(
    begun: Begun, model_named: Copied, processes: Processes
) -> None:
    processes.start()
    run = begun(model_named("hangs"))
    seen: list[psutil.Process] = []

    def kill() -> None:
        processes.with_a_probe()
        seen.extend(processes.probing())
        processes.scheduler.kill()

    killer = meanwhile(kill)
    with pytest.raises(LoadmatrixError, match="is gone"):
        run_cells(DaskExecutor(str(processes.file)), [run.planned()])
    killer.join()
    psutil.wait_procs(seen, timeout=20)
    assert not [one for one in seen if one.is_running()]


def test_address_without_a_scheduler_is_named(
    begun: Begun, model_named: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matrix.run.executors.dask.cluster._CONNECT_SECONDS", 1)
    run = begun(model_named("loads"))
    with pytest.raises(LoadmatrixError, match=r"No Dask scheduler answers at tcp://127.0.0.1:9 "):
        run_cells(DaskExecutor("tcp://127.0.0.1:9"), [run.planned()])


def test_what_is_missing_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matrix.run.executors.dask.executor.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'loadmatrix\[dask\]'"):
        executor_named("dask")

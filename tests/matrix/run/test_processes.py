"""The watchdog on plain processes: what is killed, what is said of it, and that nothing stays."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from matrix.options.limits import Limits
from matrix.run import processes
from matrix.run.probe_output.process_exit import ExitKind
from matrix.run.processes import Watch, kill_tree, run_watched

IMPORTED = 'print(\'{"event": "import"}\', file=open(sys.argv[1], "a"), flush=True)'
Run = Callable[..., Watch]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python statements as if they were a probe; its results go to `events.jsonl`."""

    def started(program: str, limits: Limits | None = None, *, forking: bool = False) -> Watch:
        events = tmp_path / "events.jsonl"
        program = f"import os, signal, subprocess, sys, time\n{program}"
        return run_watched(
            [sys.executable, "-c", program, str(events)],
            environment=dict(os.environ),
            folder=tmp_path,
            log=tmp_path / "log.txt",
            events=events,
            limits=limits or Limits(),
            forking=forking,
        )

    return started


def test_exit_code_is_kept(run: Run) -> None:
    watch = run("sys.exit(7)")
    assert (watch.code, watch.killed) == (7, {})


def test_signal_is_a_negative_code(run: Run) -> None:
    assert run("os.kill(os.getpid(), signal.SIGKILL)").code == -signal.SIGKILL


def test_both_streams_go_to_the_log(run: Run, tmp_path: Path) -> None:
    run("print('out', flush=True); print('err', file=sys.stderr)")
    assert (tmp_path / "log.txt").read_text().split() == ["out", "err"]


def test_there_is_no_input_to_wait_for(run: Run, tmp_path: Path) -> None:
    run("print(repr(sys.stdin.read()))")
    assert (tmp_path / "log.txt").read_text() == "''\n"


def test_hanging_process_is_killed_and_said_so(run: Run) -> None:
    watch = run(f"{IMPORTED}\ntime.sleep(600)", Limits(seconds=0.5))
    assert watch.code == -signal.SIGKILL
    assert watch.killed[watch.pid].kind is ExitKind.TIMED_OUT
    assert watch.killed[watch.pid].seconds == 0.5


def test_import_does_not_count_as_time_of_the_check(run: Run) -> None:
    watch = run(f"time.sleep(1)\n{IMPORTED}\ntime.sleep(0.1)", Limits(seconds=0.8))
    assert (watch.code, watch.killed) == (0, {})


def test_memory_of_all_its_processes_counts(run: Run) -> None:
    eater = "import time; x = b'1' * 150 * 2**20; time.sleep(600)"
    program = f"{IMPORTED}\nfor _ in range(2): subprocess.Popen([sys.executable, '-c', {eater!r}])"
    watch = run(f"{program}\ntime.sleep(600)", Limits(seconds=60, memory_mb=250))
    assert watch.killed[watch.pid].kind is ExitKind.OUT_OF_MEMORY
    assert 250 < (watch.killed[watch.pid].megabytes or 0) < 500


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_only_the_child_is_killed_where_the_probe_forks(run: Run) -> None:
    program = f"{IMPORTED}\nif os.fork() == 0: time.sleep(600)\nos.wait()\ntime.sleep(1)"
    watch = run(program, Limits(seconds=0.7), forking=True)
    assert watch.code == 0
    assert [killed.kind for killed in watch.killed.values()] == [ExitKind.TIMED_OUT]
    assert watch.pid not in watch.killed


def test_endless_output_ends_with_the_time_of_the_check_and_fills_no_disk(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_MOST_LOG_MB", 1)
    watch = run(f"{IMPORTED}\nwhile True: print('x' * 10000)", Limits(seconds=1))
    assert watch.killed[watch.pid].kind is ExitKind.TIMED_OUT
    assert (tmp_path / "log.txt").stat().st_size < 2**30


def test_works_outside_the_main_thread(run: Run) -> None:
    codes = []
    thread = threading.Thread(target=lambda: codes.append(run("sys.exit(3)").code))
    thread.start()
    thread.join()
    assert codes == [3]


def test_caller_keeps_its_handler_of_sigterm(run: Run) -> None:
    before = signal.getsignal(signal.SIGTERM)
    run("pass")
    assert signal.getsignal(signal.SIGTERM) is before


def test_killing_a_tree_kills_all_of_it() -> None:
    waiting = "import time; time.sleep(600)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waiting!r}])"
    root = psutil.Popen([sys.executable, "-c", program])
    while not (below := root.children()):
        time.sleep(0.02)
    kill_tree(root.pid)
    gone, left = psutil.wait_procs([root, *below], timeout=10)
    assert (len(gone), left) == (2, [])


def test_killing_what_is_gone_already_is_no_error() -> None:
    process = psutil.Popen([sys.executable, "-c", ""])
    process.wait()
    kill_tree(process.pid)


def test_process_that_prints_without_end_goes_on_and_keeps_the_end_of_its_log(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_MOST_LOG_MB", 1)
    text = "for n in range(600):\n print(n, 'x' * 10_000, flush=True)\n time.sleep(0.002)\n"
    watch = run(f"{IMPORTED}\n{text}\nprint('the last words', flush=True)\nsys.exit(7)")
    assert (watch.code, watch.killed) == (7, {})
    log = (tmp_path / "log.txt").read_bytes()
    assert len(log) < 4 * 2**20
    assert b"MB of output left out" in log
    assert log.endswith(b"the last words\n")
    assert b"\0" not in log


def test_results_without_end_are_no_lack_of_memory(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_MOST_EVENTS_MB", 1)
    watch = run("open(sys.argv[1], 'a').write('x' * 2**22)\ntime.sleep(600)")
    assert watch.killed[watch.pid].kind is ExitKind.WROTE_TOO_MUCH

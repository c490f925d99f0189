"""Processes that this tool starts: nothing of them stays."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from matrix.run.processes import kill_tree, kill_tree_below, started

WAITING = "import time; time.sleep(600)"
WITH_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAITING!r}])"


def with_a_child() -> tuple[psutil.Popen, list[psutil.Process]]:
    root = psutil.Popen([sys.executable, "-c", WITH_A_CHILD])
    while not (below := root.children()):
        time.sleep(0.02)
    return root, below


def test_killing_a_tree_kills_all_of_it() -> None:
    root, below = with_a_child()
    kill_tree(root.pid)
    gone, left = psutil.wait_procs([root, *below], timeout=10)
    assert (len(gone), left) == (2, [])


def test_what_is_below_a_process_is_killed_without_it() -> None:
    root, below = with_a_child()
    kill_tree_below(root.pid)
    gone, _ = psutil.wait_procs(below, timeout=10)
    assert gone == below
    # Killed it would have a negative code.
    assert root.wait(10) == 0


def test_killing_what_is_gone_already_is_no_error() -> None:
    process = psutil.Popen([sys.executable, "-c", ""])
    process.wait()
    kill_tree(process.pid)
    kill_tree_below(process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has processes adopted")
def test_nothing_outlives_the_block_that_started_it(tmp_path: Path) -> None:
    daemon = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', "
        f"{WAITING!r}], start_new_session=True).pid)"
    )
    with (
        (tmp_path / "out").open("wb") as out,
        started(
            [sys.executable, "-c", daemon],
            environment={},
            folder=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=out.fileno(),
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        process.wait()
        left = int((tmp_path / "out").read_text())
        assert psutil.pid_exists(left)
    assert not psutil.pid_exists(left)


def test_caller_keeps_its_handler_of_sigterm(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with started(
        [sys.executable, "-c", ""],
        environment={},
        folder=tmp_path,
        stderr=subprocess.DEVNULL,
        **quiet,
    ) as process:
        process.wait()
    assert signal.getsignal(signal.SIGTERM) is before

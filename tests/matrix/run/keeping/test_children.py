"""The processes below a process, as psutil sees them."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from matrix.run.keeping import children
from matrix.run.keeping.children import below, children_of

# Starts one process from its main thread and one from another, of which each starts one more.
_FAMILY = """
import subprocess, sys, threading
depth = int(sys.argv[1])
def start():
    subprocess.Popen([sys.executable, "-c", sys.argv[2], str(depth - 1), sys.argv[2]])
if depth:
    start()
    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("by_files", [True, False])
def test_all_below_a_process_are_found(monkeypatch: pytest.MonkeyPatch, by_files: bool) -> None:
    if not by_files:
        monkeypatch.setattr(children, "_has_files", lambda: False)
    command = [sys.executable, "-c", _FAMILY, "2", _FAMILY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as family:
        assert family.stdout is not None
        for _ in range(7):
            family.stdout.readline()
        seen = psutil.Process(family.pid)
        assert set(below(family.pid)) == {one.pid for one in seen.children(recursive=True)}
        assert len(below(family.pid)) == 6
        assert set(children_of(family.pid)) == {one.pid for one in seen.children()}
        assert family.pid in children_of(os.getpid())
        family.communicate()


def test_a_process_that_is_gone_has_none() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert below(gone.pid) == []
    assert children_of(gone.pid) == []

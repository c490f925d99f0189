"""`loadmatrix.run` with real TensorFlow: the example that documents it, and one that is ended."""

from __future__ import annotations

import doctest
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from loadmatrix import running
from tests.conftest import EXAMPLE
from tests.real.test_matrix import python_of

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _environments() -> None:
    for version in ("2.14.1", "2.15.1"):
        python_of(version)


def test_example_of_run_gives_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testmod(running)
    assert tried >= 3
    assert failed == 0


@pytest.mark.skipif(sys.platform == "win32", reason="consoles send interrupts there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_a_run_that_is_ended(number: signal.Signals, tmp_path: Path) -> None:
    code = f"import loadmatrix; loadmatrix.run({str(EXAMPLE)!r}, tensorflow='2.15', output='out')"
    variables = {"PYTHONPATH": str(ROOT), "HOME": str(Path.home()), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        # An answer that is known starts nothing.
        env={**variables, "LOADMATRIX_KNOWN": "off"},
        stderr=subprocess.PIPE,
    ) as process:
        here = psutil.Process(process.pid)
        below = list[psutil.Process]()
        # The caller, its run, nox, a worker: from then on a cell is under way.
        while len(below) < 3:
            assert process.poll() is None
            time.sleep(0.2)
            below = here.children(recursive=True)
        process.send_signal(number)
        _, errors = process.communicate(timeout=90)
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
    assert process.returncode != 0
    assert number == signal.SIGKILL or b"KeyboardInterrupt" in errors

"""An installer that outlived its run is waited for before its folder is emptied."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matrix.environments.programs import outliving
from matrix.environments.programs.outliving import passed, writing_alone
from matrix.errors import EnvironmentUnavailable

pytest.importorskip("fcntl")
_ROOT = Path(__file__).resolve().parents[3]
# Starts a command that writes for a while, says so, and waits to be killed.
_KILLED = """
import sys
from pathlib import Path
from matrix.environments.command import run
from matrix.environments.programs.outliving import writing_alone
with writing_alone(Path(sys.argv[1])):
    run([sys.executable, "-c", "import sys, time; open(sys.argv[1], 'w').close(); time.sleep(%s)",
         sys.argv[1] + ".begun"])
"""


@pytest.fixture
def left(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A place where a command still writes for some seconds whose run was killed."""
    place = tmp_path / "env"
    command = [sys.executable, "-c", _KILLED % request.param, str(place)]
    run = subprocess.Popen(command, cwd=_ROOT)
    end = time.monotonic() + 30
    while not Path(f"{place}.begun").exists() and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    return place


@pytest.mark.parametrize("left", [1.0], indirect=True)
def test_what_a_killed_run_left_is_waited_for(left: Path) -> None:
    begun = time.monotonic()
    with writing_alone(left):
        assert time.monotonic() - begun > 0.3
        assert passed()
    assert not passed()
    assert not list(left.parent.glob("*.installing"))
    with writing_alone(left):
        pass


@pytest.mark.parametrize("left", [2.0], indirect=True)
def test_what_does_not_end_is_named(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliving, "_WAIT_SECONDS", 0.1)
    with (
        pytest.raises(EnvironmentUnavailable, match=r"still writes in .*env. End it"),
        writing_alone(left),
    ):
        pass

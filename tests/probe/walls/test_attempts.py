"""Behind the walls, in each Python and as each user: no attempt succeeds and all deeds do."""

from __future__ import annotations

import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.runtime import PROBE
from matrix.isolation.bubblewrap import bubblewrap
from matrix.isolation.launch import Launch, Wall, no_wall
from matrix.isolation.means import BUBBLEWRAP

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")
PROGRAM = Path(__file__).with_name("attempts") / "main.py"
BOTH = "landlock,seccomp"
PYTHONS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
NOBODY = 65534
needs_bubblewrap = pytest.mark.skipif(
    bool(BUBBLEWRAP.trouble()), reason=f"not here: {BUBBLEWRAP.trouble()}"
)
IS_ROOT = sys.platform == "linux" and os.geteuid() == 0
# What depends on the machine: a disk that may be read, a kernel with x32 or io_uring, a file system
# with attributes, a keyring.
BY_CHANCE = {
    *("read_a_disk", "call_as_x32", "call_as_32_bits", "calls_through_a_ring", "set_an_attribute"),
    *("set_the_flags_of_a_file", "keys", "type_into_the_terminal", "open_by_handle"),
}


def interpreter(version: str) -> Path:
    """The Python of a version; the test is skipped where there is none."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = sorted((root / "versions").glob(f"{version}.*/bin/python{version}"))
    if not found:
        pytest.skip(f"there is no Python {version} here")
    return found[-1]


@contextmanager
def place(user: int | None) -> Iterator[Path]:
    """A folder with everything that is attempted upon, of the user whose attempts these are."""
    folder = Path(tempfile.mkdtemp(prefix="loadmatrix-walls-"))
    try:
        for name in ("scratch", "model", "outside"):
            (folder / name).mkdir()
        for name in ("canary", "spare", "model/weights", "outside/removable"):
            (folder / name).write_text("secret", encoding="utf-8")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(folder / "listener"))
            for path in [folder, *folder.rglob("*")] if user is not None else ():
                os.chown(path, user or 0, user or 0)
            yield folder
    finally:
        shutil.rmtree(folder)


def attempted(
    python: Path,
    means: str,
    user: int | None = None,
    around: Wall = no_wall,
    **variables: str,
) -> Mapping[str, dict[str, str]]:
    """What came of every attempt and deed, by name."""
    prefix = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    with ExitStack() as stack:
        folder = stack.enter_context(place(user))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        # What programs lie in must be readable for whoever runs them.
        tools = folder / "tools"
        shutil.copytree(PROBE.parent / "walls", tools / "probe" / "walls")
        shutil.copytree(PROGRAM.parent, tools / "attempts")
        victim = subprocess.Popen([*prefix, "sleep", "600"])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        ours, terminal = pty.openpty()
        stack.callback(os.close, ours)
        stack.callback(os.close, terminal)
        program = tools / "attempts" / "main.py"
        launch = around(
            Launch(
                command=(*map(str, (python, "-B", "-E", program, tools / "probe", folder)), means),
                environment={
                    "VICTIM": str(victim.pid),
                    "PORT": str(listener.getsockname()[1]),
                    "USER": "loadmatrix",
                    **variables,
                },
                folder=folder / "scratch",
                readable=(folder / "model", tools),
                writable=(folder / "scratch",),
            )
        )
        told = subprocess.run(
            [*prefix, *launch.command],
            env=dict(launch.environment),
            cwd=folder,
            stdin=terminal,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert told.stdout, told.stderr
        seen: dict[str, Any] = json.loads(told.stdout)
        if means:
            assert (folder / "canary").read_text(encoding="utf-8") == "secret"
            assert (folder / "model" / "weights").read_text(encoding="utf-8") == "secret"
            assert [one.name for one in (folder / "outside").iterdir()] == ["removable"]
        return seen


def succeeded(outcomes: Mapping[str, str]) -> list[str]:
    return [name for name, outcome in outcomes.items() if outcome == "done"]


def failed(outcomes: Mapping[str, str]) -> dict[str, str]:
    return {name: outcome for name, outcome in outcomes.items() if outcome != "done"}


@pytest.mark.parametrize("version", PYTHONS)
def test_no_attempt_succeeds_and_all_deeds_do(version: str) -> None:
    seen = attempted(interpreter(version), BOTH)
    assert (succeeded(seen["hostile"]), failed(seen["honest"])) == ([], {})


@pytest.mark.parametrize("version", ["1", "2", "3", "5"])
def test_seccomp_refuses_what_an_older_landlock_lets_through(version: str) -> None:
    seen = attempted(Path(sys.executable), BOTH, LANDLOCK=version)
    # The first one lets nobody move a file from one folder to another.
    moved = {"copy_the_model": "EXDEV"} if version == "1" else {}
    assert (succeeded(seen["hostile"]), failed(seen["honest"])) == ([], moved)


@needs_bubblewrap
@pytest.mark.parametrize("version", [PYTHONS[0], PYTHONS[-1]])
def test_no_attempt_succeeds_behind_bubblewrap_too(version: str) -> None:
    seen = attempted(interpreter(version), BOTH, around=bubblewrap)
    assert (succeeded(seen["hostile"]), failed(seen["honest"])) == ([], {})


@needs_bubblewrap
def test_bubblewrap_stands_in_for_landlock() -> None:
    seen = attempted(Path(sys.executable), "seccomp", around=bubblewrap)
    # That a process asks to be killed first, or last, concerns nobody as long as it is alone.
    left = set(succeeded(seen["hostile"])) - {"make_oneself_unkillable"}
    assert (left, failed(seen["honest"])) == (set(), {})


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes another user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv here")
def test_no_attempt_of_another_user_succeeds() -> None:
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("there is no Python that every user may start")
    seen = attempted(python, BOTH, NOBODY)
    assert (succeeded(seen["hostile"]), failed(seen["honest"])) == ([], {})


@pytest.mark.skipif(not IS_ROOT, reason="much of it succeeds for root alone")
def test_without_walls_every_attempt_succeeds() -> None:
    # Else it would prove nothing behind them.
    seen = attempted(Path(sys.executable), "")
    left = {name: why for name, why in failed(seen["hostile"]).items() if name not in BY_CHANCE}
    assert (left, failed(seen["honest"])) == ({}, {})

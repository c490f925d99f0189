"""What uv and pip see of the caller: where packages come from, and nothing that changes them."""

from __future__ import annotations

import ast
import logging
import sys
from pathlib import Path

import pytest

from matrix.environments import command, lock
from matrix.environments.command import environment, run
from matrix.log import OUTPUT
from tests.builders import make_release

KEPT = {
    "UV_INDEX_URL": "https://mirror.example/index",
    "UV_INDEX": "ours=https://mirror.example/index",
    "UV_INDEX_OURS_PASSWORD": "secret",
    "UV_DEFAULT_INDEX": "https://mirror.example/index",
    "UV_FIND_LINKS": "/wheels",
    "UV_CACHE_DIR": "/cache",
    "UV_OFFLINE": "1",
    "UV_HTTP_TIMEOUT": "90",
    "UV_PYTHON_INSTALL_MIRROR": "https://mirror/pythons",
    "UV_PYTHON_DOWNLOADS": "never",
    "PIP_INDEX_URL": "https://mirror.example/index",
    "PIP_EXTRA_INDEX_URL": "https://mirror/more",
    "PIP_FIND_LINKS": "/wheels",
    "PIP_CERT": "/etc/ssl/mirror.pem",
    "PIP_CONFIG_FILE": "/dev/null",
    "HTTPS_PROXY": "http://proxy:3128",
    "SSL_CERT_FILE": "/etc/ssl/mirror.pem",
    "PATH": "/bin",
}
DROPPED = {
    "UV_EXCLUDE_NEWER": "2020-01-01",
    "UV_PRERELEASE": "allow",
    "UV_RESOLUTION": "lowest",
    "UV_CONSTRAINT": "pins.txt",
    "UV_OVERRIDE": "pins.txt",
    "UV_NO_BINARY": ":all:",
    "UV_PYTHON": "3.12",
    "UV_SYSTEM_PYTHON": "1",
    "UV_COMPILE_BYTECODE": "1",
    "UV_REQUIRE_HASHES": "1",
    "UV_PROJECT_ENVIRONMENT": "/venv",
    "PIP_TARGET": "/target",
    "PIP_USER": "1",
    "PIP_CONSTRAINT": "pins.txt",
    "PIP_NO_BINARY": ":all:",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PYTHONPATH": "/mine",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONOPTIMIZE": "2",
    "VIRTUAL_ENV": "/venv",
}


def test_indexes_and_network_of_the_caller_are_kept_and_the_rest_is_not() -> None:
    assert environment({**KEPT, **DROPPED}) == KEPT


def test_every_call_has_that_environment_and_a_folder_of_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2020-01-01")
    monkeypatch.setenv("UV_INDEX_URL", "https://mirror.example/index")
    monkeypatch.chdir(tmp_path)
    asked = (
        "import os, sys; print(os.getcwd()); print(sorted(n for n in os.environ if n[:3] == 'UV_'))"
    )
    done = run([sys.executable, "-c", asked])
    folder, seen = done.stdout.splitlines()
    assert folder != str(tmp_path)
    assert "UV_INDEX_URL" in seen
    assert "UV_EXCLUDE_NEWER" not in seen
    assert run([sys.executable, "-c", "print(input())"], text="a line").stdout == "a line\n"


def test_command_that_takes_too_long_is_stopped() -> None:
    finished = run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)
    assert finished.returncode is None
    assert finished.lines == ["stopped: it took more than 0.3 seconds"]


def test_command_that_does_not_start_says_so() -> None:
    finished = run(["/nowhere/uv", "pip"])
    assert finished.returncode is None
    assert finished.lines == ["/nowhere/uv does not start: No such file or directory"]


def test_variables_that_are_given_are_all_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    asked = "import os; print(os.environ.get('HOME'), os.environ.get('HTTPS_PROXY'))"
    done = run([sys.executable, "-I", "-c", asked], variables={"HOME": "/mine"})
    assert done.stdout == "/mine None\n"


def test_log_says_what_ran_and_below_that_what_it_wrote(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(OUTPUT, logger="loadmatrix"):
        run([sys.executable, "-c", "print('hello')"])
    levels = {record.getMessage(): record.levelno for record in caplog.records}
    assert levels[f"running {sys.executable} -c 'print('\"'\"'hello'\"'\"')'"] == logging.DEBUG
    assert levels["    hello"] == OUTPUT


def test_lock_is_made_without_what_the_caller_excludes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "saw==${UV_EXCLUDE_NEWER:-nothing}"\n', encoding="utf-8")
    uv.chmod(0o755)
    monkeypatch.setattr(lock, "uv", lambda: str(uv))
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2020-01-01")
    assert lock.compile_lock(make_release("2.15.1")) == "saw==nothing\n"


# What starts installers and interpreters, the pool of parts, the inner nox, probes, what runs units
# for workers, and the installer of what plain nox lacks.
STARTS_PROCESSES = {
    "matrix/environments/command.py",
    "matrix/parts/pool.py",
    "matrix/run/executors/nox.py",
    "matrix/run/processes.py",
    "matrix/run/remote/unit_process.py",
    "reports/own_environment.py",
}
_WAYS = {"subprocess", "multiprocessing", "pty", "asyncio.subprocess", "pexpect"}
_CALLS = ("system", "popen", "exec", "spawn", "posix_spawn", "fork")


def test_these_modules_start_processes_and_no_other_does() -> None:
    root = Path(command.__file__).parents[2]
    paths = [path for room in ("matrix", "reports") for path in (root / room).rglob("*.py")]
    assert len(paths) > 100
    assert {path.relative_to(root).as_posix() for path in paths if _starts(path)} == (
        STARTS_PROCESSES
    )


def _starts(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import) and _WAYS & {alias.name for alias in node.names}:
            return True
        if isinstance(node, ast.ImportFrom) and node.module in _WAYS:
            return True
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id == "os" and node.attr.startswith(_CALLS))
        ):
            return True
    return False

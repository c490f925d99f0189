"""What uv and pip see of the caller: where packages come from, and nothing that changes them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from matrix.environments import command, lock
from matrix.environments.command import environment, our_environment, run
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


def test_variables_come_back_after_a_call_of_another_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_PYTHON", "3.12")
    with our_environment():
        assert "UV_PYTHON" not in os.environ
    assert os.environ["UV_PYTHON"] == "3.12"


def test_lock_is_made_without_what_the_caller_excludes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "saw==${UV_EXCLUDE_NEWER:-nothing}"\n', encoding="utf-8")
    uv.chmod(0o755)
    monkeypatch.setattr(lock, "UV", str(uv))
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2020-01-01")
    assert lock.compile_lock(make_release("2.15.1")) == "saw==nothing\n"


def test_no_module_starts_installers_on_its_own() -> None:
    root = Path(command.__file__).parents[1]
    texts = {path.name: path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    for name in ("installer.py", "lock.py", "package_index.py", "disk_usage.py"):
        assert "subprocess" not in texts[name]

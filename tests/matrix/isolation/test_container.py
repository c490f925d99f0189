"""A container around a process: by a program that does as Docker does, and by Docker itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.isolation import means
from matrix.isolation.container import IMAGE_VARIABLE, client, container
from matrix.isolation.launch import Launch
from matrix.isolation.means import BUBBLEWRAP, CONTAINER
from matrix.isolation.self_test import self_test
from matrix.options.isolation import IsolationOptions

FAKE = Path(__file__).with_name("fake_docker.py")
IMAGE = os.environ.get(IMAGE_VARIABLE)
needs_bubblewrap = pytest.mark.skipif(
    bool(BUBBLEWRAP.trouble()), reason="the program that stands for Docker uses bubblewrap"
)


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What was found out about this machine's client is forgotten, before and after."""
    for known in (client, means._no_container):
        known.cache_clear()
    yield
    for known in (client, means._no_container):
        known.cache_clear()


@pytest.fixture
def fake_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only `docker` that is found."""
    program = tmp_path / "programs" / "docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    for name in ('a, "model"', "scratch", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / 'a, "model"' / "weights").write_text("model", encoding="utf-8")
    return Launch(
        command=(sys.executable, "-I", "-S", "-c"),
        environment={"TMPDIR": str(tmp_path / "scratch"), "ODD": "a=b c"},
        folder=tmp_path / "scratch",
        readable=(tmp_path / 'a, "model"',),
        writable=(tmp_path / "scratch",),
        memory_mb=512,
    )


CODE = """
import json, os, socket, sys
def tried(function, *arguments):
    try:
        return function(*arguments) or True
    except OSError:
        return False
json.dump({
    "asked": sys.stdin.read(),
    "environment": os.environ.get("ODD"), "home": os.environ.get("SOMETHING_OF_THE_CALLER"),
    "folder": os.getcwd(),
    "model": tried(open, os.path.join(sys.argv[1], 'a, "model"', "weights")) and True,
    "names": sorted(os.listdir(sys.argv[1])),
    "model written": tried(open, os.path.join(sys.argv[1], 'a, "model"', "new"), "w") and True,
    "scratch written": tried(open, "new", "w") and True,
    "root written": tried(open, "/new", "w") and True,
    "connected": tried(socket.create_connection, ("127.0.0.1", int(sys.argv[2])), 2) and True,
}, sys.stdout)
"""


def seen(launch: Launch, tmp_path: Path) -> dict[str, object]:
    within = container(replace(launch, command=(*launch.command, CODE, str(tmp_path), "9")))
    done = subprocess.run(
        within.command,
        env=dict(within.environment),
        input="a request",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


EXPECTED = {
    "asked": "a request",
    "environment": "a=b c",
    "home": None,
    "model": True,
    "model written": False,
    "scratch written": True,
    "root written": False,
    "connected": False,
}


@needs_bubblewrap
@pytest.mark.usefixtures("fake_docker")
def test_a_container_has_what_is_read_and_no_more(launch: Launch, tmp_path: Path) -> None:
    told = seen(launch, tmp_path)
    assert told.pop("names") == ['a, "model"', "scratch"]
    assert told.pop("folder") == str(launch.folder)
    assert told == EXPECTED


@pytest.mark.skipif(bool(CONTAINER.trouble()), reason=f"not here: {CONTAINER.trouble()}")
class TestReal:
    """With the Docker or Podman of this machine, where it has one, and the image of its user."""

    @pytest.fixture(autouse=True)
    def _image(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if IMAGE:
            monkeypatch.setenv(IMAGE_VARIABLE, IMAGE)

    def test_a_container_has_what_is_read_and_no_more(self, launch: Launch, tmp_path: Path) -> None:
        told = seen(launch, tmp_path)
        assert told.pop("names") == ['a, "model"', "scratch"]
        assert told.pop("folder") == str(launch.folder)
        assert told == EXPECTED

    def test_all_walls_hold(self) -> None:
        assert self_test(replace(IsolationOptions(), mode="container")).holds

    def test_what_outlives_its_client_is_ended_afterwards(self, launch: Launch) -> None:
        code = "import time; time.sleep(600)"
        within = container(replace(launch, command=(*launch.command, code)))
        name = within.command[within.command.index("--name") + 1]
        listed = (within.command[0], "ps", "--quiet", "--filter", f"name={name}")
        client_process = subprocess.Popen(within.command, env=dict(within.environment))
        try:
            while not subprocess.run(listed, capture_output=True, check=True).stdout:
                assert client_process.poll() is None
                time.sleep(0.1)
        finally:
            client_process.kill()
            client_process.wait()
            subprocess.run(within.afterwards, check=True, capture_output=True)
        assert not subprocess.run(listed, capture_output=True, check=True).stdout


def test_a_user_names_another_image(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IMAGE_VARIABLE, "registry.example/image:1")
    command = container(launch).command
    assert command[command.index("registry.example/image:1") + 1 :] == launch.command


def test_without_a_client_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert client() is None
    assert CONTAINER.trouble()


@pytest.mark.parametrize(("answer", "chosen"), [(0, "podman"), (1, "docker")])
def test_a_client_without_a_daemon_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: int, chosen: str
) -> None:
    for name, code in {"docker": 1, "podman": answer}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert client() == str(tmp_path / chosen)

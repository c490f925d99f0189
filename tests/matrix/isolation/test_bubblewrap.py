"""bubblewrap around real processes: what is there, what is not, and what still works."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.isolation.bubblewrap import bubblewrap
from matrix.isolation.launch import Launch
from matrix.isolation.means import BUBBLEWRAP

pytestmark = pytest.mark.skipif(
    bool(BUBBLEWRAP.trouble()), reason=f"it does not work here: {BUBBLEWRAP.trouble()}"
)
Ran = Callable[..., str]


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """A Python that has a model to read and a scratch to write into."""
    for name in ("scratch", "model", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "model" / "weights").write_text("model", encoding="utf-8")
    (tmp_path / "outside" / "secret").write_text("secret", encoding="utf-8")
    return Launch(
        command=(sys.executable, "-I", "-S", "-c"),
        environment={"TMPDIR": str(tmp_path / "scratch")},
        folder=tmp_path / "scratch",
        readable=(tmp_path / "model",),
        writable=(tmp_path / "scratch",),
    )


def said(launch: Launch, code: str, *arguments: str) -> str:
    """What a program behind the wall prints."""
    within = bubblewrap(replace(launch, command=(*launch.command, code, *arguments)))
    done = subprocess.run(
        within.command,
        env=dict(within.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_only_what_is_read_is_there(launch: Launch, tmp_path: Path) -> None:
    code = "import os, sys; print(sorted(os.listdir(sys.argv[1])), os.path.exists('/etc/shadow'))"
    assert said(launch, code, str(tmp_path)) == "['model', 'scratch'] False"


def test_only_the_scratch_is_written(launch: Launch, tmp_path: Path) -> None:
    code = """
import sys
for path in sys.argv[1:]:
    try:
        open(path, "w").close()
    except OSError as error:
        print(error.strerror)
"""
    places = ("/new", "/tmp/new", "/dev/new", "/dev/shm/new", "/proc/sys/kernel/hostname")
    paths = [str(tmp_path / "model" / "weights"), *places, str(tmp_path / "scratch" / "new")]
    assert len(said(launch, code, *paths).splitlines()) == len(paths) - 1
    assert (tmp_path / "scratch" / "new").exists()
    assert (tmp_path / "model" / "weights").read_text(encoding="utf-8") == "model"


def test_what_is_read_inside_the_scratch_is_not_written(launch: Launch, tmp_path: Path) -> None:
    staged = tmp_path / "scratch" / "models"
    staged.mkdir()
    code = "import os, sys; print(os.access(sys.argv[1], os.W_OK), os.getcwd() == sys.argv[2])"
    within = replace(launch, readable=(*launch.readable, staged))
    assert said(within, code, str(staged), str(launch.folder)) == "False True"


def test_what_a_link_was_named_by_leads_there_too(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to("outside")
    (tmp_path / "outside" / "first").symlink_to("../second")
    (tmp_path / "second").symlink_to(tmp_path / "model")
    named = tmp_path / "folder" / "first"
    within = replace(launch, readable=(named.resolve(), named))
    code = "import os, sys; print(open(sys.argv[1]).read(), os.listdir(sys.argv[2]))"
    shown = said(within, code, str(named / "weights"), str(tmp_path / "outside"))
    assert shown == "model ['first']"


def test_the_network_is_another_one_unless_it_is_allowed(launch: Launch) -> None:
    code = """
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
    print("connected")
except OSError as error:
    print("refused")
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        assert said(launch, code, port) == "refused"
        assert said(replace(launch, network=True), code, port) == "connected"


def test_nothing_of_root_is_left_but_reading(launch: Launch) -> None:
    code = "print(next(line for line in open('/proc/self/status') if line.startswith('CapPrm')))"
    assert int(said(launch, code).split()[1], 16) & ~0b110 == 0


def test_other_processes_are_not_there(launch: Launch) -> None:
    code = "import os; print(sum(name.isdigit() for name in os.listdir('/proc')), os.getppid())"
    assert said(launch, code) == "2 1"


def test_an_environment_runs_with_the_python_that_it_was_made_from(
    launch: Launch, tmp_path: Path
) -> None:
    # By a link in a folder of its own, as tools that manage Pythons make them.
    managed = tmp_path / "managed"
    managed.symlink_to(Path(sys.base_prefix), target_is_directory=True)
    venv.EnvBuilder(symlinks=True).create(tmp_path / "an environment")
    program = tmp_path / "an environment" / "bin" / "python"
    program.unlink()
    program.symlink_to(managed / "bin" / Path(sys.executable).resolve().name)
    within = replace(launch, command=(str(program), "-I", "-c"))
    code = "import ssl, ctypes, sys; print(sys.prefix != sys.base_prefix)"
    assert said(within, code) == "True"


def test_parts_of_a_checkpoint_are_alone_in_their_folder(launch: Launch, tmp_path: Path) -> None:
    for name in ("a.index", "b.index"):
        (tmp_path / "outside" / name).touch()
    part = tmp_path / "outside" / "a.index"
    within = replace(launch, readable=(part,), listable=(part.parent,))
    code = "import os, sys; print(os.listdir(sys.argv[1]))"
    assert said(within, code, str(part.parent)) == "['a.index']"


def test_descriptors_pass(launch: Launch) -> None:
    ours, theirs = socket.socketpair()
    code = "import os, sys; os.write(1, os.read(0, 9)); os.write(int(sys.argv[1]), b'third')"
    reading, writing = os.pipe()
    within = bubblewrap(replace(launch, command=(*launch.command, code, str(writing))))
    with ours, theirs:
        ours.sendall(b"a request")
        ends = theirs.fileno()
        subprocess.run(within.command, stdin=ends, stdout=ends, pass_fds=[writing], check=True)
        assert ours.recv(99) == b"a request"
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        assert stream.read() == b"third"


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root becomes another user",
)
def test_root_reads_the_models_of_others(launch: Launch, tmp_path: Path) -> None:
    weights = tmp_path / "model" / "weights"
    os.chown(weights, 65534, 65534)
    weights.chmod(0o600)
    assert said(launch, "import sys; print(open(sys.argv[1]).read())", str(weights)) == "model"


def test_names_of_any_kind(launch: Launch, tmp_path: Path) -> None:
    odd = tmp_path / "--bind x\n'\""
    odd.mkdir()
    code = "import json, os, sys; print(json.dumps(os.listdir(sys.argv[1])))"
    seen = json.loads(said(replace(launch, readable=(odd,)), code, str(tmp_path)))
    assert sorted(seen) == sorted([odd.name, "scratch"])

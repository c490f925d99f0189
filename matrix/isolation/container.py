"""A container of Docker or Podman, for cells on machines that have one of them.

The image only lends its C library: interpreter, environment, probe and models are mounted at the
same paths. Of the descriptors only standard input, output and error reach into a container.
"""

from __future__ import annotations

import csv
import functools
import io
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from matrix.environments import command
from matrix.isolation.launch import Launch
from matrix.isolation.needed_paths import needed_paths

IMAGE_VARIABLE = "LOADMATRIX_CONTAINER_IMAGE"
# Its C library is that of 2023, and TensorFlow's wheels ask for no newer one.
_IMAGE = "debian:stable-slim"
_PROCESSES = 512
_CLIENTS = ("docker", "podman")
_SECONDS = 20
# What a client reads of its user: where the daemon is and who may ask it.
_OF_CLIENTS = ("PATH", "HOME", "USERPROFILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SYSTEMROOT")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")


def image() -> str:
    """The image that containers start from; a user can name another."""
    return os.environ.get(IMAGE_VARIABLE) or _IMAGE


@functools.cache
def client() -> str | None:
    """The program that starts containers here: the first of those installed that can."""
    found = [program for name in _CLIENTS if (program := shutil.which(name))]
    return next(filter(_answers, found), next(iter(found), None))


def _answers(program: str) -> bool:
    # A client of Docker is often there without what it asks.
    return command.run((program, "ps", "--quiet"), timeout=_SECONDS).returncode == 0


def container(launch: Launch) -> Launch:
    """The same process in a container of its own; `afterwards` ends what outlives the client."""
    program = client() or "docker"
    name = f"loadmatrix-{uuid.uuid4().hex[:16]}"
    return replace(
        launch,
        command=(
            program,
            "run",
            "--name",
            name,
            *_arguments(launch, program),
            image(),
            *launch.command,
        ),
        environment=_of_the_client(),
        afterwards=(program, "rm", "--force", name),
    )


def _arguments(launch: Launch, program: str) -> Iterator[str]:
    yield from ("--rm", "--interactive", "--init", "--read-only", "--cap-drop", "ALL")
    yield from ("--security-opt", "no-new-privileges", "--pids-limit", str(_PROCESSES))
    yield from ("--network", "bridge" if launch.network else "none", "--ipc", "private")
    if launch.memory_mb:
        yield from ("--memory", f"{launch.memory_mb}m", "--memory-swap", f"{launch.memory_mb}m")
    yield from _user(program)
    for variable in sorted(launch.environment.items()):
        yield from ("--env", "=".join(variable))
    yield from ("--workdir", str(launch.folder), "--entrypoint", "")
    for path in _read(launch):
        yield from _mounted(path, "readonly")
    for path in launch.writable:
        yield from _mounted(path)


def _user(program: str) -> Iterator[str]:
    """Whoever we are is who writes into the scratch."""
    if hasattr(os, "geteuid"):
        yield from ("--user", f"{os.geteuid()}:{os.getegid()}")
        if Path(program).name == "podman" and os.geteuid() != 0:
            yield from ("--userns", "keep-id")


def _read(launch: Launch) -> list[Path]:
    """What is mounted: what the image has itself is not hidden by what this machine has."""
    own = launch.writable
    # A link in the scratch is there with it, and nothing can be mounted over a link.
    readable = [
        path
        for path in launch.readable
        if not (path.is_symlink() and any(path.is_relative_to(folder) for folder in own))
    ]
    paths = dict.fromkeys((*needed_paths(launch), *readable))
    return [path for path in paths if path.exists() and str(path) not in _SYSTEM]


def _mounted(path: Path, *options: str) -> Sequence[str]:
    # Written like a line of a table, since names may have commas.
    line = io.StringIO()
    fields = ["type=bind", f"source={path}", f"target={path}", *options]
    csv.writer(line, lineterminator="").writerow(fields)
    return ("--mount", line.getvalue())


def _of_the_client() -> dict[str, str]:
    kept = (name for name in os.environ if name in _OF_CLIENTS or name.startswith("DOCKER_"))
    return {name: os.environ[name] for name in kept}

"""Ways to isolate a probe: which there are, and which this machine has."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matrix.environments import command
from matrix.environments.command import Finished
from matrix.isolation.bubblewrap import bubblewrap
from matrix.isolation.container import client, container, image
from matrix.isolation.launch import Launch, Wall, no_wall
from matrix.isolation.sandbox_exec import sandbox_exec
from matrix.options.isolation import AUTO, OFF, REQUIRE
from probe.walls import landlock, seccomp

_SECONDS = 20
# A client may have to fetch the image first.
_SECONDS_FOR_AN_IMAGE = 600


@dataclass(frozen=True, kw_only=True)
class Means:
    """One way to isolate: `around` is put around a probe, or it raises the wall itself.

    `trouble` says in a few words why it cannot be used on this machine; empty where it can.
    `is_wall` is false for what contains faults alone. Beyond `passes_descriptors` a probe has no
    descriptors but standard input, output and error. What has not `passes_signals` ends with a
    code of its own when the probe is killed: 128 and the number of the signal, as a shell does.
    """

    name: str
    trouble: Callable[[], str]
    around: Wall = no_wall
    is_wall: bool = True
    passes_descriptors: bool = True
    passes_signals: bool = True


@functools.cache
def _no_landlock() -> str:
    return "" if landlock.abi() else "this kernel has no Landlock (Linux 5.13 or newer has)"


@functools.cache
def _no_seccomp() -> str:
    return "" if seccomp.usable() else "there is no seccomp for this system or processor"


@functools.cache
def _no_bubblewrap() -> str:
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (the program bwrap)"
    return _refused(bubblewrap(_nothing()), "bwrap does not work here")


@functools.cache
def _no_sandbox_exec() -> str:
    if sys.platform != "darwin":
        return "sandbox-exec exists only on macOS"
    return _refused(sandbox_exec(_nothing()), "sandbox-exec does not work here")


@functools.cache
def _no_container() -> str:
    if sys.platform != "linux":
        return "a container runs the interpreters of this machine, which has to be Linux"
    program = client()
    if program is None:
        return "there is neither docker nor podman"
    launch = container(_nothing())
    return _refused(launch, f"{Path(program).name} cannot run {image()}", _SECONDS_FOR_AN_IMAGE)


def _no_job_object() -> str:
    return "" if sys.platform == "win32" else "Job Objects are Windows's"


def _nothing() -> Launch:
    """A launch that does nothing, to see whether it starts."""
    program = shutil.which("true") or "true"
    return Launch(command=(program,), environment=dict(os.environ), folder=Path("/"))


def _refused(launch: Launch, what: str, seconds: float = _SECONDS) -> str:
    """What is wrong with a launch, empty if nothing is."""
    done = command.run(launch.command, timeout=seconds, variables=launch.environment)
    if done.returncode == 0:
        return ""
    return f"{what}: {complaint(done)}"


def complaint(done: Finished) -> str:
    """Why a process failed: the last line that it said, or how it ended."""
    # Docker's last line is advice about its options.
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("Run '")]
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return said.rstrip(".?") or f"it ended with {done.returncode}"


LANDLOCK = Means(name="landlock", trouble=_no_landlock)
SECCOMP = Means(name="seccomp", trouble=_no_seccomp)
BUBBLEWRAP = Means(
    name="bubblewrap", trouble=_no_bubblewrap, around=bubblewrap, passes_signals=False
)
SANDBOX_EXEC = Means(name="sandbox-exec", trouble=_no_sandbox_exec, around=sandbox_exec)
CONTAINER = Means(
    name="container",
    trouble=_no_container,
    around=container,
    passes_descriptors=False,
    passes_signals=False,
)
JOB_OBJECT = Means(name="job-object", trouble=_no_job_object, is_wall=False)

# seccomp goes along with whatever holds files: it alone holds calls that are not about them.
_LINUX = (BUBBLEWRAP, LANDLOCK, SECCOMP)
_ALL = {"linux": _LINUX, "darwin": (SANDBOX_EXEC,), "win32": (JOB_OBJECT,)}


def of_mode(mode: str, platform: str = sys.platform) -> tuple[Means, ...]:
    """The means of a value of `--isolation`, whether this machine has them or not."""
    named = {
        OFF: (),
        AUTO: _ALL.get(platform, ()),
        REQUIRE: _ALL.get(platform, ()),
        LANDLOCK.name: (LANDLOCK, SECCOMP),
        BUBBLEWRAP.name: (BUBBLEWRAP, SECCOMP),
        SANDBOX_EXEC.name: (SANDBOX_EXEC,),
        CONTAINER.name: (CONTAINER, SECCOMP),
    }
    return named[mode]

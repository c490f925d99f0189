"""Means of other systems: what macOS, Windows and a container are told."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.isolation.job_object import contained, limits
from matrix.isolation.launch import Launch
from matrix.isolation.needed_paths import needed_paths
from matrix.isolation.sandbox_exec import profile, sandbox_exec

LAUNCH = Launch(
    command=("/opt/python/bin/python3", "-I", "probe.py"),
    environment={"LD_LIBRARY_PATH": "/opt/libraries::relative:/"},
    folder=Path("/scratch"),
    readable=(Path('/models/odd "name\\'),),
    writable=(Path("/scratch"),),
)


def rules(launch: Launch) -> list[str]:
    return profile(launch).splitlines()


def test_the_last_rule_of_a_profile_decides() -> None:
    told = rules(LAUNCH)
    denied = next(n for n, line in enumerate(told) if line.startswith("(deny file-read-data"))
    allowed = next(n for n, line in enumerate(told) if line.startswith("(allow file-read-data"))
    assert denied < allowed
    assert told.index("(deny process-exec*)") < next(
        n for n, line in enumerate(told) if line.startswith("(allow process-exec*")
    )


def test_a_profile_names_what_may_be_read_and_written() -> None:
    told = "\n".join(rules(LAUNCH))
    assert r'(subpath "/models/odd \"name\\")' in told
    assert '(allow file-write* (subpath "/scratch")' in told
    assert "(deny network*)" in told
    assert sandbox_exec(LAUNCH).command[-3:] == LAUNCH.command


def test_a_profile_leaves_open_what_is_allowed() -> None:
    told = "\n".join(rules(replace(LAUNCH, network=True, programs=True)))
    assert "network" not in told
    assert "process-fork" not in told


def test_every_rule_is_closed() -> None:
    for line in rules(LAUNCH):
        assert line.count("(") == line.count(")"), line


def test_libraries_of_the_caller_are_needed_but_never_everything() -> None:
    assert needed_paths(LAUNCH) == (Path("/opt/python/bin/python3"), Path("/opt/libraries"))


def test_a_link_among_other_programs_does_not_open_their_folder(tmp_path: Path) -> None:
    python = tmp_path / "versions" / "3.12" / "bin" / "python3.12"
    (python.parent.parent / "lib" / "python3.12").mkdir(parents=True)
    python.parent.mkdir()
    python.touch()
    link = tmp_path / "home" / ".local" / "bin" / "python3.12"
    link.parent.mkdir(parents=True)
    link.symlink_to(python)
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(link)
    settings = f"home = {link.parent}\nversion = 3.12.1\n"
    (environment / "pyvenv.cfg").write_text(settings, encoding="utf-8")
    launch = replace(LAUNCH, command=(str(environment / "bin" / "python"),), environment={})
    assert needed_paths(launch) == (environment, link, python.parent.parent)


@pytest.mark.skipif(sys.maxsize <= 2**32, reason="the sizes are those of 64 bits")
def test_the_limits_of_a_job_lie_as_windows_has_them() -> None:
    told = limits(4096)
    assert ctypes.sizeof(told) == 144
    assert (told.basic.flags, told.job_memory) == (0x2208, 4096 * 2**20)
    assert type(told).job_memory.offset == 120


def test_a_job_is_nothing_on_other_systems() -> None:
    if sys.platform == "win32":
        pytest.skip("it is something here")
    with contained(1):
        pass

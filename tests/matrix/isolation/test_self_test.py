"""What `--isolation` does on this machine, tried for real, and what is said where it cannot."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.isolation import isolation as isolating
from matrix.isolation import means, self_test
from matrix.isolation.isolation import MissingWalls, isolation
from matrix.isolation.launch import Launch, no_wall
from matrix.isolation.means import JOB_OBJECT, LANDLOCK, SECCOMP, Means, of_mode
from matrix.options.isolation import AUTO, MEANS, OFF, REQUIRE, IsolationOptions

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")
with_landlock = pytest.mark.skipif(
    bool(LANDLOCK.trouble() or SECCOMP.trouble()), reason="this kernel has no Landlock"
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine whose means can be changed; what was tried on another one is forgotten."""
    self_test.self_test.cache_clear()
    monkeypatch.setattr(isolating, "of_mode", lambda _mode: ())
    yield monkeypatch
    self_test.self_test.cache_clear()


def has(machine: pytest.MonkeyPatch, *found: Means) -> None:
    for module in (isolating, self_test):
        machine.setattr(module, "of_mode", lambda _mode: found)


LACKING = Means(name="landlock", trouble=lambda: "this kernel has no Landlock")


def options(mode: str, **changed: Any) -> IsolationOptions:
    return replace(IsolationOptions(), mode=mode, **changed)


@with_landlock
@pytest.mark.parametrize("mode", [AUTO, REQUIRE, "landlock"])
def test_all_walls_hold(mode: str) -> None:
    assert self_test.self_test(options(mode)).observed == self_test.WALLS
    assert self_test.holds(options(mode))
    assert self_test.required(options(mode)).forks
    assert "landlock, seccomp" in self_test.summary(options(mode))


@pytest.mark.skipif(bool(means.BUBBLEWRAP.trouble()), reason="bubblewrap does not work here")
def test_bubblewrap_holds_without_landlock() -> None:
    seen = self_test.self_test(options("bubblewrap"))
    assert (seen.means, seen.missing) == (("bubblewrap", "seccomp"), ())


@with_landlock
def test_what_is_allowed_is_not_asked_for() -> None:
    seen = self_test.self_test(options(AUTO, network=True, programs=True))
    assert (seen.observed, seen.missing) == (("reads", "writes", "processes"), ())


def test_off_holds_nothing_and_refuses_nothing() -> None:
    assert not self_test.holds(options(OFF))
    assert self_test.required(options(OFF)).request() is None


@on_linux
def test_libraries_of_the_interpreter_are_found(
    machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Some Pythons do not start without what they are told of their own library.
    def needy(launch: Launch) -> Launch:
        code = f'[ "$LD_LIBRARY_PATH" = {tmp_path} ] && exec "$@"'
        return replace(launch, command=("sh", "-c", code, "sh", *launch.command))

    machine.setenv("LD_LIBRARY_PATH", str(tmp_path))
    has(machine, Means(name="bubblewrap", trouble=lambda: "", around=needy))
    assert self_test.self_test(options(AUTO)).problem == ""


@on_linux
def test_walls_that_do_not_hold_are_seen(machine: pytest.MonkeyPatch) -> None:
    # It says of itself that it works, and does nothing.
    has(machine, Means(name="bubblewrap", trouble=lambda: "", around=no_wall))
    seen = self_test.self_test(options(AUTO))
    assert (seen.observed, seen.missing) == ((), self_test.WALLS)
    assert not seen.holds
    assert self_test.summary(options(AUTO)) == (
        "Models are not held back here from reading other files, writing elsewhere, the network, "
        "starting programs, other processes."
    )


@on_linux
def test_auto_uses_what_there_is_and_require_refuses(machine: pytest.MonkeyPatch) -> None:
    has(machine, LACKING, SECCOMP)
    assert self_test.required(options(AUTO)).means == (SECCOMP,)
    with pytest.raises(MissingWalls) as refused:
        self_test.required(options(REQUIRE))
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "--isolation require: models are not held back here from reading other files, "
        "writing elsewhere, because this kernel has no Landlock. Use a machine that has what is "
        "missing, --isolation container, or --isolation auto."
    )


@on_linux
def test_a_machine_without_any_means_is_refused(machine: pytest.MonkeyPatch) -> None:
    has(machine, LACKING)
    assert self_test.required(options(AUTO)).request() is None
    with pytest.raises(MissingWalls, match=r"from reading other files, .* other processes"):
        self_test.required(options(REQUIRE))


@on_linux
def test_a_wall_behind_which_nothing_starts_is_refused_with_its_reason(
    machine: pytest.MonkeyPatch,
) -> None:
    def broken(launch: Launch) -> Launch:
        return replace(launch, command=("sh", "-c", "echo it is broken >&2; exit 3"))

    has(machine, Means(name="bubblewrap", trouble=lambda: "", around=broken))
    with pytest.raises(MissingWalls, match="because it is broken"):
        self_test.required(options(REQUIRE))


def test_a_named_means_that_is_not_there_is_an_error(machine: pytest.MonkeyPatch) -> None:
    has(machine, LACKING, SECCOMP)
    with pytest.raises(MissingWalls, match="--isolation landlock cannot be used here: this kernel"):
        isolation(options("landlock"))


@pytest.mark.parametrize(
    ("platform", "found"),
    [
        ("linux", ("bubblewrap", "landlock", "seccomp")),
        ("darwin", ("sandbox-exec",)),
        ("win32", ("job-object",)),
        ("freebsd", ()),
    ],
)
def test_each_system_has_its_own_means(platform: str, found: tuple[str, ...]) -> None:
    assert tuple(one.name for one in of_mode(AUTO, platform)) == found
    assert of_mode(REQUIRE, platform) == of_mode(AUTO, platform)


@pytest.mark.parametrize("mode", MEANS)
def test_a_named_means_uses_no_other_but_seccomp(mode: str) -> None:
    assert {one.name for one in of_mode(mode)} - {"seccomp"} == {mode}


def test_a_container_passes_no_descriptors(machine: pytest.MonkeyPatch) -> None:
    has(machine, replace(means.CONTAINER, trouble=lambda: ""))
    assert not isolation(options("container")).forks


def test_a_job_object_is_no_wall_that_a_probe_could_see(machine: pytest.MonkeyPatch) -> None:
    has(machine, replace(JOB_OBJECT, trouble=lambda: ""))
    assert isolation(options(AUTO)).request() is None


@pytest.mark.skipif(bool(means.BUBBLEWRAP.trouble()), reason="bubblewrap does not work here")
def test_signal_that_ends_a_probe_behind_bubblewrap_is_known() -> None:
    walls = isolation(options("bubblewrap"))
    launch = walls.around(
        Launch(
            command=(sys.executable, "-I", "-S", "-c", "import os; os.abort()"),
            environment={},
            folder=Path("/"),
        )
    )
    ended = subprocess.run(launch.command, env={}, check=False).returncode
    assert walls.code_of(ended) == -signal.SIGABRT


def test_code_of_a_probe_that_nothing_is_around_is_its_own() -> None:
    assert isolation(options(OFF)).code_of(134) == 134

"""Requirements of a release, and the lock uv would make of them: uv itself never runs here."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from matrix.catalogue.releases import Release, catalogue
from matrix.environments import lock
from matrix.environments.lock import (
    MARKERS,
    compile_here,
    compile_lock,
    locked_version,
    pinned,
    requirements,
)
from matrix.errors import LockError
from tests.builders import make_release

_HOSTS = {
    "linux-x86_64": ("linux", "x86_64"),
    "linux-aarch64": ("linux", "aarch64"),
    "macos-x86_64": ("darwin", "x86_64"),
    "macos-arm64": ("darwin", "arm64"),
    "windows-x86_64": ("win32", "AMD64"),
}


def _wanted(release: Release, place: str, python: str, *companions: str) -> list[str]:
    """What the lines ask for on one machine."""
    system, machine = _HOSTS[place]
    here = {"sys_platform": system, "platform_machine": machine, "python_version": python}
    found = [Requirement(line) for line in requirements(release, companions)]
    return [
        f"{one.name}{one.specifier}" for one in found if one.marker and one.marker.evaluate(here)
    ]


def test_package_is_pinned_to_the_release() -> None:
    assert _wanted(make_release("2.15.1"), "linux-x86_64", "3.11") == ["tensorflow-cpu==2.15.1"]


def test_package_with_its_own_version_keeps_it() -> None:
    release = make_release("2.9.3", distributions={"macos-arm64": "tensorflow-macos==2.9.2"})
    assert _wanted(release, "macos-arm64", "3.10") == ["tensorflow-macos==2.9.2"]


def test_pins_and_companions_hold_on_every_platform() -> None:
    release = make_release(pins=("numpy<2",))
    for place in MARKERS:
        assert _wanted(release, place, "3.11", "tf-keras==2.15.*")[-2:] == [
            "numpy<2",
            "tf-keras==2.15.*",
        ]


@pytest.mark.parametrize("python", ["3.9", "3.12"])
def test_python_a_release_never_had_gets_nothing(python: str) -> None:
    release = make_release(pythons=("3.10", "3.11"), pins=("numpy<2",))
    assert _wanted(release, "linux-x86_64", python) == []


def test_python_that_a_platform_never_had_gets_nothing() -> None:
    release = make_release(
        pythons=("3.7", "3.8"),
        distributions={"macos-arm64": "tensorflow", "linux-x86_64": "tensorflow"},
        pythons_on={"macos-arm64": ("3.8",)},
    )
    assert _wanted(release, "macos-arm64", "3.7") == []
    assert _wanted(release, "macos-arm64", "3.8") == ["tensorflow==2.15.1"]
    assert _wanted(release, "linux-x86_64", "3.7") == ["tensorflow==2.15.1"]


@pytest.mark.parametrize("place", MARKERS)
def test_every_platform_gets_exactly_one_tensorflow(place: str) -> None:
    for release in catalogue():
        names = _wanted(release, place, release.on(place).pythons[-1])
        found = [name for name in names if name.startswith("tensorflow")]
        assert len(found) == (place in release.distributions)


def _fake_uv(folder: Path, *lines: str) -> str:
    script = folder / "uv"
    script.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def test_lock_is_what_uv_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, "echo absl-py==1.0"))
    assert compile_lock(make_release()) == "absl-py==1.0\n"


def test_uv_is_asked_for_hashes_and_every_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, 'echo "$@"'))
    words = compile_lock(make_release(), offline=True).split()
    assert {"--universal", "--generate-hashes", "--offline"} <= set(words)
    assert words[words.index("--python-version") + 1] == "3.10"
    assert "--offline" not in compile_lock(make_release())


def test_uv_gets_the_requirement_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, "cat"))
    release = make_release(pins=("numpy<2",))
    assert compile_lock(release, ["tf-keras==2.15.*"]).splitlines() == requirements(
        release, ["tf-keras==2.15.*"]
    )


def _overrides(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: str, package: str
) -> list[Requirement]:
    # The file of overrides is the last argument.
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(folder, 'for last; do :; done; cat "$last"'))
    release = make_release(version, distributions={"linux-x86_64": package})
    return [Requirement(line) for line in compile_lock(release).splitlines()]


def test_tensorflow_comes_from_no_package_but_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _overrides(tmp_path, monkeypatch, "2.18.1", "tensorflow-cpu")
    names = ["tensorflow", "tensorflow-intel", "tensorflow-macos", "tensorflow-cpu-aws"]
    assert [one.name for one in found] == names
    assert all(one.marker and not one.marker.evaluate() for one in found)


def test_named_package_overrides_a_looser_wish_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, *others = _overrides(tmp_path, monkeypatch, "2.18.1", "tensorflow")
    assert (found.name, str(found.specifier)) == ("tensorflow", "==2.18.1")
    assert "tensorflow" not in [one.name for one in others]


def test_versions_without_wheels_on_a_platform_are_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, _CONSTRAINTS))
    lines = compile_lock(make_release()).splitlines()
    constraints = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert len(constraints) >= 5
    assert all(one.marker and one.specifier for one in constraints)


def test_versions_of_an_earlier_lock_are_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # uv prefers what it finds in the file that it is to write.
    script = 'while [ "$1" != --output-file ]; do shift; done; echo "# kept" >> "$2"'
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, script))
    assert compile_lock(make_release(), before=_LOCK) == _LOCK + "# kept\n"


def test_failing_resolver_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = _fake_uv(tmp_path, "echo 'no' >&2", "echo ' solution ' >&2", "exit 1")
    monkeypatch.setattr(lock, "uv", lambda: script)
    with pytest.raises(LockError, match=r"TensorFlow 2\.15\.1 could not be locked: no solution$"):
        compile_lock(make_release())


def test_silent_resolver_is_quoted_by_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, "exit 7"))
    with pytest.raises(LockError, match="uv ended with 7"):
        compile_lock(make_release())


_LOCK = """\
keras==2.9.0 ; python_version < '3.9' \\
    --hash=sha256:00
keras==2.15.0 \\
    --hash=sha256:01
keras-preprocessing==9.9
"""


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        pytest.param("keras", "2.15.0", id="highest-as-a-version"),
        pytest.param("keras-preprocessing", "9.9", id="end-of-line"),
        pytest.param("preprocessing", None, id="part-of-a-name"),
        pytest.param("numpy", None, id="absent"),
    ],
)
def test_locked_version(package: str, expected: str | None) -> None:
    assert locked_version(_LOCK, package) == expected


_CONSTRAINTS = """while [ "$1" != --constraints ]; do shift; done; cat "$2" """


def test_companion_keeps_the_versions_of_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, _CONSTRAINTS))
    release = make_release("2.10.1")
    lines = compile_here(release, ["keras_preprocessing>9"], "3.10", _LOCK).splitlines()
    assert lines[:2] == ["keras==2.9.0 ; python_version < '3.9'", "keras==2.15.0"]
    assert "tensorflow-text==2.10.0" in lines
    assert not [line for line in lines if line.startswith("keras-preprocessing")]


def test_other_packages_give_way_where_a_companion_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = 'grep -q ^keras== "$2" && exit 1; cat "$2"'
    monkeypatch.setattr(
        lock, "uv", lambda: _fake_uv(tmp_path, _CONSTRAINTS.rpartition(";")[0], strict)
    )
    lines = compile_here(make_release("2.10.1"), ["x==1"], "3.10", _LOCK).splitlines()
    assert lines
    assert "keras==2.15.0" not in lines


def test_companion_that_cannot_be_had_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "uv", lambda: _fake_uv(tmp_path, "echo no wheel >&2", "exit 1"))
    with pytest.raises(
        LockError,
        match=r"x==1 with TensorFlow 2\.15\.1 on Python 3\.11 could not be locked: no wheel",
    ):
        compile_here(make_release(), ["x==1"], "3.11", "")


def test_pinned_versions_have_no_hashes() -> None:
    assert pinned(_LOCK) == [
        "keras==2.9.0 ; python_version < '3.9'",
        "keras==2.15.0",
        "keras-preprocessing==9.9",
    ]

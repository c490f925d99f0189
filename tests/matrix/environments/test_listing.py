"""What lies in an environment, and how a difference reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.environments.listing import (
    Listing,
    differences,
    first_difference,
    listed,
    only_times_differ,
)

TAG = "cpython-311"
SITE = "lib/python3.11/site-packages"
posix = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An environment with one module and its bytecode."""
    _file(tmp_path / SITE / "one.py", "x = 1\n")
    _file(tmp_path / SITE / "__pycache__" / f"one.{TAG}.pyc")
    _file(tmp_path / "pyvenv.cfg")
    return tmp_path


def _file(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_000_000, 1_000_000))
    return path


def _now(place: Path) -> Listing:
    return listed(place, TAG)


def test_every_file_is_listed_with_its_size_and_time(place: Path) -> None:
    assert _now(place).files == {f"{SITE}/one.py": "6 1000000", "pyvenv.cfg": "4 1000000"}
    assert _now(place).bytecode == {f"{SITE}/__pycache__/one.{TAG}.pyc": "4 1000000"}


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda place: _file(place / SITE / "evil.pth"), "evil.pth was added"),
        (lambda place: _file(place / "bin" / "tool"), "bin/tool was added"),
        (lambda place: (place / SITE / "one.py").unlink(), "one.py is missing"),
        (
            lambda place: _file(place / SITE / "one.py", "x = 11\n"),
            "one.py has 7 bytes instead of 6",
        ),
        (lambda place: os.utime(place / "pyvenv.cfg", (2e6, 2e6)), "pyvenv.cfg was changed"),
    ],
)
def test_difference_is_named(place: Path, harm: Callable[[Path], object], words: str) -> None:
    before = _now(place)
    harm(place)
    now = _now(place)
    assert now.digest != before.digest
    assert now.bytecode_digest == before.bytecode_digest
    assert first_difference(before.files, now.files) == words


@posix
def test_link_to_something_else_is_named(place: Path) -> None:
    python = place / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to("/usr/bin/python3")
    before = _now(place)
    python.unlink()
    python.symlink_to("/bin/true")
    wanted = "bin/python is a link to /bin/true instead of a link to /usr/bin/python3"
    assert first_difference(before.files, _now(place).files) == wanted


@posix
def test_pipe_in_the_place_of_a_file_is_named_and_never_opened(place: Path) -> None:
    before = _now(place)
    (place / "pyvenv.cfg").unlink()
    os.mkfifo(place / "pyvenv.cfg")
    assert first_difference(before.files, _now(place).files) == (
        "pyvenv.cfg is no file instead of a file"
    )


def test_others_that_differ_are_counted(place: Path) -> None:
    before = _now(place)
    for name in ("a.py", "b.py", "c.py"):
        _file(place / SITE / name)
    assert first_difference(before.files, _now(place).files) == (
        "a.py was added, and 2 other files differ"
    )


def test_bytecode_of_another_python_is_of_no_concern(place: Path) -> None:
    before = _now(place)
    for name in ("one.cpython-312.pyc", f"one.{TAG}.opt-1.pyc"):
        _file(place / SITE / "__pycache__" / name)
    assert _now(place) == before


@pytest.mark.parametrize("name", [f"two.{TAG}.pyc", "two.so", f"two.{TAG}.pyc.1234"])
def test_bytecode_that_was_added_differs_in_bytecode_alone(place: Path, name: str) -> None:
    before = _now(place)
    _file(place / SITE / "__pycache__" / name)
    now = _now(place)
    assert now.digest == before.digest
    assert list(differences(before.bytecode, now.bytecode)) == [f"{SITE}/__pycache__/{name}"]


def test_bytecode_beside_its_source_is_a_file_as_any_other(place: Path) -> None:
    before = _now(place)
    _file(place / SITE / "one.pyc")
    assert _now(place).digest != before.digest


def test_own_files_and_that_of_uv_are_left_out(place: Path) -> None:
    before = _now(place)
    for name in ("loadmatrix.stamp", "loadmatrix.files", ".lock"):
        _file(place / name)
    assert _now(place) == before


def test_times_alone_are_told_from_everything_else(place: Path) -> None:
    before = _now(place)
    os.utime(place / SITE / "one.py", (2e6, 2e6))
    assert only_times_differ(before.files, _now(place).files)
    _file(place / SITE / "one.py", "x = 12\n")
    assert not only_times_differ(before.files, _now(place).files)


def test_part_of_a_second_makes_no_difference(place: Path) -> None:
    before = _now(place)
    os.utime(place / "pyvenv.cfg", (1_000_000.5, 1_000_000.5))
    assert _now(place) == before


@posix
def test_name_that_would_write_into_a_terminal_is_shown_without(place: Path) -> None:
    before = _now(place)
    _file(place / SITE / "a\x1b[2J\n\u202eb.pth")
    assert first_difference(before.files, _now(place).files) == "a?[2J??b.pth was added"


@posix
def test_name_that_is_no_text_is_listed(place: Path) -> None:
    before = _now(place)
    _file(Path(os.fsdecode(os.fsencode(place / SITE) + b"/caf\xe9.py")))
    now = _now(place)
    assert now.digest != before.digest
    assert first_difference(before.files, now.files) == "caf?.py was added"

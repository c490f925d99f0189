"""Holds: together or alone, and a file that is none is replaced."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.errors import EnvironmentUnavailable
from matrix.holds import Hold, InUse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """A hold on a place that nobody uses."""
    return Hold(file=tmp_path / "place.lock")


def test_many_use_it_and_none_of_them_is_alone(hold: Hold) -> None:
    with hold.shared(), hold.shared(), pytest.raises(InUse), hold.alone(wait=False):
        pytest.fail("somebody uses it")


def test_one_is_alone(hold: Hold) -> None:
    with hold.alone(), pytest.raises(InUse), hold.alone(wait=False):
        pytest.fail("there is one already")
    with hold.alone(wait=False):
        pass


def test_use_waits_for_the_one(hold: Hold) -> None:
    used = threading.Event()

    def use() -> None:
        with hold.shared():
            used.set()

    user = threading.Thread(target=use)
    with hold.alone():
        user.start()
        assert not used.wait(0.3)
    user.join(30)
    assert used.is_set()


_USE = """
import sys
from pathlib import Path
from matrix.holds import Hold
with Hold(file=Path(sys.argv[1])).shared():
    print("used", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def user(hold: Hold) -> subprocess.Popen[str]:
    """Another process that uses it until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _USE, str(hold.file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "used\n"
    return process


def test_other_process_counts_and_its_death_frees_it(
    hold: Hold, user: subprocess.Popen[str]
) -> None:
    with pytest.raises(InUse), hold.alone(wait=False):
        pytest.fail("another process uses it")
    user.kill()
    user.communicate()
    with hold.alone(wait=False):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody write there")
def test_file_that_is_damaged_while_it_is_used_is_used_all_the_same(
    hold: Hold, user: subprocess.Popen[str]
) -> None:
    with hold.file.open("r+b") as file:
        file.write(b"garbage" * 500)
    with pytest.raises(InUse), hold.alone(wait=False):
        pytest.fail("another process uses it")
    user.communicate("")
    with hold.alone(wait=False):
        pass


def _wal(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table some (thing)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.write_bytes(b"garbage" * 500), id="garbage"),
        pytest.param(lambda path: path.write_text("12345\n"), id="a number"),
        pytest.param(
            lambda path: path.write_bytes(b"SQLite format 3\0\x10\0\1\1" + b"\xff" * 3000),
            id="half a database",
        ),
        pytest.param(_wal, id="another database"),
        pytest.param(lambda path: (path / "in").mkdir(parents=True), id="a folder"),
        pytest.param(lambda path: path.symlink_to("/nowhere/at/all"), id="a dead link"),
        pytest.param(os.mkfifo, id="a pipe"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="makes what only POSIX has")
def test_file_that_is_no_hold_is_replaced(hold: Hold, make: Callable[[Path], object]) -> None:
    make(hold.file)
    with hold.shared():
        pass
    with hold.alone(wait=False):
        assert hold.file.is_file()
        assert not hold.file.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="makes what only POSIX has")
def test_link_is_not_followed(hold: Hold, tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("mine")
    hold.file.symlink_to(mine)
    with hold.alone():
        pass
    assert mine.read_text() == "mine"


def test_file_that_was_removed_by_one_who_had_it_alone_is_made_again(hold: Hold) -> None:
    waited = threading.Event()

    def use() -> None:
        with hold.alone():
            # What this has is the file that is there, and not the one that is gone.
            with pytest.raises(InUse), Hold(file=hold.file).alone(wait=False):
                pytest.fail("there is one already")
            waited.set()

    with hold.alone():
        user = threading.Thread(target=use)
        user.start()
        hold.remove()
    user.join(30)
    assert waited.is_set()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_file_that_cannot_be_written_is_told(hold: Hold) -> None:
    hold.file.touch()
    hold.file.chmod(0)
    told = pytest.raises(EnvironmentUnavailable, match="Remove it if no test is running")
    with told, hold.alone():
        pytest.fail("it cannot be read")

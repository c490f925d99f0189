"""The stamp of an environment: what is written is read again, and nothing else is believed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from matrix.environments.stamp import (
    FILES,
    STAMP,
    is_of_earlier_version,
    is_stamped,
    read_known,
    read_stamp,
    write_stamp,
)

TAG = "cpython-311"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A stamped environment with two files."""
    for name in ("pyvenv.cfg", f"a\t\n{os.fsdecode(bytes([0xE9]))}" if os.name != "nt" else "a"):
        (tmp_path / name).write_text("x\n")
    write_stamp(tmp_path, cell="2.15.1", tag=TAG, failing={"h5py": "ImportError: no"})
    return tmp_path


def test_stamp_and_files_are_read_as_they_were_written(place: Path) -> None:
    stamp = read_stamp(place)
    assert stamp is not None
    assert (stamp.cell, stamp.tag, stamp.failing) == ("2.15.1", TAG, {"h5py": "ImportError: no"})
    known = read_known(place, stamp)
    assert known is not None
    assert known.listing.digest == stamp.files
    assert known.digests.keys() == known.listing.files.keys()
    assert len(known.digests) == 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"2.15.1\n", id="of an earlier version"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b'{"schema": 1}', id="schema alone"),
        pytest.param(b'{"schema": 2, "cell": "x"}', id="newer"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_stamp_that_is_none_of_this_version_says_nothing(place: Path, content: bytes) -> None:
    (place / STAMP).write_bytes(content)
    assert read_stamp(place) is None
    assert is_stamped(place) is bool(content)


@pytest.mark.parametrize("field", ["cell", "files", "known", "verified", "failing"])
def test_stamp_with_a_wrong_type_says_nothing(place: Path, field: str) -> None:
    document = json.loads((place / STAMP).read_text())
    (place / STAMP).write_text(json.dumps({**document, field: [1]}))
    assert read_stamp(place) is None


def test_field_of_a_later_version_is_passed_over(place: Path) -> None:
    document = json.loads((place / STAMP).read_text())
    (place / STAMP).write_text(json.dumps({**document, "new": 1}))
    assert read_stamp(place) is not None


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"x\x9c"])
def test_list_that_is_not_that_of_the_stamp_is_not_believed(
    place: Path, content: bytes | None
) -> None:
    stamp = read_stamp(place)
    assert stamp is not None
    (place / FILES).unlink()
    if content is not None:
        (place / FILES).write_bytes(content)
    assert read_known(place, stamp) is None


@pytest.mark.parametrize(
    ("content", "earlier"), [(b"2.15.1\n", True), (b"2.16.2+tf_keras\r\n", True), (b"{}", False)]
)
def test_stamp_of_an_earlier_version_is_known(
    place: Path, content: bytes, *, earlier: bool
) -> None:
    (place / STAMP).write_bytes(content)
    assert is_of_earlier_version(place) is earlier


def test_no_stamp_is_none(tmp_path: Path) -> None:
    assert not is_stamped(tmp_path)
    assert read_stamp(tmp_path) is None
    assert not is_of_earlier_version(tmp_path)


def test_digest_that_was_known_is_kept_where_nothing_else_shows_a_change(place: Path) -> None:
    """Who changes bytes and keeps size and time must not be stamped as right by the way."""
    stamp = read_stamp(place)
    assert stamp is not None
    before = read_known(place, stamp)
    assert before is not None
    status = (place / "pyvenv.cfg").stat()
    (place / "pyvenv.cfg").write_text("y\n")
    os.utime(place / "pyvenv.cfg", (status.st_atime, status.st_mtime))
    write_stamp(place, cell="2.15.1", tag=TAG, before=before, verified=stamp.verified)
    again = read_stamp(place)
    assert again is not None
    known = read_known(place, again)
    assert known is not None
    assert known.digests == before.digests
    assert again.verified == stamp.verified


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")
@pytest.mark.parametrize("name", [STAMP, FILES])
def test_link_in_the_place_of_a_stamp_is_replaced_and_not_followed(
    place: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    mine = tmp_path_factory.mktemp("mine") / "key"
    mine.write_text("secret\n")
    (place / name).unlink()
    (place / name).symlink_to(mine)
    assert is_stamped(place) is (name != STAMP)
    write_stamp(place, cell="2.15.1", tag=TAG)
    assert mine.read_text() == "secret\n"
    assert is_stamped(place)
    assert not (place / name).is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")
def test_pipe_in_the_place_of_a_stamp_is_not_read(place: Path) -> None:
    stamp = read_stamp(place)
    assert stamp is not None
    for name in (STAMP, FILES):
        (place / name).unlink()
        os.mkfifo(place / name)
    assert not is_stamped(place)
    assert read_stamp(place) is None
    assert read_known(place, stamp) is None

"""Entries of the cache: whole and ours alone, or as if they were not there."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matrix.entries import Entries, Entry

KEY, OTHER = "ab" * 20, "cd" * 20
ENTRY = Entry(
    document={"said": ["é", 1.5, None, {"deep": True}]},
    files={"outputs-0.npz": bytes(range(256)), "empty": b""},
)
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither owners nor modes")


@pytest.fixture
def entries(tmp_path: Path) -> Entries:
    return Entries(folder=tmp_path / "cache" / "known")


def names_in(entries: Entries) -> list[str]:
    return sorted(path.name for path in entries.folder.iterdir())


def test_what_was_written_is_read(entries: Entries) -> None:
    assert entries.read(KEY) is None
    assert entries.write(KEY, ENTRY)
    assert entries.read(KEY) == ENTRY
    assert entries.read(OTHER) is None
    newer = Entry(document={"said": "more"})
    assert entries.write(KEY, newer)
    assert entries.read(KEY) == newer
    assert names_in(entries) == [KEY]


@unix
def test_nobody_else_can_read_or_write_it(entries: Entries) -> None:
    entries.write(KEY, ENTRY)
    assert stat.S_IMODE(entries.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((entries.folder / KEY).stat().st_mode) == 0o600


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(place=st.floats(min_value=0, max_value=1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_anywhere_is_enough_to_disbelieve_it(
    entries: Entries, place: float, bit: int
) -> None:
    entries.write(KEY, ENTRY)
    path = entries.folder / KEY
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    assert entries.read(KEY) is None
    assert not path.exists()


@pytest.mark.parametrize("kept", [0, 1, 18, 19, 60, 84, 90, -1])
def test_entry_that_was_cut_short_is_none(entries: Entries, kept: int) -> None:
    entries.write(KEY, ENTRY)
    path = entries.folder / KEY
    path.write_bytes(path.read_bytes()[:kept])
    assert entries.read(KEY) is None


def test_entry_under_another_key_is_none(entries: Entries) -> None:
    entries.write(KEY, ENTRY)
    (entries.folder / KEY).rename(entries.folder / OTHER)
    assert entries.read(OTHER) is None


@unix
@pytest.mark.parametrize("mode", [0o602, 0o620])
def test_entry_that_others_can_write_is_none(entries: Entries, mode: int) -> None:
    entries.write(KEY, ENTRY)
    (entries.folder / KEY).chmod(mode)
    assert entries.read(KEY) is None


@unix
def test_folder_that_others_can_write_is_not_used(entries: Entries) -> None:
    entries.write(KEY, ENTRY)
    entries.folder.chmod(0o777)
    assert entries.read(KEY) is None
    assert not entries.write(OTHER, ENTRY)
    assert entries.size() == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
def test_entry_of_somebody_else_is_none(entries: Entries) -> None:
    entries.write(KEY, ENTRY)
    os.chown(entries.folder / KEY, 12345, 12345)
    assert entries.read(KEY) is None
    os.chown(entries.folder, 12345, 12345)
    assert not entries.write(OTHER, ENTRY)


@unix
def test_links_are_not_followed(entries: Entries, tmp_path: Path) -> None:
    entries.write(KEY, ENTRY)
    moved = (entries.folder / KEY).rename(tmp_path / "elsewhere")
    (entries.folder / KEY).symlink_to(moved)
    assert entries.read(KEY) is None
    assert moved.exists()
    (entries.folder / KEY).hardlink_to(moved)
    assert entries.read(KEY) is None
    entries.write(OTHER, ENTRY)
    entries.folder.rename(tmp_path / "real")
    entries.folder.symlink_to(tmp_path / "real")
    assert entries.read(OTHER) is None
    assert not entries.write(KEY, ENTRY)


@unix
def test_pipe_or_folder_in_its_place_stops_nothing(entries: Entries) -> None:
    entries.write(OTHER, ENTRY)
    os.mkfifo(entries.folder / KEY)
    assert entries.read(KEY) is None
    (entries.folder / KEY).mkdir()
    assert not entries.write(KEY, ENTRY)
    assert entries.read(KEY) is None
    assert entries.write(KEY, ENTRY)
    assert names_in(entries) == sorted([KEY, OTHER])


def test_cache_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    entries = Entries(folder=tmp_path / "file" / "known")
    assert not entries.write(KEY, ENTRY)
    assert entries.read(KEY) is None
    entries.keep_within()


def test_what_was_not_used_for_the_longest_time_goes_first(entries: Entries) -> None:
    small = Entries(folder=entries.folder, most=16 * 1000)
    keys = [f"{number:040x}" for number in range(30)]
    for age, key in enumerate(keys):
        assert small.write(key, Entry(document={}, files={"f": bytes(700)}))
        os.utime(small.folder / key, (age, age))
    assert small.read(keys[0]) is not None
    small.keep_within()
    left = names_in(small)
    assert 0 < small.size() <= small.most
    assert keys[0] in left
    assert left == sorted([keys[0], *keys[30 - len(left) + 1 :]])


def test_entry_that_would_drive_out_the_others_is_not_kept(entries: Entries) -> None:
    small = Entries(folder=entries.folder, most=16 * 1000)
    assert not small.write(KEY, Entry(document={}, files={"f": bytes(1001)}))
    assert small.size() == 0


def test_what_a_killed_writer_left_is_removed_after_an_hour(entries: Entries) -> None:
    entries.write(KEY, ENTRY)
    for name, age in ((".old.1", 7200), (".new.2", 60)):
        path = entries.folder / name
        path.write_bytes(b"half")
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    entries.keep_within()
    assert names_in(entries) == sorted([KEY, ".new.2"])


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "AB" * 20, "a" * 70, "known"])
def test_what_is_no_key_is_refused(entries: Entries, key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        entries.write(key, ENTRY)

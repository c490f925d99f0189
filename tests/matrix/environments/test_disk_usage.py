"""What environments occupy, and whether uv can link their files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from matrix.environments import disk_usage
from matrix.environments.disk_usage import hardlinks_impossible, own_bytes

_SIZE = 64 * 1024


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(_SIZE))
    return path


def test_files_of_its_own_count(tmp_path: Path) -> None:
    empty = own_bytes(tmp_path)
    _file(tmp_path / "a")
    _file(tmp_path / "deep" / "down" / "b")
    assert own_bytes(tmp_path) - empty >= 2 * _SIZE


def test_file_that_is_also_linked_from_elsewhere_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    empty = own_bytes(folder)
    os.link(_file(tmp_path / "cached"), folder / "linked")
    assert own_bytes(folder) == empty


def test_file_linked_twice_from_inside_counts_once(tmp_path: Path) -> None:
    empty = own_bytes(tmp_path)
    os.link(_file(tmp_path / "a"), tmp_path / "b")
    assert _SIZE <= own_bytes(tmp_path) - empty < 2 * _SIZE


def test_links_count_for_themselves_not_for_what_they_name(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "link").symlink_to(_file(tmp_path / "large"))
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    assert own_bytes(folder) < _SIZE


def _fake_uv(folder: Path, *lines: str) -> str:
    script = folder / "uv"
    script.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    script.chmod(0o755)
    return str(script)


@pytest.fixture(autouse=True)
def _uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_usage, "found", lambda: "uv")


def test_one_filesystem_needs_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        disk_usage, "uv", lambda: _fake_uv(tmp_path, f"echo {tmp_path}/not/made/yet")
    )
    assert hardlinks_impossible(tmp_path / "envs" / "not" / "made") is None


def test_two_filesystems_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Path("/dev/shm")
    if not other.exists() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second filesystem to test with")
    monkeypatch.setattr(disk_usage, "uv", lambda: _fake_uv(tmp_path, f"echo {other}"))
    hint = hardlinks_impossible(tmp_path)
    assert hint is not None
    assert str(other) in hint
    assert str(tmp_path) in hint


def test_uv_without_an_answer_is_of_no_concern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_usage, "uv", lambda: _fake_uv(tmp_path, "exit 2"))
    assert hardlinks_impossible(tmp_path) is None


def test_machine_without_uv_needs_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_usage, "found", lambda: None)
    monkeypatch.setattr(disk_usage, "uv", lambda: str(tmp_path / "nowhere"))
    assert hardlinks_impossible(tmp_path) is None

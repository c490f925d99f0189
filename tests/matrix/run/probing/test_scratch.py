"""What is taken out of a folder that a model may have written, and how that folder goes away."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from matrix.run.probing import scratch
from matrix.run.probing.scratch import remove_left_behind, remove_tree, scratch_folder, take_outputs

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def test_regular_file_is_copied(tmp_path: Path) -> None:
    (tmp_path / "outputs.npz").write_bytes(b"content")
    assert take_outputs(tmp_path / "outputs.npz", tmp_path / "kept.npz")
    assert (tmp_path / "kept.npz").read_bytes() == b"content"


def test_nothing_stored_is_nothing_copied(tmp_path: Path) -> None:
    assert not take_outputs(tmp_path / "none", tmp_path / "kept.npz")
    assert not (tmp_path / "kept.npz").exists()


@posix
@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "fifo", "folder", "too large"])
def test_anything_else_is_left(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, source = tmp_path / "secret", tmp_path / "outputs.npz"
    secret.write_bytes(b"a key")
    match kind:
        case "symbolic link":
            source.symlink_to(secret)
        case "hard link":
            source.hardlink_to(secret)
        case "fifo":
            os.mkfifo(source)
        case "folder":
            source.mkdir()
        case _:
            monkeypatch.setattr(scratch, "_MOST_OUTPUTS", 4)
            source.write_bytes(b"12345")
    assert not take_outputs(source, tmp_path / "kept.npz")
    assert not (tmp_path / "kept.npz").exists()


@posix
def test_folder_deeper_than_python_recurses_is_removed() -> None:
    before = Path.cwd()
    with scratch_folder() as folder:
        os.chdir(folder)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        os.chdir(before)
    assert not folder.exists()


def test_what_links_lead_to_stays(tmp_path: Path) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "folder"
    kept.mkdir()
    (kept / "file").touch()
    folder.mkdir()
    (folder / "link").symlink_to(kept)
    remove_tree(folder)
    assert (kept / "file").exists()
    assert not folder.exists()


@posix
def test_folder_of_a_run_that_was_killed_is_removed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder() as held:
        left = held.with_name(held.name + "x")
        (left / "some").mkdir(parents=True)
        other = tmp_path / "loadmatrix-other"
        other.mkdir()
        remove_left_behind()
        assert left.exists()
        monkeypatch.setattr(scratch, "_NEW_SECONDS", -1)
        remove_left_behind()
        assert not left.exists()
        assert held.exists()
        assert other.exists()


@posix
@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may look everywhere")
def test_folders_that_nobody_may_look_into_are_removed(tmp_path: Path) -> None:
    hidden = tmp_path / "scratch" / "hidden"
    (hidden / "deeper").mkdir(parents=True)
    (hidden / "file").touch()
    (hidden / "deeper").chmod(0o300)
    hidden.chmod(0o300)
    remove_tree(tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()

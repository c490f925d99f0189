"""Results are in two folders without taking space twice, and neither changes with the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.files import write_text
from matrix.results.merging.linking import link_tree


def _results(folder: Path) -> Path:
    (folder / "2.15.1" / "all").mkdir(parents=True)
    (folder / "2.15.1" / "outcome.json").write_text("first")
    (folder / "2.15.1" / "all" / "log.txt").write_text("log")
    (folder / "2.15.1" / ".lock").touch()
    (folder / ".previous-run").mkdir()
    (folder / ".previous-run" / "plan.json").write_text("old")
    return folder


def test_files_are_linked_and_locks_and_earlier_runs_are_left_out(tmp_path: Path) -> None:
    source = _results(tmp_path / "a")
    link_tree(source, tmp_path / "b")
    files = {path.relative_to(tmp_path / "b").as_posix() for path in (tmp_path / "b").rglob("*.*")}
    assert files >= {"2.15.1/outcome.json", "2.15.1/all/log.txt"}
    assert not {"2.15.1/.lock", ".previous-run"} & files
    log = Path("2.15.1", "all", "log.txt")
    assert (tmp_path / "b" / log).samefile(source / log)


def test_writing_into_one_leaves_the_other(tmp_path: Path) -> None:
    source = _results(tmp_path / "a")
    link_tree(source, tmp_path / "b")
    write_text(tmp_path / "b" / "2.15.1" / "outcome.json", "second")
    assert (source / "2.15.1" / "outcome.json").read_text() == "first"


def test_links_that_a_model_left_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    source = _results(tmp_path / "a")
    (source / "2.15.1" / "outputs.npz").symlink_to(secret)
    (source / "elsewhere").symlink_to(tmp_path)
    link_tree(source, tmp_path / "b")
    assert not (tmp_path / "b" / "2.15.1" / "outputs.npz").exists()
    assert not (tmp_path / "b" / "elsewhere").exists()


def test_where_links_are_impossible_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_self: Path, _target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refused)
    link_tree(_results(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "b" / "2.15.1" / "outcome.json").read_text() == "first"

"""What is sent back of a cell is bounded at both ends, and lies where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.run.probe_output.events import CheckRecord
from matrix.run.remote import kept_files
from matrix.run.remote.kept_files import files_to_send, take_files
from tests.builders import make_outcome

STORED = CheckRecord(stage="run", loaded=True, stored="all/outputs-0.npz")
OUTCOME = make_outcome("2.15.1", {"0:keras": STORED})


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """The folder of a cell with outputs of one check and a long log."""
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "outputs-0.npz").write_bytes(b"arrays")
    (tmp_path / "all" / "log-0.txt").write_bytes(b"a" + b"x" * 200_000 + b"z")
    (tmp_path / "all" / "request.json").write_bytes(b"{}")
    return tmp_path


def test_outputs_are_sent_whole_and_logs_by_their_ends(cell: Path) -> None:
    files, warnings = files_to_send(cell, OUTCOME)
    assert files["all/outputs-0.npz"] == b"arrays"
    log = files["all/log-0.txt"]
    assert log.startswith(b"a")
    assert log.endswith(b"z")
    assert len(log) < 70_000
    assert set(files) == {"all/outputs-0.npz", "all/log-0.txt"}
    assert warnings == ()


def test_outputs_that_are_too_large_stay_and_that_is_told(
    cell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, "MOST_OUTPUTS", 3)
    files, warnings = files_to_send(cell, OUTCOME)
    assert "all/outputs-0.npz" not in files
    assert "0:keras were not sent back" in warnings[0]


def test_link_in_the_place_of_outputs_is_not_followed(cell: Path) -> None:
    outputs = cell / "all" / "outputs-0.npz"
    outputs.unlink()
    outputs.symlink_to("/etc/hostname")
    assert "all/outputs-0.npz" not in files_to_send(cell, OUTCOME)[0]


@pytest.mark.parametrize(
    "name",
    ["../outputs-0.npz", "/etc/outputs-0.npz", "all/../../log.txt", "outcome.json", "all/x.sh"],
)
def test_file_that_is_none_of_ours_is_left_out(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "results" / "2.15.1"
    take_files({name: b"x", "all/log.txt": b"kept"}, folder)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written == [folder / "all" / "log.txt"]


def test_more_than_is_ever_sent_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files, "MOST_OUTPUTS", 0)
    monkeypatch.setattr(kept_files, "_MOST_LOGS", 4)
    take_files({"all/log-1.txt": b"1234", "all/log-2.txt": b"5"}, tmp_path)
    assert [path.name for path in tmp_path.rglob("log*")] == ["log-1.txt"]

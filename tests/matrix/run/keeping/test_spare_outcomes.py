"""An outcome that cannot be written where it belongs is kept elsewhere, and found again."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.files import what_failed, write_json
from matrix.npz import write_arrays
from matrix.run.keeping import outcome_files, spare_outcomes
from matrix.run.store import Store
from tests.builders import make_outcome, make_ran

OUTCOME = make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Results of a run on a disk that is full, with a place for temporary files that is not."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    store = Store(folder=tmp_path / "results")
    store.reset_for({"order": ["2.15.1"]})
    return store


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(outcome_files, "write_json", refused)


@pytest.mark.usefixtures("full")
def test_outcome_is_kept_elsewhere_on_a_full_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.write(OUTCOME)
    assert "cannot be written (No space left on device), so it is kept in" in caplog.text
    assert store.read("2.15.1") == OUTCOME
    assert store.is_finished("2.15.1")
    assert store.cells_on_disk() == ["2.15.1"]
    # As soon as there is room, it goes where it belongs.
    monkeypatch.setattr(outcome_files, "write_json", write_json)
    store.bring_back()
    assert spare_outcomes.kept_cells(store.folder) == []
    assert store.read("2.15.1") == OUTCOME


@pytest.mark.usefixtures("full")
def test_outcome_of_an_earlier_run_that_was_kept_elsewhere_is_not_read(store: Store) -> None:
    store.write(OUTCOME)
    store.reset_for({"order": ["2.15.1"]})
    assert store.read("2.15.1") is None
    assert store.cells_on_disk() == []


@pytest.mark.usefixtures("full")
def test_disk_without_any_room_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_outcomes, "_folders", lambda: iter(()))
    with pytest.raises(OSError, match="No space") as caught:
        store.write(OUTCOME)
    place = store.cell_folder("2.15.1") / "outcome.json"
    assert what_failed(caught.value).startswith(f"The disk of {place} is full. Free some space")


def test_place_that_others_can_write_is_not_used(store: Store, tmp_path: Path) -> None:
    place = spare_outcomes.keep(store.folder, "2.15.1", {})
    assert place is not None
    place.parent.chmod(0o777)
    assert spare_outcomes.spare_file(store.folder, "2.15.1") is None
    assert (tmp_path / "tmp").is_dir()


def test_error_of_a_write_names_the_file(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a disk that is always full")
    (tmp_path / f".full.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space") as caught:
        write_json(tmp_path / "full", {})
    assert caught.value.filename == str(tmp_path / "full")
    (tmp_path / "full.npz").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space") as caught:
        write_arrays(tmp_path / "full.npz", {"x": np.zeros(10_000)})
    assert caught.value.filename == str(tmp_path / "full.npz")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, which is almost full."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("a small disk needs Linux, root and tmpfs")
    (place / "filler").write_bytes(bytes(2**20 - 2**15))
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_disk_that_is_really_full_loses_no_outcome(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = Store(folder=small_disk / "results")
    cells = [f"2.{minor}.0" for minor in range(2, 22)]
    store.reset_for({"order": cells})
    for cell in cells:
        store.write(replace(OUTCOME, cell=cell))
    kept = spare_outcomes.kept_cells(store.folder)
    assert 0 < len(kept) < len(cells)
    assert all(store.read(cell) for cell in cells)
    (small_disk / "filler").unlink()
    store.bring_back()
    assert spare_outcomes.kept_cells(store.folder) == []
    assert all(store.read(cell) for cell in cells)

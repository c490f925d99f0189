"""A report says what the run saw, whatever lies on the disk where it is made again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matrix.options.reading import read_options
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from matrix.run.store import Store
from reports.build import build_report
from reports.formats.registry import FORMATS
from reports.jobs.report import report
from tests.builders import make_outcome
from tests.conftest import EXAMPLE
from tests.tiny_models import keras

# What is said of each depends on what lies at the path.
FAILURES = (
    ("ValueError", "File not found: filepath=m. Please ensure the file is an accessible `.keras`"),
    ("OSError", "Unable to open file (file signature not found)"),
    ("PermissionError", "[Errno 13] Permission denied"),
    ("BadZipFile", "File is not a zip file"),
    ("UnicodeDecodeError", "'utf-8' codec can't decode byte 0x89 in position 0"),
    ("ValueError", "Unrecognized model format"),
)


def _gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _pointer(path: Path) -> None:
    _gone(path)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


def _folder(path: Path) -> None:
    _gone(path)
    path.mkdir()
    (path / "README.md").write_text("not here any more")


def _written(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("report.json", *FORMATS)}


@pytest.mark.parametrize("change", [_gone, _pointer, _folder])
@pytest.mark.parametrize(
    ("kind", "whole"), [("folder", True), ("zip", True), ("zip", False)], ids=str
)
def test_report_is_the_same_on_a_machine_without_the_model(
    kind: str,
    whole: bool,
    change: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tmp_path / "model.keras"
    if kind == "folder":
        shutil.copytree(EXAMPLE, model)
    else:
        keras(model)
    plan = planned(read_options([str(model), "--tensorflow", ">=2.12"], tmp_path))
    first = Store(folder=tmp_path / "first" / "results")
    first.reset_for(plan_document(plan), datetime(2026, 1, 2, tzinfo=UTC))
    for turn, planned_cell in enumerate(plan.cells):
        name, message = FAILURES[turn % len(FAILURES)]
        failed = CheckRecord(stage="load", error=ErrorRecord(type=name, message=message))
        records = {check.id: failed for check in planned_cell.checks}
        first.write(make_outcome(planned_cell.cell, records))
    if whole:
        first.note_end(1.0, complete=True)
    assert report([str(first.folder)], tmp_path) == 0

    shutil.copytree(first.folder, tmp_path / "second" / "results", copy_function=shutil.copy)
    change(model)
    monkeypatch.setattr(build_report, "host", lambda: {"platform": "another machine"})
    assert report([str(tmp_path / "second")], tmp_path) == 0
    assert _written(tmp_path / "second") == _written(tmp_path / "first")

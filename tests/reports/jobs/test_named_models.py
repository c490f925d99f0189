"""Models that a table names, from the list to every file that is written."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from matrix.run.executors.registry import EXECUTORS
from reports.jobs import matrix, report
from tests import tiny_models
from tests.measured import MeasuredExecutor

NOXFILE = Path(__file__).resolve().parents[3] / "noxfile.py"


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of a model with a name, one without, and one that does not exist."""
    monkeypatch.setitem(EXECUTORS, "nox", MeasuredExecutor())
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        tiny_models.tflite(tmp_path / folder / "model.tflite")
    rows = "path,name\na/model.tflite,Keyword spotting\nb/model.tflite,\nc/gone.h5,Gone\n"
    (tmp_path / "registry.csv").write_text(rows, encoding="utf-8")
    return tmp_path


def _run(folder: Path) -> dict[str, Any]:
    words = ["--models-from", "registry.csv", "--tensorflow", "2.15"]
    assert matrix.matrix(words, folder, NOXFILE) == 3
    document: dict[str, Any] = json.loads((folder / "compatibility/report.json").read_text("utf-8"))
    return document


def test_a_report_calls_models_as_their_list_does(listed: Path) -> None:
    models = _run(listed)["models"]
    assert [model.get("called", "") for model in models] == ["Keyword spotting", "", "Gone"]
    assert [Path(model["path"]).name for model in models] == [
        *("model.tflite", "model.tflite", "gone.h5"),
    ]
    output = listed / "compatibility"
    with (output / "report.csv").open(encoding="utf-8", newline="") as file:
        names = {row["model"] for row in csv.DictReader(file)}
    assert names == {"Keyword spotting", "model.tflite", "Gone"}
    for name in ("report.md", "report.html", "junit.xml"):
        assert "Keyword spotting" in (output / name).read_text(encoding="utf-8")


def test_a_report_that_is_made_again_has_the_names(listed: Path) -> None:
    before = _run(listed)["models"]
    report.report(["compatibility"], listed)
    after = json.loads((listed / "compatibility/report.json").read_text("utf-8"))["models"]
    assert after == before

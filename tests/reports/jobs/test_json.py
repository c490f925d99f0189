"""`--json`: standard output is the report, and all else is on standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.cli import main
from tests.tiny_models import saved_model


def test_report_is_alone_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved_model(tmp_path / "model")
    words = ["--tensorflow", "2.15", "--offline", "--envdir", "envs", "--executor", "in-process"]
    # Nothing can be built without a network: the report says so.
    assert main(["model", "--json", *words]) == 3
    printed = capsys.readouterr()
    assert printed.out == Path("compatibility/report.json").read_text(encoding="utf-8")
    assert json.loads(printed.out)["models"][0]["cells"][0]["verdict"] == "unavailable"
    assert "Inspecting model." in printed.err
    assert "The report is in" in printed.err


def test_failure_prints_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["nowhere", "--json"]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith("Give the path of a model file or folder.\n")

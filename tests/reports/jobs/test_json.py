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
    assert main(["report", "compatibility", "--json"]) == 3
    again = capsys.readouterr()
    assert json.loads(again.out)["models"] == json.loads(printed.out)["models"]
    assert "The report is in" in again.err
    assert main(["explain", "compatibility", "2.15.1", "--json"]) == 0
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert (cell["model"], cell["id"], cell["verdict"]) == ("model", "2.15.1", "unavailable")


def test_cell_has_its_report_alone_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved_model(tmp_path / "model")
    main(["probe", "2.15.1", "model", "--json", "--offline", "--envdir", "envs"])
    printed = capsys.readouterr()
    (cell,) = json.loads(printed.out)["models"][0]["cells"]
    assert (cell["id"], cell["verdict"]) == ("2.15.1", "unavailable")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param("cache --envdir kept", "environments", id="cache"),
        pytest.param("cache export answers --envdir kept", "entries", id="export"),
        pytest.param("clean --envdir kept", "freed_bytes", id="clean"),
        pytest.param("explain --cause missing_file", "cause", id="cause"),
        pytest.param("explain --rule path-absent", "rule", id="rule"),
    ],
)
def test_what_prints_data_prints_it_as_json(
    line: str,
    field: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOADMATRIX_KNOWN", str(tmp_path / "known"))
    assert main([*line.split(), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["schema"] == 1
    assert field in values


def test_failure_prints_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["nowhere", "--json"]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith("Give the path of a model file or folder.\n")

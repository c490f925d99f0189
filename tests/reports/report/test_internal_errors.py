"""What fails while a report is made costs a sentence or a model, never the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError
from matrix.run.executors.registry import EXECUTORS
from reports.build import build_model
from reports.build.diagnose_check import Diagnoser
from reports.build.remedies import own_objects
from reports.formats import github, registry, terminal
from reports.jobs import conclusion, matrix
from reports.report.internal_errors import InternalErrors
from tests import tiny_models
from tests.measured import MeasuredExecutor

NOXFILE = Path(__file__).resolve().parents[3] / "noxfile.py"


Run = Callable[[], tuple[int, Any, str]]


def _fails(*_: object, **__: object) -> Any:
    raise ZeroDivisionError("a defect of ours")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The main job on a SavedModel; gives its code, the report and what it printed."""
    monkeypatch.setitem(EXECUTORS, "nox", MeasuredExecutor())

    model = tiny_models.saved_model(tmp_path / "m")

    def called() -> tuple[int, Any, str]:
        code = matrix.matrix([str(model), "--tensorflow", ">=2.14"], tmp_path, NOXFILE)
        output = tmp_path / "compatibility"
        report = json.loads((output / "report.json").read_text(encoding="utf-8"))
        return code, report, capsys.readouterr().out

    return called


@pytest.mark.parametrize(
    ("defect", "said"),
    [
        pytest.param(
            (conclusion, "conclude_model"), "the comparison of outputs for m", id="compare"
        ),
        pytest.param((build_model, "summarize"), "the summary of m", id="summary"),
        pytest.param((build_model, "make_diagnoser"), "the diagnoses of m", id="diagnoses"),
        pytest.param(
            (Diagnoser, "diagnose_check"),
            "the diagnosis of saved_model for m in 2.14.1",
            id="check",
        ),
        pytest.param((build_model, "boundaries"), "the load boundaries of m", id="bounds"),
        pytest.param((build_model, "choose_ways"), "the loading advice for m", id="ways"),
        pytest.param((terminal, "render"), "the table of m", id="table"),
        pytest.param((conclusion, "evaluate_gate"), "the check of the requirements", id="gate"),
        pytest.param((github, "tell"), "the summary for GitHub", id="github"),
    ],
)
def test_part_that_cannot_be_made_costs_a_sentence(
    defect: tuple[Any, str],
    said: str,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(*defect, _fails)
    code, report, printed = run()
    assert code == 2
    (model,) = report["models"]
    assert {cell["tensorflow"] for cell in model["cells"]} > {"2.14.1", "2.21.0"}
    assert any(cell["verdict"] != "not-run" for cell in model["cells"])
    assert f"Internal error: {said} could not be created (ZeroDivisionError: a defect" in printed
    assert all((tmp_path / "compatibility" / name).exists() for name in registry.FORMATS)
    log = tmp_path / "compatibility" / "results" / "internal-errors.log"
    assert str(log) in printed
    assert "in _fails" in log.read_text(encoding="utf-8")


def test_format_that_cannot_be_made_costs_that_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    output = tmp_path / "compatibility"
    output.mkdir()
    (output / "report.md").write_text("of an earlier run")
    monkeypatch.setattr(registry, "FORMATS", {**registry.FORMATS, "report.md": _fails})
    code, _, printed = run()
    assert code == 2
    assert not (output / "report.md").exists()
    assert (output / "report.html").exists()
    assert "Internal error: report.md could not be created" in printed


def test_second_run_without_an_error_has_no_log(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(own_objects, "snippet", _fails)
        assert run()[0] == 2
    assert run()[0] == 0
    assert not (tmp_path / "compatibility" / "results" / "internal-errors.log").exists()


def test_sentence_of_ours_costs_no_report_either(tmp_path: Path) -> None:
    """Stored inputs that were damaged since raise one, and the verdicts are there all the same."""

    def refused() -> int:
        raise LoadmatrixError("inputs/0/1.npz cannot be read")

    errors = InternalErrors(log=tmp_path / "log")
    assert errors.guard("the comparison", refused, 0) == 0
    assert "inputs/0/1.npz cannot be read" in errors.lines[0]


def test_log_that_cannot_be_written_loses_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    errors = InternalErrors(log=tmp_path / "file" / "log")
    assert errors.guard("the table", _fails, "instead") == "instead"
    said = "the table could not be created (ZeroDivisionError: a defect of ours)"
    assert errors.lines[0] == f"Internal error: {said}."

"""`ci-matrix`: what it prints, and that the jobs of it are together one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import UsageError
from matrix.run.executors.registry import EXECUTORS
from reports import cli
from reports.jobs import matrix, report
from reports.jobs.divided import ci_matrix
from tests import tiny_models
from tests.measured import MeasuredExecutor

NOXFILE = Path(__file__).resolve().parents[3] / "noxfile.py"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(EXECUTORS, "nox", MeasuredExecutor())
    monkeypatch.setenv("LOADMATRIX_KNOWN", "off")
    tiny_models.tflite(tmp_path / "a.tflite")
    tiny_models.keras(tmp_path / "b.keras")
    tiny_models.saved_model(tmp_path / "c")
    (tmp_path / "list.txt").write_text("a.tflite\nb.keras\nc\n", encoding="utf-8")
    return tmp_path


def _jobs(
    folder: Path, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[list[dict[str, str]], str]:
    assert ci_matrix.ci_matrix(["--models-from", "list.txt", *words], folder) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert list(document) == ["include"]
    return document["include"], printed.err


def test_standard_output_is_json_alone(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    # Where lines for GitHub stop what models print.
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert cli.main(["ci-matrix", "--models-from", "list.txt"]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["include"]) == 1
    assert printed.err.startswith("::stop-commands::")
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert "by releases" in printed.err
    assert cli.main(["ci-matrix", "-q", "a.tflite"]) == 0
    assert capsys.readouterr().err == ""


def test_jobs_are_told_in_words_that_no_shell_changes(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs, _ = _jobs(models, capsys, "--job-minutes", "3")
    assert len(jobs) > 3
    for job in jobs:
        assert job["args"] == f"--only={job['tensorflow']}"
        assert not set(job["args"]) & set("*?[]$`'\"\\ ;|&~")


def test_models_that_nobody_has_yet_are_divided_by_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"hf://org/model-{number}" for number in range(5000)]
    (tmp_path / "list.txt").write_text("\n".join(lines), encoding="utf-8")
    jobs, _ = _jobs(tmp_path, capsys, "--max-jobs", "9")
    assert [job["args"] for job in jobs] == [f"--shard={number}/9" for number in range(1, 10)]
    assert [job["shard"] for job in jobs] == [f"{number}/9" for number in range(1, 10)]


def test_model_that_is_not_here_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ci_matrix.ci_matrix(["misspelled.keras"], tmp_path) == 0
    assert "misspelled.keras does not exist here" in capsys.readouterr().err


def test_a_fast_run_is_divided_by_models(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs, _ = _jobs(models, capsys, "--fast", "--job-minutes", "1")
    assert [job["shard"] for job in jobs] == ["1/3", "2/3", "3/3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-jobs", "0"], "--max-jobs must be 1 or more"),
        (["--job-minutes", "-1"], "--job-minutes must be 1 or more"),
        (["--max-jobs", "x"], "--max-jobs must be a whole number"),
        (["--shard", "1/2"], "without --shard"),
        (["--only", "2.15"], "without --only"),
        (["--max-job", "3"], "Did you mean --max-jobs"),
        (["--tensorflow", "9.9"], "No known release matches"),
    ],
)
def test_wrong_calls_are_refused_in_a_sentence(models: Path, words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        ci_matrix.ci_matrix(["a.tflite", *words], models)
    assert caught.value.exit_code == 4


def test_only_does_not_go_with_fast(models: Path) -> None:
    with pytest.raises(UsageError, match="does not go with --only"):
        matrix.matrix(["a.tflite", "--fast", "--only", "2.15"], models, NOXFILE)


def _report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return document


def _timeless(document: dict[str, Any]) -> dict[str, Any]:
    """A report without what depends on when it ran."""
    return {name: document[name] for name in ("models", "complete")}


def test_jobs_by_releases_are_merged_into_the_report_of_one_run(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix.matrix(["--models-from", "list.txt"], models, NOXFILE)
    capsys.readouterr()
    jobs, _ = _jobs(models, capsys, "--job-minutes", "4")
    assert len(jobs) > 1
    for number, job in enumerate(jobs):
        words = ["--models-from", "list.txt", *job["args"].split(), "--output", f"job{number}"]
        matrix.matrix(words, models, NOXFILE)
        cells = [
            cell for model in _report(models / f"job{number}")["models"] for cell in model["cells"]
        ]
        assert "not-run" in {cell["verdict"] for cell in cells}
    names = [f"job{number}" for number in reversed(range(len(jobs)))]
    report.report([*names, "--output", "merged"], models)
    assert _timeless(_report(models / "merged")) == _timeless(_report(models / "compatibility"))

"""Two shards run by real TensorFlow, merged: the report is that of one run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reports.jobs.matrix import matrix
from reports.jobs.report import report
from tests.conftest import EXAMPLE

pytestmark = pytest.mark.real

WORKERS = Path(__file__).resolve().parents[2] / "reports" / "workers_noxfile.py"
# When, how long, with how much memory; and where in the results inputs are.
_ASIDE = {"started", "seconds", "import_cpu_seconds", "peak_mb", "measured_at"}


def _said(document: Any) -> Any:
    if isinstance(document, dict):
        return {
            name: _said(value)
            for name, value in document.items()
            if name not in _ASIDE and not (name == "inputs" and isinstance(value, str))
        }
    return [_said(one) for one in document] if isinstance(document, list) else document


def _report(output: Path) -> Any:
    return _said(json.loads((output / "report.json").read_text(encoding="utf-8")))


def _tested(folder: Path, output: str, *more: str) -> Path:
    words: Sequence[str] = ("first", "b.keras", "c", "--tensorflow", "==2.15.*")
    matrix([*words, "--output", output, "--jobs", "1", "--fresh", *more], folder, WORKERS)
    return folder / output


def test_two_shards_are_the_report_of_one_run(tmp_path: Path) -> None:
    for name in ("first", "c"):
        shutil.copytree(EXAMPLE, tmp_path / name)
    shutil.copy(EXAMPLE.parent / "dense_keras3.3.3.keras", tmp_path / "b.keras")
    whole = _tested(tmp_path, "whole")
    shards = [_tested(tmp_path, f"shard-{number}", "--shard", f"{number}/2") for number in (1, 2)]
    code = report([*map(str, reversed(shards)), "--output", "merged"], tmp_path)
    assert code == 0
    assert _report(tmp_path / "merged") == _report(whole)
    assert {one["path"] for one in _report(shards[0])["models"]} < {
        one["path"] for one in _report(whole)["models"]
    }

"""Small models that once got a wrong verdict, with real TensorFlow; they lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_real_numerics import run

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.exists(), reason="there is no shared/cases beside the project"),
]


def expected(case: str) -> Any:
    return json.loads((CASES / case / "expect.json").read_text(encoding="utf-8"))


def test_adapted_layer_keeps_what_it_has_learnt(tmp_path: Path) -> None:
    case = "01-normalization-reset"
    model = CASES / case / "model.h5"
    result = run(model, tmp_path, "2.5.3", "2.6.5", loaders=("keras",))
    saver, forgetful = (cell.checks[0] for cell in result.cells)
    (call,) = saver.calls
    assert call["inputs"][0]["values"] == pytest.approx(expected(case)["input"][0])
    (output,) = expected(case)["expected_output"]
    assert call["outputs"][0]["values"] == pytest.approx(output)
    assert [saver.verdict.word, forgetful.verdict.word] == ["runs", "differs"]

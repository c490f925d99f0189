"""Made inputs are what signatures accept, with real TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.test_matrix import MIDDLE, NEW, OLD, Made, made
from tests.real.test_numerics import run

__all__ = ["made"]
pytestmark = pytest.mark.real


@pytest.mark.parametrize("writer", [OLD, MIDDLE])
def test_signatures_that_take_only_what_fits_are_called(
    made: Made, tmp_path: Path, writer: str
) -> None:
    model = made("demanding", "demanding", writer)
    cells = run(model, tmp_path, writer, NEW).cells
    checks = [check for cell in cells for check in cell.checks if check.verdict.applies]
    for check in checks:
        failed = {call.signature: call.error for call in check.calls if call.outputs is None}
        assert failed == {}
        assert len(check.calls) == 7
    assert [check.verdict.word for check in checks] == ["runs"] * 4


@pytest.mark.parametrize("version", [MIDDLE, NEW])
def test_model_of_a_class_of_its_own_is_fed_what_it_was_built_with(
    made: Made, tmp_path: Path, version: str
) -> None:
    model = made("subclassed", "net.keras", version)
    more = ("--custom-objects", str(model.with_name("net.py")))
    (cell,) = run(model, tmp_path, version, more=more, loaders=("keras",)).cells
    (check,) = (check for check in cell.checks if check.verdict.applies)
    assert check.verdict.word == "runs"
    assert [given.shape for given in check.calls[0].inputs] == [(2, 5)]

"""What walls refuse to a model is no verdict on a release, with real TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.catalogue.cell_id import CellId
from matrix.isolation.self_test import holds
from matrix.options.reading import read_options
from matrix.plan import planning
from matrix.results.conclude import conclude
from matrix.results.result import CellResult
from matrix.results.verdicts import Blocked, Runs
from matrix.run.cell import CellRun
from matrix.run.input_files import store_inputs
from matrix.run.store import Store
from tests.real.test_matrix import NEW, OLD, ROOT, Made, made, python_of, specifier

__all__ = ["made"]
pytestmark = pytest.mark.real


def _tested(model: Path, folder: Path, version: str, *more: str) -> CellResult:
    """A model in one release behind all walls of this machine, as `matrix` runs it."""
    python_of(version)
    options = read_options([str(model), "--tensorflow", specifier(version), *more], ROOT)
    if not holds(options.isolation):
        pytest.skip("this machine has not all walls")
    plan = planning.planned(options)
    store = Store(folder=folder / "results")
    store_inputs(plan, store)
    planned = next(one for one in plan.cells if CellId.parse(one.cell.id).is_plain)
    outcome = CellRun.of_plan(plan, options, store).run(planned)
    (result,) = conclude(plan, {planned.cell.id: outcome})
    return next(cell for cell in result.cells if cell.cell.id == planned.cell.id)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_model_that_reads_a_file_outside_is_blocked_until_that_is_allowed(
    made: Made, tmp_path: Path, version: str
) -> None:
    model = made("reads_outside", "reads", version)
    outside = model.parent / "outside.txt"
    blocked = _tested(model, tmp_path / "refused", version)
    assert blocked.isolation is not None
    assert "reads" in blocked.isolation.observed
    for loader in ("saved_model", "session"):
        check = blocked.best(loader)
        assert check is not None
        assert isinstance(check.verdict, Blocked)
        # It was loaded before its call was refused.
        assert (check.verdict.loads, check.verdict.runs) == (True, None)
        assert f"`--allow-read {outside}` allows that" in check.verdict.reason
    allowed = _tested(model, tmp_path / "allowed", version, "--allow-read", str(outside))
    assert isinstance(allowed.verdict, Runs)

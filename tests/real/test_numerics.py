"""The same answer, with real TensorFlow: states, large outputs, and what the caller expects."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.catalogue.cell_id import CellId
from matrix.environments.environments import Environments
from matrix.options.reading import read_options
from matrix.plan import planning
from matrix.results.conclude import conclude
from matrix.results.result import ModelResult
from matrix.results.verdicts import Differs, Runs
from matrix.run.cell import CellRun
from matrix.run.input_files import expected_outputs, store_inputs
from matrix.run.store import Store
from tests.conftest import EXAMPLE, LIMITS
from tests.real.test_matrix import MIDDLE, NEW, OLD, ROOT, Made, made, python_of, specifier

__all__ = ["made"]
pytestmark = pytest.mark.real


def run(
    model: Path,
    folder: Path,
    *versions: str,
    more: tuple[str, ...] = (),
    loaders: tuple[str, ...] = ("saved_model", "session"),
) -> ModelResult:
    """A model in some cells, such as `2.21.0+tf_keras`, fed and compared as `matrix` does."""
    releases = [CellId.parse(version).version for version in versions]
    for release in releases:
        python_of(release)
    words = [str(model), "--tensorflow", specifier(*releases), *more]
    options = read_options(words, ROOT)
    plan = planning.planned(options)
    cells = []
    for one in plan.cells:
        checks = tuple(c for c in one.checks if c.loader in loaders)
        if one.cell.id in versions:
            cells.append(replace(one, checks=checks))
    plan = replace(plan, cells=tuple(cells))
    store = Store(folder=folder / "results")
    store_inputs(plan, store)
    runs = CellRun(
        environments=Environments.from_options(options),
        store=store,
        limits=LIMITS,
    )
    outcomes = {one.cell.id: runs.run(one) for one in cells}
    (result,) = conclude(plan, outcomes, store.stored, expected_outputs(plan, store))
    return result


@pytest.mark.parametrize(("value", "off"), [(3.0, 0.0), (3.25, 0.25)], ids=["right", "off"])
def test_example_is_held_to_what_the_caller_expects(
    tmp_path: Path, value: float, off: float
) -> None:
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"inputs": {"x": [2.0]}, "outputs": {"y": [value]}}))
    result = run(EXAMPLE, tmp_path, NEW, more=("--inputs", str(given)))
    verdict = result.cells[0].verdict
    assert isinstance(verdict, Differs if off else Runs)
    assert verdict.compared_with == "the expected outputs"
    apart = verdict.evidence.difference or verdict.evidence.agreement
    assert apart is not None
    assert apart.max_abs_diff == off


def test_stateful_model_answers_the_same_in_old_and_newer(made: Made, tmp_path: Path) -> None:
    result = run(made("stateful", "stateful", OLD), tmp_path, OLD, MIDDLE)
    for cell in result.cells:
        ran = {one.loader: one for one in cell.checks if one.calls}
        steady = [call.repeatable for one in ran.values() for call in one.calls]
        assert (list(ran), steady) == (["saved_model", "session"], [True, True])
        check = ran["saved_model"]
        assert check.stored is not None
        assert (check.calls[0].outputs or ())[0].stored
    assert result.cells[1].checks[0].verdict.word == "runs"
    assert {call.fed for cell in result.cells for call in cell.checks[0].calls} == {"file"}

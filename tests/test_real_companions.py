"""A companion for real: tensorflow-text beside 2.15.1, and a model that does not load without."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import LIMITS
from test_real import MIDDLE, python_of, silent

from matrix import interpreters
from matrix.cell_run import CellRun
from matrix.cells import Cell
from matrix.companions import asked_for
from matrix.environments import Environments
from matrix.errors import EnvironmentUnavailable
from matrix.options import cache_folder, read_options
from matrix.outcomes import Store
from matrix.releases import catalogue
from matrix.results import conclude
from reports import job

pytestmark = pytest.mark.real

WITH_TEXT = f"{MIDDLE}+tensorflow_text"

_MODEL = """
import sys, tensorflow as tf, tensorflow_text as text
class Model(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="x")])
    def __call__(self, x):
        return {"words": text.WhitespaceTokenizer().tokenize(x).row_lengths()}
model = Model()
tf.saved_model.save(model, sys.argv[1], signatures=model.__call__)
"""


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """A SavedModel with an op of tensorflow-text, made in the cell that has it."""
    python_of(MIDDLE)
    release = next(one for one in catalogue() if str(one.version) == MIDDLE)
    python, beside = "3.11", asked_for("tensorflow-text", release)
    here = interpreters.installed().get(python)
    if here is None:
        pytest.skip(f"this machine has no Python {python}")
    cell = Cell(release=release, python=python, interpreter=here.path, companions=(beside,))
    try:
        with Environments(folder=cache_folder()).ready(cell, silent) as interpreter:
            command = [str(interpreter), "-I", "-B", "-c", _MODEL, str(tmp_path / "model")]
            subprocess.run(command, check=True, capture_output=True, timeout=200)
    except EnvironmentUnavailable as error:
        pytest.skip(f"the environment of {WITH_TEXT} cannot be built: {error}")
    return tmp_path / "model"


def test_model_that_asks_for_a_companion_runs_beside_it_alone(
    tokenizer: Path, tmp_path: Path
) -> None:
    options = read_options([str(tokenizer), "--tensorflow", MIDDLE, "--python", "3.11"], tmp_path)
    plan = job.planned(options)
    runs = CellRun(
        environments=job.environments(options),
        store=Store(folder=tmp_path / "results"),
        limits=LIMITS,
        say=silent,
    )
    (result,) = conclude(plan, {one.cell.id: runs.run(one) for one in plan.cells})
    plain, beside = result.cells
    assert (plain.verdict.word, beside.verdict.word) == ("fails", "runs")
    assert [need.cell for need in plain.needs] == [beside.cell.id]
    assert beside.environment["packages"]["tensorflow-text"] == "2.15.0"
    assert beside.environment["packages"]["numpy"] == plain.environment["packages"]["numpy"]

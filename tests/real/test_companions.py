"""Companions for real: models that do not load without, and how a companion reaches a loader."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import asked_for
from matrix.catalogue.releases import catalogue
from matrix.environments.environments import Environments
from matrix.environments.programs import interpreters
from matrix.errors import EnvironmentUnavailable
from matrix.options.reading import read_options
from matrix.plan import planning
from matrix.results.conclude import conclude
from matrix.results.result import CellResult, ModelResult
from matrix.run.cell import CellRun
from matrix.run.store import Store
from tests.conftest import LIMITS, SHARED
from tests.real.test_matrix import MIDDLE, python_of

pytestmark = pytest.mark.real

shared = pytest.mark.skipif(not SHARED.exists(), reason="there is no shared/ beside the project")

_MODEL = """
import sys, tensorflow as tf, tensorflow_text as text
class Model(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="x")])
    def __call__(self, x):
        return {"words": text.WhitespaceTokenizer().tokenize(x).row_lengths()}
model = Model()
tf.saved_model.save(model, sys.argv[1], signatures=model.__call__)
"""


_DISTRIBUTION = """
import sys, tensorflow as tf, tensorflow_probability as tfp
class Model(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def __call__(self, x):
        return tfp.distributions.Independent(tfp.distributions.Normal(x, 1.0), 1)
    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def mean(self, x):
        return {"mean": self(x).mean()}
model = Model()
tf.saved_model.save(model, sys.argv[1], signatures=model.mean)
"""


def made(package: str, script: str, place: Path) -> Path:
    """A SavedModel made by a script in the cell of 2.15.1 that has a package."""
    python_of(MIDDLE)
    release = next(one for one in catalogue() if str(one.version) == MIDDLE)
    python, beside = "3.11", asked_for(package, release)
    if python not in interpreters.installed():
        pytest.skip(f"this machine has no Python {python}")
    cell = Cell(release=release, python=python, companions=(beside,))
    try:
        with Environments(folder=cache_folder()).ready(cell) as interpreter:
            command = [str(interpreter), "-I", "-B", "-c", script, str(place)]
            subprocess.run(command, check=True, capture_output=True, timeout=200)
    except EnvironmentUnavailable as error:
        pytest.skip(f"the environment of {cell.id} cannot be built: {error}")
    return place


def tried(model: Path, version: str, python: str, tmp_path: Path) -> ModelResult:
    """A model in the plain cell of a release and in that of its companion."""
    if python not in interpreters.installed():
        pytest.skip(f"this machine has no Python {python}")
    options = read_options([str(model), "--tensorflow", version, "--python", python], tmp_path)
    plan = planning.planned(options)
    runs = CellRun(
        environments=Environments.from_options(options),
        store=Store(folder=tmp_path / "results"),
        limits=LIMITS,
    )
    wanted = [one for one in plan.cells if "tf_keras" not in one.cell.identity.labels]
    plan = replace(plan, cells=tuple(wanted))
    (result,) = conclude(plan, {one.cell.id: runs.run(one) for one in plan.cells})
    return result


def test_model_that_asks_for_a_companion_runs_beside_it_alone(tmp_path: Path) -> None:
    tokenizer = made("tensorflow-text", _MODEL, tmp_path / "model")
    plain, beside = tried(tokenizer, MIDDLE, "3.11", tmp_path).cells
    assert (plain.verdict.word, beside.verdict.word) == ("fails", "runs")
    assert [need.cell for need in plain.needs] == [beside.cell.id]
    assert beside.environment.version_of("tensorflow-text") == "2.15.0"
    assert beside.environment.version_of("numpy") == plain.environment.version_of("numpy")


def words(cell: CellResult) -> dict[str, str]:
    return {one: best.verdict.word for one in _LOADERS if (best := cell.best(one))}


_LOADERS = ("saved_model", "session", "keras", "tf_keras", "tflite")


@shared
def test_quantised_model_loads_within_the_scope_of_its_package(tmp_path: Path) -> None:
    model = SHARED / "cases" / "04-qat-needs-scope" / "model.h5"
    plain, beside = tried(model, "2.17.1", "3.12", tmp_path).cells
    assert words(plain) == {"keras": "fails"}
    # Importing it makes tf.keras the Keras 2 of tf-keras.
    assert words(beside) == {"keras": "runs", "tf_keras": "runs"}


def test_model_that_gives_a_distribution_loads_beside_its_package(tmp_path: Path) -> None:
    model = made("tensorflow-probability", _DISTRIBUTION, tmp_path / "model")
    plain, beside = tried(model, MIDDLE, "3.11", tmp_path).cells
    assert (words(plain)["saved_model"], words(plain)["session"]) == ("fails", "runs")
    assert (words(beside)["saved_model"], words(beside)["session"]) == ("runs", "runs")
    (need,) = plain.needs
    assert (need.package, need.cell) == ("tensorflow-probability", beside.cell.id)


@shared
def test_interpreter_has_the_ops_of_a_package_that_is_imported(tmp_path: Path) -> None:
    (model,) = (SHARED / "models" / "tfl-custom-whitespace-flex").glob("*.tflite")
    plain, beside = tried(model, MIDDLE, "3.11", tmp_path).cells
    assert (words(plain), words(beside)) == ({"tflite": "fails"}, {"tflite": "runs"})

"""What a change costs: a loader, an axis and a runtime are added to a copy of the project, each in
at most two files, and the whole tool then tests a model with them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.environments.environments import Environments
from matrix.options.reading import read_options
from matrix.plan import planning
from tests.builders import finish
from tests.conftest import FakePython

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ("matrix", "probe", "reports", "noxfile.py", "pyproject.toml")
NOX = shutil.which("nox", path=str(Path(sys.executable).parent)) or "nox"
RELEASE = "2.15.1"
MOST_FILES = 2

Copied = Callable[[str], Path]
Report = dict[str, Any]


class Project:
    """A copy of the project that only gets new files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: list[str] = []
        for name in PROJECT:
            source, target = ROOT / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, target)

    def add(self, name: str, text: str) -> None:
        """A new file; nothing that is there is changed."""
        path = self.folder / name
        assert path.parent.is_dir()
        assert not path.exists()
        path.write_text(text, encoding="utf-8")
        self.added.append(name)

    def report(self, model: Path, envdir: Path, *words: str) -> tuple[Report, str]:
        """The report of the copy on a model in one release, and what the run printed."""
        out = self.folder / "out"
        command = [NOX, "-f", str(self.folder / "noxfile.py"), "-s", "matrix", "--", str(model)]
        command += ["--tensorflow", RELEASE, "--envdir", str(envdir), "--offline"]
        done = subprocess.run(
            [*command, "--output", str(out), *words],
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (out / "report.json").exists(), done.stdout + done.stderr
        return json.loads((out / "report.json").read_text(encoding="utf-8")), done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.fixture
def envdir(furnish: FakePython, model_named: Copied, tmp_path: Path) -> Path:
    """A folder with a finished environment of the release, a fake in the place of TensorFlow."""
    folder = tmp_path / "envs"
    words = [str(model_named("for-the-lock")), "--tensorflow", RELEASE, "--envdir", str(folder)]
    options = read_options(words, tmp_path)
    cell = planning.planned(options).cells[0].cell
    assert cell.shipped_lock is not None
    lock = cell.shipped_lock.read_text(encoding="utf-8")
    place = folder / "envs" / Environments.from_options(options)._name(cell, lock)
    furnish(place, "obedient")
    finish(place)
    return folder


def cells_of(report: Report) -> dict[str, Any]:
    return {cell["id"]: cell for cell in report["models"][0]["cells"]}


LOADER_AT_HOME = """
from matrix.plan.loader import SAVED_MODELS, Loader
from matrix.plan.variant import Variant


def _variants(model, cell, trusted):
    for loud in (True, False):
        yield Variant("loud", (str(loud),)).given(loud=loud)


LOADER = Loader(
    name="shout",
    column=25,
    ease=9,
    call="tf.shout.load",
    formats=SAVED_MODELS,
    variants=_variants,
    one_is_enough=True,
    snippet=lambda call: f"model = tf.shout.load({call.path}, {call.variant})",
)
"""
LOADER_IN_THE_PROBE = """
import contextlib

from ..signatures import NothingToCall


@contextlib.contextmanager
def load(path, loud):
    if loud:
        raise ValueError("not so loud")

    def signatures():
        raise NothingToCall("nobody answers")

    yield signatures
"""


def test_loader_is_its_record_and_its_file_in_the_probe(
    project: Project, envdir: Path, model_named: Copied
) -> None:
    project.add("matrix/plan/loaders/shout.py", LOADER_AT_HOME)
    project.add("probe/loaders/shout.py", LOADER_IN_THE_PROBE)
    assert len(project.added) <= MOST_FILES
    report, printed = project.report(model_named("raises"), envdir, "--require", "shout:==2.15.*")
    checks = {(one["loader"], one["variant"]): one for one in cells_of(report)[RELEASE]["checks"]}
    assert checks["shout", "loud=True"]["verdict"] == "fails"
    assert checks["shout", "loud=False"]["verdict"] == "loads"
    assert "shout" in report["models"][0]["summary"]["loaders"]
    # Nothing else loads it, so this is how: in the table, in the advice, in the remedies.
    assert "loads (loud=False)" in printed
    (way,) = report["models"][0]["summary"]["ways"]
    assert way["snippet"].endswith('model = tf.shout.load("raises", loud=False)')
    remedies = checks["saved_model", None]["diagnosis"]["remedies"]
    assert "Load it with tf.shout.load." in [one["text"] for one in remedies if one["verified"]]


AXIS = """
from matrix.plan.axis import Axis, AxisCell


def _cells(models, releases, options):
    for release in releases:
        yield AxisCell(
            release=release,
            models=frozenset(range(len(models))),
            pythons=release.pythons,
            label="jax",
            variables={"KERAS_BACKEND": "jax"},
        )


AXIS = Axis(name="Keras backend", cells=_cells)
"""


def test_axis_of_environment_variables_is_one_file(
    project: Project, envdir: Path, model_named: Copied
) -> None:
    project.add("matrix/plan/axes/backends.py", AXIS)
    report, printed = project.report(model_named("needs_another_backend"), envdir)
    cells = cells_of(report)
    assert (cells[RELEASE]["verdict"], cells[f"{RELEASE}+jax"]["verdict"]) == ("fails", "runs")
    assert cells[f"{RELEASE}+jax"]["variables"] == {"KERAS_BACKEND": "jax"}
    assert f"{RELEASE}+jax" in printed
    # What a reader copies sets the variable, before TensorFlow is imported.
    setting = 'os.environ["KERAS_BACKEND"] = "jax"'
    (way,) = report["models"][0]["summary"]["ways"]
    assert way["snippet"].index(setting) < way["snippet"].index("import tensorflow")
    failed = next(one for one in cells[RELEASE]["checks"] if one["loader"] == "saved_model")
    verified = [one for one in failed["diagnosis"]["remedies"] if one["verified"]]
    assert verified[0]["text"].startswith("Set KERAS_BACKEND=jax and load it with tf.saved_model")
    assert setting in verified[0]["snippet"]


RUNTIME = """
import sys
from pathlib import Path

from matrix.catalogue.runtime import Runtime
from matrix.plan.axis import Axis, AxisCell

PROGRAM = Path(__file__).resolve().parents[3] / "probe" / "abacus.py"
ABACUS = Runtime(
    name="abacus",
    command=lambda interpreter: [str(interpreter), str(PROGRAM)],
    needs_tensorflow=False,
    loaders=frozenset({"saved_model"}),
)


def _cells(models, releases, options):
    yield AxisCell(
        release=releases[-1],
        models=frozenset({0}),
        pythons=releases[-1].pythons,
        label="abacus",
        runtime=ABACUS,
    )


AXIS = Axis(name="runtime", cells=_cells, runtimes=(ABACUS,))
"""
PROGRAM = """
import json
import sys

request, check = (json.loads(sys.stdin.readline()) for _ in range(2))


def emit(event, **fields):
    print(json.dumps({"event": event, "token": request["token"], **fields}), flush=True)


def tensor(name):
    return {"name": name, "dtype": "float32", "shape": [1], "digest": "0", "values": [0.5]}


emit("start", pid=1, python="0.1")
emit("import", ok=True, seconds=0.1, cpu_seconds=0.1,
     environment={"python": "0.1", "packages": {"abacus": "1650.0"}})
emit("stage", check=check["check"], stage="load")
emit("loaded", check=check["check"], seconds=0.1, peak_mb=1)
emit("stage", check=check["check"], stage="run")
call = {"signature": "add", "inputs": [tensor("x")], "outputs": [tensor("y")]}
emit("ran", check=check["check"], seconds=0.1, peak_mb=1, calls=[call])
emit("end")
"""


def test_other_runtime_is_its_record_and_its_program(
    project: Project, envdir: Path, model_named: Copied
) -> None:
    project.add("matrix/plan/axes/abacus.py", RUNTIME)
    project.add("probe/abacus.py", PROGRAM)
    assert len(project.added) <= MOST_FILES
    report, _ = project.report(model_named("raises"), envdir)
    cell = cells_of(report)[f"{RELEASE}+abacus"]
    assert (cell["runtime"], cell["python"]) == ("abacus", "0.1")
    assert cell["environment"]["packages"] == {"abacus": "1650.0"}
    assert [(one["loader"], one["verdict"]) for one in cell["checks"]] == [("saved_model", "runs")]
    # It is no advice for people who have that TensorFlow.
    assert cells_of(report)[RELEASE]["verdict"] == "fails"
    assert report["models"][0]["summary"]["ways"] == []

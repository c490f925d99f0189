"""Real TensorFlow in the environments of the user's cache: what the fakes only claim."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matrix.cache import cache_folder
from matrix.catalogue.releases import catalogue
from matrix.environments.environments import Environments
from matrix.errors import EnvironmentUnavailable
from matrix.options.limits import Limits
from matrix.options.reading import read_options
from matrix.plan import planning
from matrix.plan.plan import PlannedCell
from matrix.results.conclude import conclude
from matrix.results.result import CellResult
from matrix.results.verdicts import Broken, Crashed, Fails, OutOfMemory, Runs, TimedOut
from matrix.run.cell import CellRun
from matrix.run.store import Store
from probe.values import SEED
from reports.report.report_json import read_schema
from tests.conftest import EXAMPLE, LIMITS, TESTS

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
OLD, MIDDLE, NEW = "2.4.4", "2.15.1", "2.21.0"
Made = Callable[[str, str, str], Path]
Tried = Callable[..., CellResult]


@functools.cache
def python_of(version: str) -> Path:
    """The interpreter of a release in the user's cache, built there if need be."""
    options = read_options([str(EXAMPLE), "--tensorflow", version], ROOT)
    planned = planning.planned(options).cell(version)
    try:
        with Environments(folder=cache_folder()).ready(planned.cell) as python:
            return python
    except EnvironmentUnavailable as error:
        pytest.skip(f"the environment of {version} cannot be built: {error}")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make a model with a real release; each is made once."""
    folder = tmp_path_factory.mktemp("models")

    def make(what: str, name: str, version: str) -> Path:
        path = folder / version / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            program = TESTS / "make_models.py"
            command = [str(python_of(version)), "-I", "-B", str(program), what, str(path)]
            environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
            subprocess.run(command, check=True, capture_output=True, env=environment, timeout=200)
        return path

    return make


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    """Try a model in a release, as `nox -s "probe(...)"` does; gives the concluded cell."""

    def run(model: Path, version: str, limits: Limits = LIMITS, *only: str) -> CellResult:
        python_of(version)
        loaders = [word for name in only for word in ("--loader", name)]
        options = read_options([str(model), "--tensorflow", version, *loaders], ROOT)
        plan = planning.planned(options)
        planned = plan.cell(version)
        checks = tuple(one for one in planned.checks if not only or one.loader in only)
        chosen = replace(planned, checks=checks)
        plan = replace(plan, cells=(chosen,), run_order=(version,))
        runs = CellRun(
            environments=Environments.from_options(options),
            store=Store(folder=tmp_path / "results"),
            limits=limits,
        )
        (result,) = conclude(plan, {version: runs.run(chosen)})
        (cell,) = result.cells
        return cell

    return run


def specifier(*versions: str) -> str:
    """A specifier that admits these releases and no other minor."""
    others = [r.minor for r in catalogue() if str(r.version) not in versions]
    return ",".join([">=2", *(f"!={major}.{minor}.*" for major, minor in others)])


def made_input() -> float:
    """What the probe feeds to an input `x` of one unknown dimension."""
    numpy: Any = pytest.importorskip("numpy")
    random = numpy.random.RandomState((SEED + zlib.crc32(b"x")) % 2**32)
    return float(random.uniform(0, 1, [1]).astype("float32")[0])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report on the example in an old, a middle and a new release, made by the nox command."""
    for version in (OLD, MIDDLE, NEW):
        python_of(version)
    folder = tmp_path_factory.mktemp("caller")
    nox = shutil.which("nox", path=str(Path(sys.executable).parent)) or "nox"
    command = [nox, "-f", str(ROOT / "noxfile.py"), "-s", "matrix", "--", str(EXAMPLE)]
    command += ["--tensorflow", specifier(OLD, MIDDLE, NEW), "--output", str(folder / "out")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NOX", "LOADMATRIX"))}
    environment["LOADMATRIX_KNOWN"] = "off"
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads((folder / "out" / "report.json").read_text(encoding="utf-8")))


def test_report_on_the_example_is_what_the_schema_says(report: dict[str, Any]) -> None:
    jsonschema.validate(report, read_schema())
    assert report["complete"] is True


@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
def test_example_runs_in_old_and_new(report: dict[str, Any], version: str) -> None:
    cells = {cell["id"]: cell for cell in report["models"][0]["cells"]}
    assert cells[version]["verdict"] == "runs"
    assert cells[version]["environment"]["packages"]["tensorflow-cpu"] == version


@pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
@pytest.mark.parametrize("loader", ["saved_model", "session"])
def test_example_computes_half_plus_two(report: dict[str, Any], version: str, loader: str) -> None:
    (cell,) = [one for one in report["models"][0]["cells"] if one["id"] == version]
    (check,) = [one for one in cell["checks"] if one["loader"] == loader]
    (output,) = check["calls"][-1]["outputs"]
    assert check["verdict"] == "runs"
    assert output["name"] == "y"
    assert output["values"] == pytest.approx([made_input() / 2 + 2])


def test_example_has_the_same_inputs_everywhere(report: dict[str, Any]) -> None:
    digests = {
        one["digest"]
        for cell in report["models"][0]["cells"]
        for check in cell["checks"]
        for call in check["calls"]
        for one in call["inputs"]
    }
    assert len(digests) == 1


def test_only_signatures_are_called(report: dict[str, Any]) -> None:
    called = {
        call["signature"]
        for cell in report["models"][0]["cells"]
        for check in cell["checks"]
        for call in check["calls"]
    }
    assert called == {"serving_default"}


def test_model_without_signatures_does_not_run(made: Made, tried: Tried) -> None:
    cell = tried(made("has_no_signatures", "bare", OLD), OLD, LIMITS, "saved_model", "session")
    assert [check.verdict.word for check in cell.checks] == ["loads", "loads"]


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_keras_2_file_runs_where_it_was_saved(made: Made, tried: Tried, name: str) -> None:
    cell = tried(made("keras_model", name, MIDDLE), MIDDLE)
    assert isinstance(cell.verdict, Runs)
    assert [check.variant.label for check in cell.checks] == ["compile=True"]


def test_keras_2_zip_fails_in_keras_3(made: Made, tried: Tried) -> None:
    cell = tried(made("keras_model", "model.keras", MIDDLE), NEW)
    assert isinstance(cell.verdict, Fails)
    assert [check.variant.label for check in cell.checks] == ["compile=True", "compile=False"]


def test_abort_while_loading_is_a_crash_at_load(made: Made, tried: Tried) -> None:
    cell = tried(made("aborts_when_loaded", "loading", OLD), OLD, LIMITS, "saved_model", "keras")
    crashed = [check for check in cell.checks if check.loader == "saved_model"]
    assert [(type(check.verdict), check.stage) for check in crashed] == [(Crashed, "load")]
    assert crashed[0].repeated


def test_abort_while_running_has_its_reason(made: Made, tried: Tried) -> None:
    cell = tried(made("aborts_when_run", "running", OLD), OLD, LIMITS, "saved_model")
    (check,) = cell.checks
    assert isinstance(check.verdict, Crashed)
    assert (check.verdict.exit.detail, check.stage) == ("SIGABRT", "run")
    assert "Check failed: 1 == NumElements()" in check.verdict.exit.log


def test_abort_leaves_the_other_loaders_alone(made: Made, tried: Tried) -> None:
    cell = tried(made("aborts_when_run", "running", OLD), OLD, LIMITS, "saved_model", "keras")
    verdicts = {check.loader: type(check.verdict) for check in cell.checks}
    assert verdicts == {"saved_model": Crashed, "keras": Fails}


def test_model_whose_release_mended_the_abort_loads_there(made: Made, tried: Tried) -> None:
    cell = tried(made("aborts_when_run", "running", OLD), NEW, LIMITS, "saved_model")
    assert cell.verdict.word == "loads"


@pytest.mark.parametrize("version", [OLD, NEW])
def test_endless_loop_is_timed_out_at_run(made: Made, tried: Tried, version: str) -> None:
    model = made("hangs_when_run", "hanging", OLD)
    cell = tried(model, version, replace(LIMITS, seconds=5), "saved_model")
    (check,) = cell.checks
    assert isinstance(check.verdict, TimedOut)
    assert (check.verdict.exit.detail, check.stage) == ("5s", "run")


@pytest.mark.parametrize("version", [OLD, NEW])
def test_huge_tensor_is_out_of_memory_at_run(made: Made, tried: Tried, version: str) -> None:
    model = made("eats_memory_when_run", "eating", OLD)
    cell = tried(model, version, Limits(seconds=60, memory_mb=1500), "saved_model")
    (check,) = cell.checks
    assert isinstance(check.verdict, OutOfMemory)
    assert check.stage == "run"
    assert 1500 <= (check.verdict.exit.megabytes or 0) < 3500


def test_environment_that_never_imports_is_broken(
    furnish: Callable[..., Path], tmp_path: Path
) -> None:
    python = furnish(tmp_path / "broken", "fails_to_import")

    class Broke(Environments):
        def ready(self, *_: object, **__: object) -> Any:
            return contextlib.nullcontext(python)

        def finished(self, _: object) -> bool:
            return False

    options = read_options([str(EXAMPLE), "--tensorflow", NEW], ROOT)
    plan = planning.planned(options)
    planned: PlannedCell = plan.cell(NEW)
    runs = CellRun(
        environments=Broke(folder=tmp_path),
        store=Store(folder=tmp_path / "results"),
        limits=LIMITS,
    )
    (result,) = conclude(replace(plan, cells=(planned,)), {NEW: runs.run(planned)})
    assert isinstance(result.cells[0].verdict, Broken)
    assert "numpy.core.multiarray failed to import" in result.cells[0].verdict.reason

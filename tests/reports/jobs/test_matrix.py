"""The whole tool through the real nox command, called from another folder, with fakes in the
environments of real releases: files, tables, sentences and exit codes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from matrix.environments.environments import Environments
from matrix.options.reading import read_options
from matrix.plan import planning
from reports.formats.registry import FORMATS
from reports.report.report_json import read_schema
from tests.builders import finish
from tests.conftest import FakePython

NOXFILE = Path(__file__).resolve().parents[3] / "noxfile.py"
NOX = shutil.which("nox", path=str(Path(sys.executable).parent)) or "nox"

Done = subprocess.CompletedProcess[str]
Nox = Callable[..., Done]
Copied = Callable[[str], Path]


@pytest.fixture
def nox(tmp_path: Path) -> Nox:
    """Run the nox command in a folder that is not that of the noxfile; stderr is in stdout."""

    def run(session: str, *words: str | Path, cwd: Path | None = None) -> Done:
        folder = cwd or tmp_path / "caller"
        folder.mkdir(exist_ok=True)
        command = [NOX, "-f", str(NOXFILE), "-s", session, "--", *map(str, words)]
        return subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def stand_in(furnish: FakePython, model_named: Copied, tmp_path: Path) -> Callable[..., None]:
    """Put a finished environment with a fake in the place of that of a release."""

    def put(fake: str, version: str) -> None:
        words = [str(model_named(f"for-{version}")), "--tensorflow", version]
        options = read_options([*words, "--envdir", str(tmp_path / "envs")], tmp_path)
        for planned in planning.planned(options).cells:
            known = Environments.from_options(options)
            assert planned.cell.shipped_lock is not None
            lock = planned.cell.shipped_lock.read_text(encoding="utf-8")
            place = options.envdir / "envs" / known._name(planned.cell, lock)
            furnish(place, fake)
            finish(place)

    return put


@pytest.fixture
def places(model_named: Copied, tmp_path: Path) -> dict[str, Path]:
    """What the words of a call may name: a model, and things that are none."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no model")
    found = {name: tmp_path / name for name in ("caller", "empty", "text")}
    return {**found, "model": model_named("loads")}


def report_in(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, read_schema())
    return dict(document)


def verdicts_in(folder: Path) -> dict[str, str]:
    (model,) = report_in(folder)["models"]
    return {cell["id"]: cell["verdict"] for cell in model["cells"]}


def test_model_that_loads_gives_a_report_and_code_0(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    words = ["--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--offline"]
    done = nox("matrix", model_named("loads"), *words)
    assert done.returncode == 0, done.stdout
    folder = tmp_path / "caller" / "compatibility"
    assert verdicts_in(folder) == {"2.15.1": "runs"}
    assert {"report.md", *FORMATS} <= {path.name for path in folder.iterdir()}
    assert f"The report is in {folder}." in done.stdout
    assert "Loads and runs in 1 of 1 tested TensorFlow releases" in done.stdout


def test_cells_of_all_kinds_are_in_one_report(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    for fake, version in (("obedient", "2.15.1"), ("fails_to_import", "2.14.1")):
        stand_in(fake, version)
    words = ["--tensorflow", ">=2.13,<2.16", "--envdir", tmp_path / "envs", "--offline"]
    done = nox("matrix", model_named("segfaults"), *words, "--output", tmp_path / "out")
    found = verdicts_in(tmp_path / "out")
    # It is taken for damaged first, but cannot be built anew without a network.
    assert found["2.14.1"] == "broken"
    assert found["2.13.1"] == "unavailable"
    # The other loaders of the fake refuse a SavedModel, which is an answer and better than none.
    assert found["2.15.1"] == "fails"
    assert done.returncode == 0, done.stdout
    assert "crashed (SIGSEGV)" in done.stdout
    log = (tmp_path / "out" / "results" / "nox.log").read_text(encoding="utf-8")
    assert "2.14.1 can no longer be imported" in log


def test_relative_paths_are_those_of_the_caller(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    model_named("loads")
    words = ["models/loads", "--tensorflow", "2.15.1", "--envdir", "envs", "--output", "out"]
    done = nox("matrix", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    # The report is for others, the results are for this machine.
    assert report_in(tmp_path / "out")["models"][0]["path"] == "models/loads"
    plan = json.loads((tmp_path / "out" / "results" / "plan.json").read_text(encoding="utf-8"))
    assert plan["models"][0]["path"] == str(tmp_path / "models" / "loads")


def test_run_without_any_answer_ends_with_code_3_and_a_report(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("fails_to_import", "2.15.1")
    words = ["--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--offline"]
    done = nox("matrix", model_named("loads"), *words)
    assert done.returncode == 3, done.stdout
    assert set(verdicts_in(tmp_path / "caller" / "compatibility")) == {"2.15.1"}
    assert "No release gave an answer" in done.stdout


def test_model_that_loads_nowhere_is_an_answer_and_code_0(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    done = nox(
        "matrix", model_named("raises"), "--tensorflow", "2.15", "--envdir", tmp_path / "envs"
    )
    assert done.returncode == 0, done.stdout
    assert "Does not load in the only tested TensorFlow release" in done.stdout
    assert "the fake refuses this model" in done.stdout


def test_plan_shows_what_would_be_done_and_does_nothing(
    nox: Nox, model_named: Copied, tmp_path: Path
) -> None:
    words = ["--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--plan"]
    done = nox("matrix", model_named("loads"), *words)
    assert done.returncode == 0, done.stdout
    assert "1 environment to build" in done.stdout
    assert not (tmp_path / "envs").exists()
    assert not (tmp_path / "caller" / "compatibility").exists()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        pytest.param([], 4, "No model was given", id="no-model"),
        pytest.param(
            ["nowhere"],
            4,
            "{caller}/nowhere does not exist",
            id="no-path",
        ),
        pytest.param(["x", "--timeot", "3"], 4, "Did you mean --timeout?", id="misspelled"),
        pytest.param(
            ["x", "--timeout", "0"], 4, "--timeout must be more than 0 seconds", id="zero"
        ),
        pytest.param(["x", "--jobs", "0"], 4, "--jobs must be 1 or more", id="no-jobs"),
        pytest.param(["x", "--memory", "much"], 4, "--memory much is not a size", id="no-size"),
        pytest.param(["{empty}"], 3, "is an empty folder", id="empty-folder"),
        pytest.param(["{text}"], 3, "is a text file that starts", id="text-file"),
        pytest.param(["{model}", "--tensorflow", ">=99"], 4, "No known release matches", id="none"),
        pytest.param(
            ["{model}", "--tensorflow", "new"], 4, "not a version specifier", id="no-spec"
        ),
        pytest.param(["{model}", "--venv-backend", "conda"], 4, "is not valid", id="no-backend"),
    ],
)
def test_wrong_call_is_a_sentence_and_a_code(
    nox: Nox, places: dict[str, Path], words: list[str], code: int, sentence: str
) -> None:
    done = nox("matrix", *(word.format(**places) for word in words))
    assert done.returncode == code
    (said,) = [line for line in done.stdout.splitlines() if line.startswith("loadmatrix: ")]
    assert sentence.format(**places) in said
    assert "Traceback" not in done.stdout


def test_quiet_run_prints_the_table_and_nothing_of_how_it_came_about(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    words = ["--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--offline"]
    model = model_named("loads")
    loud, quiet = (nox("matrix", model, *words, *more) for more in ([], ["-q", "--fresh"]))
    assert quiet.returncode == 0, quiet.stdout
    result = loud.stdout[loud.stdout.index("\nloads (SavedModel)\n") :].partition("\nnox >")[0]
    assert "Loads and runs in 1 of 1" in result
    assert quiet.stdout.strip() == result.strip()
    assert loud.stdout.count("Inspecting loads.") == 1
    assert "cells(1)" in (tmp_path / "caller/compatibility/results/nox.log").read_text()


def test_verbose_run_shows_what_was_decided_and_run(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    words = ["--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--offline", "-v"]
    done = nox("matrix", model_named("loads"), *words)
    assert done.returncode == 0, done.stdout
    assert "the environment of 2.15.1 is" in done.stdout
    assert "starting " in done.stdout
    assert "probe/probe.py" in done.stdout


def test_cells_can_be_run_without_a_second_nox(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    for version in ("2.15.1", "2.14.1"):
        stand_in("obedient", version)
    words = ["--tensorflow", ">=2.14,<2.16", "--envdir", tmp_path / "envs", "--offline"]
    done = nox("matrix", model_named("loads"), *words, "--executor", "in-process")
    assert done.returncode == 0, done.stdout
    folder = tmp_path / "caller" / "compatibility"
    assert verdicts_in(folder) == {"2.15.1": "runs", "2.14.1": "runs"}
    assert "Running session cells" not in done.stdout


def test_help_is_shown(nox: Nox) -> None:
    done = nox("matrix", "--help")
    assert done.returncode == 0
    assert "--tensorflow SPEC" in done.stdout


def test_one_cell_alone_prints_its_table(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    done = nox("probe(2.15.1)", model_named("loads"), "--envdir", tmp_path / "envs")
    assert done.returncode == 0, done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("2.15.1")]
    assert [row[3:6] for row in rows] == [["runs", "runs", "fails"]]


def test_stored_results_give_the_same_report_again(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    nox("matrix", model_named("loads"), "--tensorflow", "2.15", "--envdir", tmp_path / "envs")
    folder = tmp_path / "caller" / "compatibility"
    first = report_in(folder)
    (folder / "report.json").unlink()
    assert nox("report").returncode == 0
    assert report_in(folder) == first


def test_report_of_nothing_is_code_4_and_a_sentence(nox: Nox) -> None:
    done = nox("report", "nowhere")
    assert done.returncode == 4
    assert "does not contain the results of a run" in done.stdout


def test_clean_removes_the_environments(
    nox: Nox, stand_in: Callable[..., None], tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    done = nox("clean", "--envdir", tmp_path / "envs")
    assert done.returncode == 0
    removed = "Removed the environments, downloaded models and known answers in"
    assert f"{removed} {tmp_path / 'envs'}" in done.stdout
    assert not (tmp_path / "envs" / "envs").exists()


def test_interrupted_run_reports_what_it_has_and_leaves_nothing_running(
    stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    for version in ("2.15.1", "2.14.1"):
        stand_in("obedient", version)
    model, out = model_named("hangs"), tmp_path / "out"
    words = [model, "--tensorflow", ">=2.14,<2.16", "--envdir", tmp_path / "envs", "--output", out]
    words += ["--jobs", "1"]
    process = subprocess.Popen(
        [NOX, "-f", str(NOXFILE), "-s", "matrix", "--", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    while not any(b"stage=load" in log.read_bytes() for log in out.rglob("log*.txt")):
        assert process.poll() is None
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=90)
    _, left = psutil.wait_procs(below, timeout=5)
    for one in left:
        one.kill()
    assert left == []
    assert process.returncode not in (0, None)
    assert report_in(out)["complete"] is False, said
    assert set(verdicts_in(out).values()) == {"not-run"}


def test_damage_is_told_before_planning_and_in_the_report(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    stand_in("obedient", "2.15.1")
    model = model_named("loads")
    shard = model / "variables" / "variables.data-00000-of-00001"
    shard.write_bytes(b"\xff" * shard.stat().st_size)
    done = nox("matrix", model, "--tensorflow", "2.15", "--envdir", tmp_path / "envs", "--offline")
    assert done.returncode == 0, done.stdout
    told = "damaged: variables/variables.data-00000-of-00001 does not contain the saved bytes"
    assert done.stdout.index(told) < done.stdout.index("1 release to test")
    (found,) = report_in(tmp_path / "caller" / "compatibility")["models"]
    assert [one["kind"] for one in found["findings"]] == ["checksum"]


def test_inspect_needs_no_environment(nox: Nox, model_named: Copied) -> None:
    done = nox("inspect", model_named("loads"))
    assert done.returncode == 0, done.stdout
    assert "intact: every tensor matches its checksum" in done.stdout


def test_fast_run_tests_each_model_only_where_it_is_needed(
    nox: Nox, stand_in: Callable[..., None], model_named: Copied, tmp_path: Path
) -> None:
    for version in ("2.13.1", "2.14.1", "2.15.1"):
        stand_in("obedient", version)
    models = [model_named("loads"), model_named("raises")]
    words = ["--tensorflow", ">=2.13,<2.16", "--envdir", tmp_path / "envs", "--offline"]
    # The fake refuses the example to every other loader.
    words += ["--loader", "saved_model"]
    done = nox("matrix", *models, *words, "--fast", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stdout
    found = [
        {cell["id"]: (cell["verdict"], cell["source"]) for cell in model["cells"]}
        for model in report_in(tmp_path / "out")["models"]
    ]
    assert found[0]["2.14.1"] == ("predicted", "predicted")
    assert {found[0][end] for end in ("2.13.1", "2.15.1")} == {("runs", "measured")}
    assert set(found[1].values()) == {("fails", "measured")}
    seen = json.loads((tmp_path / "out/results/2.14.1/outcome.json").read_text("utf-8"))
    assert {check.partition(":")[0] for check in seen["verification"]["checks"]} == {"1"}

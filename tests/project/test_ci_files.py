"""What others run of ours: the Action with a stand-in for the tool, the hook, the workflows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from matrix.options.reading import run_line
from reports.lines.card import card_line
from tests import github_steps
from tests.github_steps import ACTION

HERE = Path(__file__).resolve().parents[2]
GUIDE = (HERE / "docs" / "reference" / "ci.md").read_text(encoding="utf-8")
STEPS = (HERE / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(text) for text in re.findall(r"(?ms)^```yaml\n(.*?)^```", STEPS)]
WORKFLOWS = sorted((HERE / ".github" / "workflows").glob("*.yml"))
BASH = shutil.which("bash")
ACTIONLINT = shutil.which("actionlint")
# They come with the tests, beside their Python.
_BESIDE = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
SHELLCHECK = shutil.which("shellcheck", path=_BESIDE)
ZIZMOR = shutil.which("zizmor", path=_BESIDE)
# Says how it was called, and ends as the tool would.
STAND_IN = """#!/usr/bin/env bash
printf '%s\\n' "$@" > called
exit "$CODE"
"""


def _run(folder: Path, code: int = 0, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The main step of the Action as GitHub runs it, in a folder with a stand-in."""
    inputs = {name.replace("_", "-"): text for name, text in inputs.items()}
    told = github_steps.variables("matrix", inputs, steps_tool_outputs_bin=str(folder))
    tool = folder / "loadmatrix"
    tool.write_text(STAND_IN, encoding="utf-8")
    tool.chmod(0o755)
    told["GITHUB_OUTPUT"] = str(folder / "outputs")
    script = github_steps.step("matrix")["run"]
    command = [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **told, "CODE": str(code)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


needs_shellcheck = pytest.mark.skipif(SHELLCHECK is None, reason="there is no shellcheck here")
needs_bash = pytest.mark.skipif(BASH is None, reason="there is no bash here")


@needs_bash
def test_action_calls_the_tool_with_what_it_was_given(tmp_path: Path) -> None:
    done = _run(
        tmp_path,
        model="a model\nother\n",
        tensorflow=">=2.12,<2.16",
        require="tensorflow>=2.12\nkeras:tensorflow>=2.13",
        fail_on_regression="true",
        baseline="old/report.json",
        card="README.md",
        arguments="--jobs\n2\n--only=>=2.2,<2.5",
        models_from="a list.txt\nhub/*.keras",
        output="out",
        require_verdict="runs",
    )
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "called").read_text(encoding="utf-8").splitlines()
    assert words[0] == "matrix"
    found = run_line().read(words[1:])
    assert found["models"] == ["a model", "other"]
    assert found["require"] == ["tensorflow>=2.12", "keras:tensorflow>=2.13"]
    assert (found["tensorflow"], found["jobs"]) == (">=2.12,<2.16", 2)
    assert (found["baseline"], found["fail_on_regression"]) == ("old/report.json", True)
    assert found["require_verdict"] == "runs"
    assert (found["card"], found["output"]) == ("README.md", "out")
    assert found["models_from"] == ["a list.txt", "hub/*.keras"]
    assert found["only"] == ">=2.2,<2.5"


@needs_bash
def test_action_keeps_the_code_and_leaves_what_is_not_given_to_the_configuration(
    tmp_path: Path,
) -> None:
    assert _run(tmp_path, code=1).returncode == 1
    assert (tmp_path / "called").read_text(encoding="utf-8").split() == ["matrix", "--"]


@needs_bash
def test_action_tells_no_report_of_an_earlier_run(tmp_path: Path) -> None:
    """The tool gives the outputs itself: a call that is refused leaves the report before."""
    (tmp_path / "compatibility").mkdir()
    (tmp_path / "compatibility" / "report.json").write_text("{}", encoding="utf-8")
    assert _run(tmp_path, code=4, model="m").returncode == 4
    assert not (tmp_path / "outputs").exists()


@needs_bash
def test_input_of_the_action_is_never_part_of_its_script(tmp_path: Path) -> None:
    hostile = "$(touch made); `touch made`; \"'; touch made #"
    assert _run(tmp_path, model=hostile, require=hostile).returncode == 0
    assert not (tmp_path / "made").exists()
    assert hostile in (tmp_path / "called").read_text(encoding="utf-8")


def test_scripts_of_the_action_hold_no_expression() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)
    assert all(step.get("shell") == "bash" for step in ACTION["runs"]["steps"] if "run" in step)


def test_every_input_of_the_action_is_used_and_documented() -> None:
    text = json.dumps(ACTION["runs"])
    used = set(re.findall(r"inputs\.([a-z-]+)", text))
    assert used == set(ACTION["inputs"])
    rows = "\n".join(line for line in GUIDE.splitlines() if line.startswith("| `"))
    assert all(f"`{name}`" in rows for name in ACTION["inputs"])
    assert all(one["description"] for one in ACTION["inputs"].values())


def test_workflows_use_what_the_action_has() -> None:
    uses = [
        step
        for block in BLOCKS
        for job in block.get("jobs", {}).values()
        for step in job["steps"]
        if "loadmatrix@" in step.get("uses", "")
    ]
    assert len(uses) == 1
    for step in uses:
        assert set(step["with"]) <= set(ACTION["inputs"])
        assert all(isinstance(value, str) for value in step["with"].values())


def test_hook_calls_a_command_there_is() -> None:
    (hook,) = yaml.safe_load((HERE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (example,) = (
        one for block in BLOCKS for repo in block.get("repos", ()) for one in repo["hooks"]
    )
    assert example["id"] == hook["id"]
    for arguments in (hook["args"], example["args"]):
        words = [*hook["entry"].split(), *arguments]
        assert words[:2] == ["loadmatrix", "card"]
        assert "check" in card_line().read(words[2:])
    assert re.search(example["files"], "export/model.keras")
    assert not hook["pass_filenames"]


def _jobs(name: str) -> dict[str, Any]:
    path = HERE / ".github" / "workflows" / name
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dict(document["jobs"])


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        *(pytest.param("github-workflows", path, id=path.stem) for path in WORKFLOWS),
        pytest.param("github-actions", HERE / "action.yml", id="action"),
    ],
)
def test_files_of_github_fit_their_schema(schema: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(ACTIONLINT is None, reason="there is no actionlint here")
def test_actionlint_finds_nothing_in_the_workflows() -> None:
    done = subprocess.run(
        [str(ACTIONLINT), *WORKFLOWS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_workflow_tests_three_systems_and_three_pythons() -> None:
    matrix = _jobs("ci.yml")["tests"]["strategy"]["matrix"]
    assert [name.split("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]


def test_workflows_call_sessions_there_are() -> None:
    called = {
        session
        for path in WORKFLOWS
        for job in _jobs(path.name).values()
        for step in job["steps"]
        for session in re.findall(r"nox -s (\w+)", step.get("run", ""))
    }
    sessions = re.findall(r"^def (\w+)\(", (HERE / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    assert {"tests", "lint", "coverage", "matrix", "locks", "releases"} <= called
    assert called <= set(sessions)


EXAMPLES = sorted((HERE / "examples" / "ci").rglob("*.sh"))
WITH_STEPS = [*WORKFLOWS, HERE / "action.yml", *sorted((HERE / "examples").rglob("*.yml"))]


def _scripts(document: Any) -> Iterator[str]:
    """Every script in a workflow or an action that bash runs."""
    for job in [document.get("runs", {}), *document.get("jobs", {}).values()]:
        yield from (one["run"] for one in job.get("steps", ()) if "run" in one)


@needs_shellcheck
@pytest.mark.parametrize("path", WITH_STEPS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing_in_steps(path: Path) -> None:
    for script in _scripts(yaml.safe_load(path.read_text(encoding="utf-8"))):
        # An expression is a word to the shell: GitHub puts its value there.
        plain = "set -eo pipefail\n" + re.sub(r"\$\{\{.*?\}\}", "value", script)
        command = [str(SHELLCHECK), "--shell", "bash", "-"]
        done = subprocess.run(
            command, input=plain, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout


@needs_shellcheck
def test_shellcheck_finds_nothing_in_scripts() -> None:
    files = [str(path) for path in (*EXAMPLES, HERE / ".ci" / "run")]
    done = subprocess.run(
        [str(SHELLCHECK), *files], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(ZIZMOR is None, reason="there is no zizmor here")
def test_zizmor_finds_nothing_unsafe(tmp_path: Path) -> None:
    # What is copied to .github/workflows is looked at as if it lay there.
    shutil.copytree(HERE / ".github", tmp_path / ".github")
    for path in (HERE / "examples").rglob("*.yml"):
        shutil.copy(path, tmp_path / ".github" / "workflows")
    shutil.copy(HERE / "action.yml", tmp_path)
    done = subprocess.run(
        [str(ZIZMOR), "--offline", "--no-progress", "--no-exit-codes", "--format", "json", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [finding["ident"] for finding in json.loads(done.stdout)] == []

"""The Action's steps one after the other, with GitHub's variables and real TensorFlow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reports.formats.github import LIMIT
from tests import github_steps, tiny_models
from tests.conftest import EXAMPLE
from tests.real.test_matrix import MIDDLE, python_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here"),
]
ROOT = Path(__file__).resolve().parents[2]


class _Job:
    """What GitHub gives to each step of a job, and what it reads when a step has ended."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        self.files = {
            name: folder / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in self.files.values():
            file.touch()
        self.variables = {
            **{name: str(file) for name, file in self.files.items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(folder),
        }

    def run(self, name: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        script = github_steps.step(name)["run"]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env={**os.environ, "LOADMATRIX_KNOWN": "off", **self.variables, **variables},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def outputs(self) -> dict[str, str]:
        """The outputs of the step that ended; the next one has none of them."""
        lines = self.files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        self.files["GITHUB_OUTPUT"].write_text("", encoding="utf-8")
        return dict(line.split("=", 1) for line in lines)


def test_action_installs_tests_tells_and_ends_as_the_tool_does(tmp_path: Path) -> None:
    python_of(MIDDLE)
    job = _Job(tmp_path)
    told = {"steps_python_outputs_python_path": sys.executable, "github_action_path": str(ROOT)}
    installed = job.run("tool", github_steps.variables("tool", {}, **told))
    assert installed.returncode == 0, installed.stdout + installed.stderr
    place = job.outputs()["bin"]
    # An attribute that a graph of TensorFlow has is missing, which a session does not accept.
    tiny_models.saved_model(job.workspace / "odd")
    inputs = {
        "model": f"{EXAMPLE}\nodd",
        "tensorflow": MIDDLE,
        "require": f"session:tensorflow=={MIDDLE}",
        "arguments": "--executor\nin-process",
    }
    done = job.run("matrix", github_steps.variables("matrix", inputs, steps_tool_outputs_bin=place))
    assert done.returncode == 1, done.stdout + done.stderr
    outputs = job.outputs()
    report = json.loads((job.workspace / outputs["report"]).read_text(encoding="utf-8"))
    assert outputs["specifier"] == report["models"][0]["summary"]["specifier"]
    summary = job.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    assert EXAMPLE.name in summary
    assert len(summary.encode()) < LIMIT
    (problem,) = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert "odd: " in problem
    assert "op of another version: The graph lacks the attribute `dtype`" in problem
    assert str(tmp_path) not in summary + problem
    assert not job.files["GITHUB_ENV"].read_text() + job.files["GITHUB_PATH"].read_text()

"""The examples for CI services and clusters, run with two shards of two models in one cell.

GitHub, Kubernetes and Slurm are stand-ins that give scripts their variables; the tool is the real
one, and so is TensorFlow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from matrix.models_list.shard import Shard
from tests import github_steps, tiny_models
from tests.real.test_matrix import MIDDLE, python_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here"),
]
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "ci"
TOOL = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m reports.cli "$@"\n'
# Runs every task of an array in turn, and says its number; other jobs at once.
SBATCH = """#!/usr/bin/env bash
script="${!#}"
count=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
count="${count:+${SBATCH_ARRAY_INX#1-}}"
code=0
for task in $(seq 1 "${count:-1}"); do
  if [ -n "$count" ]; then export SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_COUNT=$count; fi
  SLURM_CPUS_PER_TASK=1 bash "$script" > "slurm-$task.out" 2>&1 || code=$?
done
echo "$code" >> codes
echo 4711
"""


def _name(shard: Shard) -> str:
    return next(f"m{n}.tflite" for n in range(99) if shard.has(f"m{n}.tflite"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a list of two models, one for each shard, and the tools that are called."""
    python_of(MIDDLE)
    names = [_name(Shard(1, 2)), _name(Shard(2, 2))]
    tiny_models.tflite(tmp_path / names[0])
    tiny_models.quantised_tflite(tmp_path / names[1])
    (tmp_path / "registry.txt").write_text("\n".join(names), encoding="utf-8")
    configured = f'[tool.loadmatrix]\ntensorflow = "=={MIDDLE}"\nexecutor = "in-process"\n'
    (tmp_path / "pyproject.toml").write_text(configured, encoding="utf-8")
    tools = {"loadmatrix": TOOL, "pipx": '#!/bin/sh\nshift\nexec "$@"\n', "sbatch": SBATCH}
    for name, text in tools.items():
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def _sh(folder: Path, script: str, shell: str = "bash", **variables: str) -> int:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "LOADMATRIX_KNOWN": "off", **variables, "PATH": path},
        timeout=600,
        check=False,
    )
    return done.returncode


def _verdicts(folder: Path) -> dict[str, dict[str, str]]:
    """The verdict of each model in each cell."""
    models = json.loads((folder / "report.json").read_text(encoding="utf-8"))["models"]
    return {
        Path(model["path"]).name: {cell["id"]: cell["verdict"] for cell in model["cells"]}
        for model in models
    }


def _is_whole(folder: Path, *shards: Path) -> bool:
    """Whether a merged report has both models, and each shard one of them with the same verdict."""
    whole = _verdicts(folder)
    parts = [_verdicts(shard) for shard in shards]
    assert [len(part) for part in parts] == [1, 1]
    assert all(cells.get(MIDDLE) in ("runs", "fails") for cells in whole.values())
    return whole == {**parts[0], **parts[1]} and len(whole) == 2


def test_slurm_runs_the_array_and_then_the_merge(folder: Path) -> None:
    script = str(EXAMPLES / "slurm" / "submit.sh")
    told = {"LIST": "registry.txt", "RESULTS": "results", "SBATCH_ARRAY_INX": "1-2"}
    cache = os.environ.get("LOADMATRIX_CACHE") or _cache()
    assert _sh(folder, f'"{script}"', USER="tester", LOADMATRIX_CACHE=cache, **told) == 0
    assert (folder / "codes").read_text().split() == ["0", "0"]
    results = folder / "results"
    assert _is_whole(results / "compatibility", results / "shard-1", results / "shard-2")


def _cache() -> str:
    from matrix.cache import cache_folder

    return str(cache_folder())


def _container(name: str) -> tuple[str, dict[str, str]]:
    document = yaml.safe_load((EXAMPLES / "kubernetes" / name).read_text(encoding="utf-8"))
    (container,) = document["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["sh", "-c"]
    return container["args"][0], {one["name"]: one["value"] for one in container["env"]}


def test_pods_of_kubernetes_run_shards_and_then_the_merge(folder: Path) -> None:
    mine = {"LIST": "registry.txt", "RESULTS": "results", "SHARDS": "2"}
    script, variables = _container("shards.yaml")
    assert set(variables) == set(mine)
    for index in ("0", "1"):
        assert _sh(folder, script, "sh", JOB_COMPLETION_INDEX=index, **mine) == 0
    script, variables = _container("merge.yaml")
    assert set(variables) <= set(mine)
    assert _sh(folder, script, "sh", **mine) == 0
    results = folder / "results"
    assert _is_whole(results / "compatibility", results / "shard-1", results / "shard-2")


def _step(steps: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(step for step in steps if key in step)


def test_jobs_of_github_plan_run_and_merge(folder: Path) -> None:
    text = (EXAMPLES / "github" / "registry.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    outputs = folder / "outputs"
    plan = _step(jobs["plan"]["steps"], "run")["run"]
    told = {"LIST": "registry.txt", "GITHUB_OUTPUT": str(outputs)}
    assert _sh(folder, plan, **told) == 0
    planned = json.loads(outputs.read_text(encoding="utf-8").removeprefix("matrix="))
    assert [job["args"] for job in planned["include"]] == ["--only=>=2.15,<2.16"]
    # Two models are too few for two jobs, so these are made by hand.
    (step,) = (one for one in jobs["part"]["steps"] if "loadmatrix@" in one.get("uses", ""))
    (folder / "bin" / "python").symlink_to(sys.executable)
    for index in ("0", "1"):
        args = f"--shard={int(index) + 1}/2"
        given = {
            name: value.replace("${{ env.LIST }}", "registry.txt")
            .replace("${{ matrix.args }}", args)
            .replace("--discard\n", "")
            for name, value in step["with"].items()
        }
        given["output"] = f"parts/part-{index}"
        mine = github_steps.variables("matrix", given, steps_tool_outputs_bin=str(folder / "bin"))
        assert _sh(folder, github_steps.step("matrix")["run"], **told, **mine) == 0
    merge = _step(jobs["whole"]["steps"], "run")["run"]
    assert _sh(folder, merge, **told) == 1  # no release of 2.16 or later was tested here
    assert _sh(folder, merge.replace(">=2.16", ">=2.15,<2.16"), **told) in (0, 1)
    parts = folder / "parts"
    assert _is_whole(folder / "compatibility", parts / "part-0", parts / "part-1")

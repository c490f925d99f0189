"""The examples for CI services and clusters: valid by their schemas, and of one story."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

HERE = Path(__file__).resolve().parents[2]
EXAMPLES = HERE / "examples" / "ci"
WORKFLOW = EXAMPLES / "github" / "registry.yml"
ACTION = yaml.safe_load((HERE / "action.yml").read_text(encoding="utf-8"))
JOBS = sorted((EXAMPLES / "kubernetes").glob("*.yaml"))
SCRIPTS = sorted((EXAMPLES / "slurm").glob("*.sh"))


def _job(name: str) -> dict[str, Any]:
    path = EXAMPLES / "kubernetes" / name
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def test_the_workflow_fits_its_schema() -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, WORKFLOW],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_uses_what_the_action_has() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    (step,) = (one for one in jobs["part"]["steps"] if "loadmatrix@" in one.get("uses", ""))
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert jobs["part"]["strategy"]["matrix"] == "${{ fromJSON(needs.plan.outputs.matrix) }}"
    # Each argument is one line for the action, so the generated one must be one word.
    assert "${{ matrix.args }}" in step["with"]["arguments"].splitlines()


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.name)
@pytest.mark.parametrize("version", ["1.33", kubernetes_validate.latest_version()])
def test_jobs_of_kubernetes_fit_their_schema(path: Path, version: str) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert (document["apiVersion"], document["kind"]) == ("batch/v1", "Job")
    kubernetes_validate.validate(document, version, strict=True)


def test_a_wrong_job_would_not_fit() -> None:
    document = _job("shards.yaml")
    document["spec"]["completion"] = 8
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.33", strict=True)


def test_pods_and_shards_have_one_number() -> None:
    spec = _job("shards.yaml")["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    assert variables["SHARDS"] == str(spec["completions"])
    assert spec["completionMode"] == "Indexed"


@pytest.mark.parametrize("name", ["shards.yaml", "merge.yaml"])
def test_pods_mount_what_they_declare(name: str) -> None:
    pod = _job(name)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}


@pytest.mark.skipif(sys.platform == "win32", reason="they are scripts for bash")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_and_can_be_run(path: Path) -> None:
    subprocess.run(["bash", "-n", path], check=True, timeout=60)
    assert path.stat().st_mode & 0o111


def test_examples_name_no_address_and_no_machine() -> None:
    for path in (*JOBS, *SCRIPTS, WORKFLOW, EXAMPLES / "kubernetes" / "Dockerfile"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(work|root)/|index-url|https?://", text), path

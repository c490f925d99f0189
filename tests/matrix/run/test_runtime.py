"""A cell of another runtime than Python with TensorFlow is run like any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.catalogue.runtime import Runtime
from matrix.environments.environments import Environments
from matrix.plan.plan import PlannedCell
from matrix.run.cell import CellRun
from matrix.run.store import Store
from tests.builders import make_cell
from tests.conftest import LIMITS, MakeCheck

# All that a probe has to do, in another language: read a request and a check, and say what became
# of it.
_SCRIPT = r"""
read -r request; read -r line
field() { echo "$1" | grep -o "\"$2\": \"[^\"]*\"" | cut -d'"' -f4; }
token=$(field "$request" token); check=$(field "$line" check)
say() { echo "{\"token\": \"$token\", $1}"; }
of() { say "\"check\": \"$check\", $1"; }
say '"event": "start", "pid": 1, "python": ""'
say '"event": "import", "ok": true, "seconds": 0.1, "environment": {"python": "'$VERSION'"}'
of '"event": "stage", "stage": "load"'
of '"event": "loaded", "seconds": 0.2, "peak_mb": 1'
of '"event": "stage", "stage": "run"'
of '"event": "ran", "seconds": 1, "peak_mb": 1, "calls": []'
say '"event": "end"'
"""


@pytest.fixture
def runs(tmp_path: Path) -> CellRun:
    """Cells on a machine without any Python and without a network."""
    return CellRun(
        environments=Environments(folder=tmp_path / "cache", offline=True, pythons={}),
        store=Store(folder=tmp_path / "results"),
        limits=LIMITS,
    )


@pytest.fixture
def shell(tmp_path: Path) -> Runtime:
    """The throw-away runtime: a shell script that speaks the protocol of the probe."""
    script = tmp_path / "probe.sh"
    script.write_text(_SCRIPT, encoding="utf-8")
    return Runtime(
        name="shell",
        command=lambda _: ["/bin/sh", str(script)],
        needs_tensorflow=False,
    )


def test_cell_of_another_runtime_is_run_without_an_environment(
    runs: CellRun, shell: Runtime, make_check: MakeCheck
) -> None:
    cell = replace(make_cell("2.21.0"), label="shell", runtime=shell, variables={"VERSION": "9.9"})
    assert runs.environments.finished(cell)
    check = make_check("m")
    outcome = runs.run(PlannedCell(cell=cell, checks=(check,)))
    assert outcome.unavailable is None
    seen = outcome.verification
    assert seen is not None
    assert seen.checks[check.id].loaded
    assert not runs.environments.folder.exists()
    assert seen.checks[check.id].stage == "run"
    assert "9.9" in str(seen.probe.environment)


def test_check_that_dies_in_another_runtime_is_tried_once(
    runs: CellRun, make_check: MakeCheck
) -> None:
    dying = Runtime(
        name="dying", command=lambda _: ["/bin/sh", "-c", "exit 3"], needs_tensorflow=False
    )
    cell = replace(make_cell("2.21.0"), label="dying", runtime=dying)
    seen = runs.run(PlannedCell(cell=cell, checks=(make_check("m"),))).verification
    assert seen is not None
    assert not seen.probe.imported

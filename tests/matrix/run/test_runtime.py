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

# All that a probe has to do, in another language: read the request, say what became of each check.
_SCRIPT = """\
echo '{"event": "start", "pid": '$$', "python": ""}' > "$2"
python='{"python": "'$VERSION'"}'
echo '{"event": "import", "ok": true, "seconds": 0.1, "environment": '$python'}' >> "$2"
for check in $(grep -o '"check": "[^"]*"' "$1" | cut -d'"' -f4); do
  echo '{"event": "check", "check": "'$check'", "pid": '$$'}' >> "$2"
  echo '{"event": "stage", "check": "'$check'", "stage": "load"}' >> "$2"
  echo '{"event": "loaded", "check": "'$check'", "seconds": 0.2, "peak_mb": 1}' >> "$2"
  echo '{"event": "stage", "check": "'$check'", "stage": "run"}' >> "$2"
  echo '{"event": "ran", "check": "'$check'", "seconds": 1, "peak_mb": 1, "calls": []}' >> "$2"
  echo '{"event": "exit", "check": "'$check'", "pid": '$$', "code": 0, "signal": null}' >> "$2"
done
echo '{"event": "end"}' >> "$2"
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
        command=lambda _, request, events: ["/bin/sh", str(script), str(request), str(events)],
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
        name="dying", command=lambda *_: ["/bin/sh", "-c", "exit 3"], needs_tensorflow=False
    )
    cell = replace(make_cell("2.21.0"), label="dying", runtime=dying)
    seen = runs.run(PlannedCell(cell=cell, checks=(make_check("m"),))).verification
    assert seen is not None
    assert not seen.probe.imported

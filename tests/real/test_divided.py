"""A divided run through nox with real TensorFlow: killed between its parts, then continued."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED
from tests.real.test_matrix import MIDDLE, python_of

pytestmark = pytest.mark.real
ROOT = Path(__file__).resolve().parents[2]
MODELS = ("sm1-serving-half-plus-three", "sm1-mlnet-types", "sm1-rust-regression")
_RUN = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from matrix.options.reading import read_options
from reports.jobs.divided.run import sweep_divided
from reports.jobs.exit_code import exit_code_of

if __name__ == "__main__":
    def job(words):
        options = read_options(words, Path.cwd())
        noxfile = Path("reports/workers_noxfile.py").resolve()
        return sweep_divided(options, noxfile, datetime.now(UTC), time.monotonic(), 1)
    sys.exit(exit_code_of(job, sys.argv[1:]))
"""


def _models() -> list[Path]:
    """Three small models that the middle release loads."""
    places = [SHARED / "models" / name for name in MODELS]
    if not all(place.is_dir() for place in places):
        pytest.skip("the models at hand are not here")
    return [next(place.rglob("saved_model.pb")).parent for place in places]


def _report(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def test_run_that_is_killed_between_its_parts_is_continued(tmp_path: Path) -> None:
    python_of(MIDDLE)
    script, output = tmp_path / "run.py", tmp_path / "out"
    script.write_text(_RUN, encoding="utf-8")
    words = [*map(str, _models()), "--tensorflow", f"=={MIDDLE}", "--jobs", "1"]
    command = [sys.executable, str(script), *words, "--output", str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LOADMATRIX_KNOWN": "off"}

    first = output / "results" / "parts" / "00001" / MIDDLE / "outcome.json"
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as job:
        while not first.exists():
            assert job.poll() is None
            time.sleep(0.1)
        os.killpg(job.pid, signal.SIGKILL)
    assert not (output / "report.json").exists()
    before = first.read_bytes()

    again = subprocess.run(command, cwd=ROOT, env=environment, timeout=600, check=False)
    assert again.returncode == 0
    assert first.read_bytes() == before
    report = _report(output)
    assert report["complete"] is True
    assert len(report["models"]) == 3
    assert all(len(model["cells"]) == 1 for model in report["models"])
    # One nox has run the two parts that were left, one after the other.
    logs = sorted((output / "results" / "parts").glob("*/nox.log"))
    assert [log.parent.name for log in logs] in (["00001", "00002"], ["00001", "00003"])

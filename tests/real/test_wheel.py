"""The wheel in an environment that holds nothing else, on a real release."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE

pytestmark = pytest.mark.real

BIN = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `loadmatrix` of a fresh environment, where the installer put it."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    python = str(place / BIN / "python")
    # pip does the same in half a minute; the tests of the Action install with it.
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", str(place)], check=True, timeout=120)
    words = ["pip", "install", "--python", python, str(wheel)]
    subprocess.run([*uv, *words], check=True, timeout=300)
    return place / BIN / "loadmatrix"


def _run(command: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(command), *words],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_main_job_runs_from_the_wheel_in_any_folder(command: Path, tmp_path: Path) -> None:
    # What is called like one of our packages, or like nox, must not be taken for it.
    for name in ("matrix", "reports", "probe", "nox", "packaging"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')\n")
    words = ["--tensorflow", "2.15.1", "--require", "tensorflow==2.15.*", "--jobs", "1"]
    done = _run(command, tmp_path, str(EXAMPLE), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((tmp_path / "compatibility" / "report.json").read_text(encoding="utf-8"))
    cells = {cell["id"]: cell["verdict"] for cell in document["models"][0]["cells"]}
    assert cells == {"2.15.1": "runs"}
    again = _run(command, tmp_path, "report", "--require", "tensorflow>=2.14,<2.16")
    assert again.returncode == 1, again.stdout + again.stderr
    assert "no answer for 2.14.1 (it was not tested)" in again.stdout


def test_installed_tool_writes_nothing_beside_itself(command: Path) -> None:
    site = next(command.parent.parent.glob("[Ll]ib/**/site-packages"))
    assert not list(site.rglob(".nox"))


def test_codes_and_version_are_those_of_the_readme(command: Path, tmp_path: Path) -> None:
    assert _run(command, tmp_path, "--version").stdout.startswith("loadmatrix ")
    assert _run(command, tmp_path, "nowhere").returncode == 4
    assert _run(command, tmp_path, str(tmp_path)).returncode == 3

"""The hook of pre-commit, as it is installed from a repository and run in another one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matrix.model.identify import identify
from reports.build.build_report import build_report
from reports.jobs.card import card
from reports.report.report_json import write_report
from tests.builders import make_cell, make_model, make_plan, make_sample
from tests.conftest import EXAMPLE
from tests.reports.build.test_report_json import RUN

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed"
    ),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a model, and a card that was edited after it was made."""
    folder = tmp_path / "repository"
    folder.mkdir()
    shutil.copytree(EXAMPLE, folder / "model")
    digest = identify(folder / "model").sha256
    plan = make_plan([make_cell()], make_model(path=folder / "model", sha256=digest))
    write_report(build_report(plan, [make_sample()], RUN), tmp_path / "report.json")
    assert card([str(tmp_path / "report.json"), "README.md"], folder) == 0
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("## TensorFlow compatibility", "## Runs anywhere"), "utf-8")
    _git(folder, "init", "--quiet")
    _git(folder, "add", ".")
    return folder


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, timeout=60)


def test_hook_is_installed_from_the_repository_and_looks_at_the_card(
    repository: Path, tmp_path: Path
) -> None:
    words = ["-m", "pre_commit", "try-repo", str(ROOT), "loadmatrix-card", "--all-files"]
    done = subprocess.run(
        [sys.executable, *words, "--verbose"],
        cwd=repository,
        env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "README.md has a compatibility section that was edited by hand" in done.stdout

"""The first minute of who has nox and nothing else, not even uv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
BIN = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, in which nothing was installed yet."""
    place = tmp_path / "checkout"
    for name in ("matrix", "reports", "probe", "examples"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    for name in ("noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, place / name)
    return place


def test_packages_come_in_one_line_and_only_once(checkout: Path, tmp_path: Path) -> None:
    alone = tmp_path / "venv"
    python = str(alone / BIN / "python")
    for words in (["venv", str(alone)], ["pip", "install", "--python", python, "nox"]):
        subprocess.run([sys.executable, "-m", "uv", "--quiet", *words], check=True, timeout=240)

    def said(*words: str) -> list[str]:
        done = subprocess.run(
            [str(alone / BIN / "nox"), *words],
            cwd=checkout,
            env={**os.environ, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return (done.stderr + done.stdout).splitlines()

    assert not any("Installing" in line for line in said("-l"))
    call = ("-s", "inspect", "--", "examples/half_plus_two")
    first, second = said(*call), said(*call)
    assert sum("packages that Loadmatrix needs" in line for line in first) == 1
    assert any("is a SavedModel" in line for line in second)
    assert not any("packages that Loadmatrix needs" in line for line in second)
    assert not any("Requirement" in line or "Collecting" in line for line in first + second)

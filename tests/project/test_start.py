"""What a call imports before it says anything: every heavy module is a tenth of a second."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports.commands import COMMANDS
from tests.tiny_models import saved_model

ROOT = Path(__file__).resolve().parents[2]
# What reads numbers, runs cells, finds causes and makes reports: none of it is needed for a plan.
_HEAVY = (
    *("numpy", "h5py", "nox", "rich", "msgspec", "virtualenv", "tensorflow"),
    *("jinja2", "markupsafe"),
    *("reports.build", "reports.diagnosis", "reports.report.report", "reports.jobs.sweep"),
    *("matrix.run.cell", "matrix.maintenance"),
)
# What a plan needs, and somebody who reads a help does not.
_NOT_FOR_HELP = (
    *("packaging", "difflib", "platformdirs", "psutil", "google.protobuf"),
    *("matrix.catalogue", "matrix.plan", "matrix.models_list.models", "matrix.model.inspection"),
    *("reports.jobs.plan", "reports.jobs.inspect", "reports.jobs.explain", "reports.jobs.card"),
    *("reports.causes", "reports.formats", "reports.many"),
)
_LIGHT = ("click", "packaging", "pathlib", "matrix", "reports", "dataclasses")
_CALL = """
import atexit, sys
from loadmatrix.__main__ import main
names = {names!r}
atexit.register(
    lambda: print("imported:", *[name for name in names if name in sys.modules], file=sys.stderr)
)
sys.exit(main())
"""


def imported_by(
    *words: str | Path, folder: Path, names: Sequence[str] = _HEAVY, **environment: str
) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _CALL.format(names=names), *map(str, words)],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["completion", "bash"], *([c, "--help"] for c in COMMANDS)]
)
def test_help_imports_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    assert imported_by(*words, folder=tmp_path, names=(*_HEAVY, *_NOT_FOR_HELP)) == set()


def test_completion_of_options_imports_nothing_heavy(tmp_path: Path) -> None:
    asked = {
        "_LOADMATRIX_COMPLETE": "bash_complete",
        "COMP_WORDS": "loadmatrix explain --j",
        "COMP_CWORD": "2",
    }
    names = (*_HEAVY, *_NOT_FOR_HELP)
    assert imported_by(folder=tmp_path, names=names, **asked) == set()


def test_plan_imports_what_a_plan_needs(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "model")
    assert imported_by(model, "--plan", folder=tmp_path) == set()


def test_import_of_the_module_imports_nothing_else() -> None:
    code = f"import sys, loadmatrix; print(*[n for n in {(*_HEAVY, *_LIGHT)} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "\n"

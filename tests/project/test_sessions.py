"""What nox shows: a list that fits the eye, and no run that nobody asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from matrix.run.cell_sessions import asked_cells, cell_ids

HERE = Path(__file__).resolve().parents[2]


def test_nox_alone_lists_sessions_those_of_users_first() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nox", "-f", HERE / "noxfile.py"],
        env={"PATH": "/usr/bin:/bin", "NOX_SCRIPT_MODE": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("- ")]
    assert listed[:2] == ["matrix", "probe"]
    assert [name for name in listed if name.startswith("probe")] == ["probe"]
    assert listed.index("clean") < listed.index("tests") < listed.index("releases")
    assert not any(line.startswith("* ") for line in done.stdout.splitlines())


def test_who_asks_for_a_cell_gets_every_cell_offered() -> None:
    assert asked_cells(["nox", "-l"]) == []
    assert asked_cells(["nox", "-s", "probe"]) == []
    assert asked_cells(["nox", "-s", "probe(2.15.1)"]) == cell_ids()
    assert "2.15.1+py3.9" in asked_cells(["nox", "-s", "probe(2.15.1+py3.9)"])

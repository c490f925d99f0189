"""The wheel holds all that the tool needs, and nothing of the checkout around it."""

from __future__ import annotations

import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
PACKAGES = ("matrix", "probe", "reports")


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    there = {
        path.relative_to(HERE).as_posix()
        for package in PACKAGES
        for path in (HERE / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == there
    assert {
        "matrix/catalogue/releases.toml",
        "matrix/catalogue/locks/2.15.1.txt",
        "probe/probe.py",
        "probe/loaders/keras.py",
    } <= names


def test_wheel_brings_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (facts,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        entries = archive.read(f"{facts}/entry_points.txt").decode()
        assert f"{facts}/licenses/LICENSE" in archive.namelist()
    assert "loadmatrix = reports.cli:main" in entries

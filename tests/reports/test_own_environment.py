"""What nox alone makes of a session: an environment of its own, made once and in one line."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reports import own_environment

_BIN = "Scripts" if sys.platform == "win32" else "bin"


def _wheel(folder: Path, name: str) -> str:
    """A requirement of a package that lies in a file, so that no index is asked."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    facts = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "VALUE = 1\n")
        archive.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0")
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    return f"{name} @ {path.as_uri()}"


def _has(environment: Path, name: str) -> bool:
    command = [str(environment / _BIN / "python"), "-c", f"import {name}"]
    return not subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_packages_that_are_here_need_no_environment() -> None:
    assert not own_environment.is_needed(["packaging>=20", "nox[uv]>=2024"])


@pytest.mark.parametrize("missing", ["nowhere-to-be-found", "packaging>=9999", "nox[uv]>=9999"])
def test_package_that_is_missing_or_too_old_needs_one(missing: str) -> None:
    assert own_environment.is_needed(["packaging", missing])


def test_environment_is_made_once_and_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "loadmatrix"
    needed = [_wheel(tmp_path, "first_one")]
    own_environment.made(place, needed)
    assert capfd.readouterr() == ("", "Installing 1 packages that Loadmatrix needs, once.\n")
    assert _has(place, "first_one")
    own_environment.made(place, needed)
    assert capfd.readouterr() == ("", "")
    own_environment.made(place, [*needed, _wheel(tmp_path, "second_one")])
    assert _has(place, "second_one")


def test_installer_that_fails_is_heard_and_asked_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "loadmatrix"
    with pytest.raises(SystemExit, match="could not be installed"):
        own_environment.made(place, [f"gone @ {(tmp_path / 'gone-1.0.whl').as_uri()}"])
    assert "gone-1.0" in capfd.readouterr().err
    own_environment.made(place, [_wheel(tmp_path, "first_one")])
    assert capfd.readouterr().err.startswith("Installing ")

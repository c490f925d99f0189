"""What is taken out of an environment, and that it is whole afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.environments.condition import State, differing, look
from matrix.environments.environments import Environments
from matrix.environments.listing import listed
from matrix.environments.stamp import STAMP
from tests.matrix.environments.conftest import (
    VERSION,
    built,
    digest_of,
    make_wheel,
    needs_uv,
    site,
    write_lock,
)

FILES = {
    "tensorflow/__init__.py": f"__version__ = {VERSION!r}\nfrom tensorflow import python\n",
    "tensorflow/python/__init__.py": "",
    "tensorflow/python/include/__init__.py": "",
    "tensorflow/include/op.h": "// op\n",
    "tensorflow/include/external/com/deep.h": "// deep\n",
    "tensorflow/includes.py": "",
}


@pytest.fixture
def place(environments: Environments, cell: Cell, wheels: Path, h5py: Path) -> Path:
    """The environment of a TensorFlow with headers."""
    wheel = make_wheel(wheels, "tensorflow", VERSION, FILES)
    write_lock(environments, digest_of(wheel), h5py=digest_of(h5py))
    return built(environments, cell).parent.parent


def test_headers_are_taken_out_and_all_else_stays(place: Path) -> None:
    package = site(place) / "tensorflow"
    assert not (package / "include").exists()
    assert (package / "includes.py").exists()
    assert (package / "python" / "include" / "__init__.py").exists()


def test_what_is_left_is_what_its_packages_record(place: Path) -> None:
    assert look(place).state is State.SOUND
    (record,) = site(place).glob("tensorflow-*.dist-info/RECORD")
    lines = record.read_text().splitlines()
    assert [line for line in lines if "tensorflow/include/" in line] == []
    assert len([line for line in lines if line.startswith("tensorflow/")]) == len(FILES) - 2
    assert differing(place, None, listed(place, _tag(place))) == []


def test_an_environment_without_its_stamp_is_not_built_again(
    place: Path, again: Callable[[], Path], said: Callable[[], str]
) -> None:
    (place / STAMP).write_text("0\n")
    said()
    again()
    told = said()
    assert "comparing the files" in told
    assert "creating the environment" not in told


def test_a_header_that_appears_later_is_a_change(place: Path) -> None:
    folder = site(place) / "tensorflow" / "include"
    folder.mkdir()
    (folder / "op.h").write_text("// op\n")
    assert look(place).state is State.DAMAGED


@needs_uv
def test_the_cache_of_the_installer_keeps_its_files(
    place: Path, environments: Environments, cell: Cell
) -> None:
    headers = list(Path(os.environ["UV_CACHE_DIR"]).rglob("tensorflow/include/op.h"))
    (kept,) = headers
    assert kept.read_text() == "// op\n"
    (place / STAMP).unlink()
    assert look(built(environments, cell).parent.parent).state is State.SOUND


def _tag(place: Path) -> str:
    program = "import sys; print(sys.implementation.cache_tag)"
    python = place / "bin" / "python"
    return subprocess.run(
        [python, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()

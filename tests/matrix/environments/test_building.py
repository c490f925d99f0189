"""What a build makes sure of: that files are what was published, and that loaders can import."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.cell import Cell, Companion
from matrix.environments import installer
from matrix.environments.condition import VERIFIED_FOR
from matrix.environments.environments import Environments
from matrix.environments.stamp import STAMP
from matrix.errors import EnvironmentBroken, EnvironmentUnavailable
from tests.matrix.environments.conftest import (
    VERSION,
    built,
    digest_of,
    in_place,
    make_wheel,
    needs_uv,
    site,
    version_in,
    write_lock,
)

TAG = sys.implementation.cache_tag or ""
Harm = Callable[[Path], object]


@needs_uv
def test_bytes_changed_in_the_cache_of_uv_are_fetched_anew_and_told(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    source = site(place) / "h5py" / "__init__.py"
    assert source.stat().st_nlink > 1
    in_place(source, "File = 'evil'\n")
    said()
    built(environments, cell)
    told = said()
    assert "h5py/__init__.py has 14 bytes instead of 12" in told
    cache = os.environ["UV_CACHE_DIR"]
    assert f"Files in the cache of the installer ({cache}) were not what was published" in told
    assert "They were removed from it: h5py." in told
    assert source.read_text() == "File = None\n"
    # The next environment gets what was published, and no complaint.
    (place / STAMP).unlink()
    built(environments, cell)
    assert "published" not in said()
    assert source.read_text() == "File = None\n"


@needs_uv
def test_hidden_change_in_the_cache_of_uv_is_found_when_an_environment_is_built(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    source = site(place) / "tensorflow" / "part.py"
    in_place(site(place) / "h5py" / "__init__.py", "File = Evil\n", quietly=True)
    (place / STAMP).unlink()
    said()
    built(environments, cell)
    assert "(h5py/__init__.py is not what its package recorded)" in said()
    assert (site(place) / "h5py" / "__init__.py").read_text() == "File = None\n"
    assert source.exists()


@needs_uv
def test_file_added_in_the_cache_of_uv_is_not_installed(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    (module,) = Path(os.environ["UV_CACHE_DIR"]).rglob("h5py/__init__.py")
    (module.parent.parent / "evil.pth").write_text("import os\n")
    (place / STAMP).unlink()
    said()
    built(environments, cell)
    assert "evil.pth belongs to no package" in said()
    assert not (site(place) / "evil.pth").exists()
    assert (site(place) / "h5py" / "__init__.py").exists()


@needs_uv
def test_changed_cache_without_anything_else_makes_the_cell_unavailable(
    environments: Environments, cell: Cell, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_place(site(place) / "h5py" / "__init__.py", "File = 'evil'\n")
    install = installer.install

    def from_the_cache_alone(*words: Any, fresh: bool = False, **named: Any) -> str | None:
        return "no network" if fresh else install(*words, **named)

    monkeypatch.setattr(installer, "install", from_the_cache_alone)
    wanted = (
        r"could not be downloaded again: the run is offline. Run `uv cache clean h5py` and repeat"
    )
    with pytest.raises(EnvironmentUnavailable, match=wanted):
        built(replace(environments, offline=True), cell)


@pytest.fixture
def mistaken(environments: Environments, wheels: Path, wheel: Path) -> Path:
    """The wheel of an h5py whose RECORD is wrong."""
    wrong = make_wheel(wheels, "h5py", "3.99.0", {"h5py/__init__.py": "x = 1\n"}, wrong=True)
    write_lock(environments, digest_of(wheel), h5py=digest_of(wrong))
    return wrong


@pytest.mark.usefixtures("mistaken")
def test_record_that_is_wrong_in_the_wheel_itself_is_accepted(
    again: Callable[[], Path], said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said()
    place = again().parent.parent
    assert (site(place) / "h5py" / "__init__.py").read_text() == "x = 1\n"
    # Nobody has changed it, and the cache is left alone.
    assert "removed from it" not in said()
    later = time.time() + VERIFIED_FOR + 1
    monkeypatch.setattr(time, "time", lambda: later)
    again()
    assert said() == ""
    # It is known for what it is, and not for anything.
    in_place(site(place) / "h5py" / "__init__.py", "x = 2\n", quietly=True)
    monkeypatch.setattr(time, "time", lambda: later + VERIFIED_FOR + 1)
    again()
    assert "h5py/__init__.py is not what its package recorded" in said()


@pytest.fixture
def broken(
    environments: Environments, wheels: Path, wheel: Path, tmp_path: Path
) -> Mapping[str, Path]:
    """The lock has an h5py that does not import as long as a file is not there."""
    lacking = tmp_path / "library"
    text = f"open({str(lacking)!r})\n"
    bad = make_wheel(wheels, "h5py", "3.99.0", {"h5py/__init__.py": text})
    write_lock(environments, digest_of(wheel), h5py=digest_of(bad))
    return {"library": lacking}


def test_what_loaders_need_and_does_not_import_makes_the_cell_broken(
    environments: Environments, cell: Cell, broken: Mapping[str, Path], said: Callable[[], str]
) -> None:
    for builds in (2, 0):
        with pytest.raises(EnvironmentBroken, match=r"h5py does not import \(FileNotFoundError"):
            built(environments, cell)
        # It is built once more; after that only the import is tried.
        assert said().count("installing") == builds
    broken["library"].touch()
    assert version_in(built(environments, cell)) == VERSION
    said()
    built(environments, cell)
    assert said() == ""


def test_package_that_ends_python_is_named(
    environments: Environments, cell: Cell, wheels: Path, wheel: Path
) -> None:
    deadly = {"h5py/__init__.py": "import os\nos._exit(3)\n"}
    write_lock(
        environments, digest_of(wheel), h5py=digest_of(make_wheel(wheels, "h5py", "3.99.0", deadly))
    )
    with pytest.raises(EnvironmentBroken, match=r"h5py does not import \(.*exit code 3"):
        built(environments, cell)


def beside(cell: Cell, environments: Environments, module: str) -> Cell:
    """The cell with a companion that is not there, and the same lock."""
    companion = Companion(name="odd", label="odd", requirement="odd", module=module)
    found = replace(cell, companions=(companion,))
    lock = environments._derived(found)
    lock.write_text((environments.folder / "locks" / f"{VERSION}.txt").read_text())
    return found


def test_companion_that_does_not_import_makes_its_cell_broken(
    environments: Environments, cell: Cell
) -> None:
    with pytest.raises(EnvironmentBroken, match="odd does not import"):
        built(environments, beside(cell, environments, "odd"))


def test_module_that_was_guessed_may_be_missing(environments: Environments, cell: Cell) -> None:
    assert version_in(built(environments, beside(cell, environments, "odd?"))) == VERSION

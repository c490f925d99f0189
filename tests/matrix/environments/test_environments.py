"""Environments are built for real, from a lock and a tiny wheel of our own: no network."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.environments.environments import Environments
from matrix.environments.stamp import STAMP
from matrix.errors import EnvironmentUnavailable
from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.plan.plan import PlannedCell
from matrix.plan.variant import ONLY
from matrix.run.cell import CellRun
from matrix.run.store import Store
from tests.matrix.environments.conftest import (
    VERSION,
    built,
    digest_of,
    needs_uv,
    site,
    version_in,
    write_lock,
)


@pytest.mark.parametrize("backend", [pytest.param("uv", marks=needs_uv), "virtualenv", "venv"])
def test_every_backend_builds_the_same(
    environments: Environments, cell: Cell, backend: str
) -> None:
    chosen = replace(environments, backend=backend)
    assert version_in(built(chosen, cell)) == VERSION
    assert chosen.finished(cell)


def test_stamped_environment_costs_no_installer_call(
    environments: Environments,
    cell: Cell,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    python = built(environments, cell)
    monkeypatch.setattr(subprocess, "run", None)
    caplog.set_level(logging.INFO, "loadmatrix")
    with environments.ready(cell) as again:
        assert (again, caplog.messages) == (python, [])


def test_environment_without_a_stamp_is_built_again(environments: Environments, cell: Cell) -> None:
    place = built(environments, cell).parent.parent
    (place / STAMP).unlink()
    (place / "half-written").touch()
    assert not environments.finished(cell)
    assert version_in(built(environments, cell)) == VERSION
    assert not (place / "half-written").exists()


def test_environment_without_its_python_is_built_again(
    environments: Environments, cell: Cell
) -> None:
    python = built(environments, cell)
    python.unlink()
    assert not environments.finished(cell)
    assert version_in(built(environments, cell)) == VERSION


def test_changed_lock_is_another_environment(
    environments: Environments, cell: Cell, wheel: Path
) -> None:
    first = built(environments, cell)
    write_lock(environments, digest_of(wheel), comment="# something else\n")
    assert not environments.finished(cell)
    assert built(environments, cell) != first
    assert first.exists()


@pytest.mark.parametrize("backend", [pytest.param("uv", marks=needs_uv), "virtualenv"])
def test_wrong_hash_is_refused_with_the_last_lines_of_the_installer(
    environments: Environments, cell: Cell, backend: str
) -> None:
    write_lock(environments, "0" * 64)
    chosen = replace(environments, backend=backend)
    with pytest.raises(
        EnvironmentUnavailable, match=r"The installation of 2\.99\.0 failed"
    ) as error:
        built(chosen, cell)
    assert "hash" in str(error.value).lower()
    assert "0" * 64 in str(error.value)
    assert not chosen.finished(cell)


def test_missing_wheel_is_unavailable(environments: Environments, cell: Cell, wheel: Path) -> None:
    wheel.unlink()
    with pytest.raises(EnvironmentUnavailable, match=r"Output of the installer: .*tensorflow"):
        built(environments, cell)


def test_failed_build_is_tried_again_by_the_next_run(
    environments: Environments, cell: Cell, wheel: Path
) -> None:
    hidden = wheel.rename(wheel.with_suffix(".hidden"))
    with pytest.raises(EnvironmentUnavailable):
        built(environments, cell)
    hidden.rename(wheel)
    assert version_in(built(environments, cell)) == VERSION


_BUILD = """
import logging, sys
from pathlib import Path
from packaging.version import Version
from matrix.run.cell import CellRun
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
from matrix.catalogue.cell import Cell
from matrix.environments.environments import Environments
from matrix.catalogue.releases import Release
folder, interpreter, python, version = sys.argv[1:]
pythons = {python: Path(interpreter)}
release = Release(version=Version(version), patches=(), pythons=(python,), distributions={},
                  keras="3.0", tf_keras=None, pins=(), graphdef=0, installed_mb=1)
cell = Cell(release=release, python=python)
with Environments(folder=Path(folder), pythons=pythons).ready(cell) as found:
    print(found)
"""


def test_two_processes_that_build_the_same_end_with_one_environment(
    environments: Environments, cell: Cell
) -> None:
    words = [str(environments.folder), sys.executable, cell.python, VERSION]
    builders = [
        subprocess.Popen(
            [sys.executable, "-c", _BUILD, *words],
            cwd=Path(__file__).resolve().parents[3],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [builder.communicate(timeout=120)[0].splitlines() for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0]
    assert said[0][-1] == said[1][-1]
    assert sum(line.startswith("installing") for lines in said for line in lines) == 1
    assert version_in(Path(said[0][-1])) == VERSION


def test_discarded_environment_is_gone(environments: Environments, cell: Cell) -> None:
    with environments.ready(cell, discard=True) as python:
        assert version_in(python) == VERSION
    assert not python.parent.parent.exists()
    assert not environments.finished(cell)


def _unpacked() -> list[Path]:
    """What the cache of uv has of the tiny packages."""
    return list(Path(os.environ["UV_CACHE_DIR"]).rglob("h5py/__init__.py"))


@pytest.fixture
def served(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The wheels come over a network, as those of an index do."""
    serve = functools.partial(SimpleHTTPRequestHandler, directory=str(wheels))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.delenv("UV_OFFLINE", raising=False)
        monkeypatch.setenv("UV_NO_INDEX", "1")
        monkeypatch.setenv("UV_FIND_LINKS", f"http://127.0.0.1:{server.server_port}/")
        yield
        server.shutdown()


@needs_uv
@pytest.mark.usefixtures("served")
def test_nothing_of_a_discarded_environment_stays_in_the_cache_of_uv(
    environments: Environments, cell: Cell
) -> None:
    with environments.ready(cell, discard=True) as python:
        assert version_in(python) == VERSION
        assert not (python.parent.parent / ".packages").exists()
    assert _unpacked() == []


@needs_uv
@pytest.mark.usefixtures("served")
def test_what_the_cache_of_uv_has_is_used_for_an_environment_that_is_discarded(
    environments: Environments, cell: Cell
) -> None:
    built(environments, cell)
    environments.forget(cell)
    (known,) = _unpacked()
    with environments.ready(cell, discard=True) as python:
        assert (site(python.parent.parent) / "h5py" / "__init__.py").samefile(known)
    assert _unpacked() == [known]


def test_discarded_environment_is_gone_after_a_failure_too(
    environments: Environments, cell: Cell
) -> None:
    with pytest.raises(ZeroDivisionError), environments.ready(cell, discard=True) as python:
        raise ZeroDivisionError
    assert not python.parent.parent.exists()


def test_discarding_also_removes_what_was_built_before(
    environments: Environments, cell: Cell
) -> None:
    python = built(environments, cell)
    with environments.ready(cell, discard=True):
        pass
    assert not python.exists()


def test_forgotten_environment_is_built_again(
    environments: Environments, cell: Cell, caplog: pytest.LogCaptureFixture
) -> None:
    built(environments, cell)
    environments.forget(cell)
    caplog.set_level(logging.INFO, "loadmatrix")
    with environments.ready(cell):
        assert any(line.startswith("installing") for line in caplog.messages)


def test_environment_damaged_after_its_stamp_is_rebuilt_by_the_run(
    environments: Environments, cell: Cell, tmp_path: Path
) -> None:
    place = built(environments, cell).parent.parent
    for part in place.rglob("tensorflow/part.py"):
        part.unlink()
    runs = CellRun(
        environments=environments,
        store=Store(folder=tmp_path / "results"),
        limits=Limits(),
    )
    seen = runs.run(PlannedCell(cell=cell, checks=())).verification
    assert seen is not None
    assert seen.probe.imported
    assert version_in(place / "bin" / "python") == VERSION


@pytest.mark.parametrize("harm", ["removed", "cut"])
def test_environment_that_lost_a_file_is_rebuilt_and_not_taken_for_the_release(
    environments: Environments,
    cell: Cell,
    tmp_path: Path,
    harm: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = built(environments, cell).parent.parent
    (part,) = place.rglob("tensorflow/saved_model.py")
    part.unlink()
    if harm == "cut":
        part.write_text("def lo")
    caplog.set_level(logging.INFO, "loadmatrix")
    runs = CellRun(
        environments=environments,
        store=Store(folder=tmp_path / "results"),
        limits=Limits(),
    )
    check = Check(model=0, path=str(tmp_path), loader="saved_model", variant=ONLY.given(tags=None))
    seen = runs.run(PlannedCell(cell=cell, checks=(check,))).verification
    assert seen is not None
    error = seen.checks[check.id].error
    assert error is not None
    assert (error.type, error.message) == ("ValueError", "the model")
    wanted = "is not as it was installed (tensorflow/saved_model.py"
    assert any(wanted in line for line in caplog.messages)


def test_missing_interpreter_says_which_python_to_install(
    environments: Environments, cell: Cell
) -> None:
    absent = replace(cell, python="3.9")
    offline = replace(environments, offline=True, pythons={})
    with pytest.raises(EnvironmentUnavailable, match="offline") as error:
        built(offline, absent)
    assert "Python 3.9" in str(error.value)
    assert "uv python install 3.9" in str(error.value)
    assert "pyenv install 3.9" in str(error.value)


def test_interpreter_that_does_not_start_is_unavailable(
    environments: Environments, cell: Cell, tmp_path: Path
) -> None:
    with pytest.raises(EnvironmentUnavailable, match="could not create an environment"):
        built(replace(environments, pythons={cell.python: tmp_path / "no-python"}), cell)


def test_full_disk_says_how_much_is_missing(environments: Environments, cell: Cell) -> None:
    huge = replace(cell, release=replace(cell.release, installed_mb=10**9))
    with pytest.raises(EnvironmentUnavailable, match=f"needs {10**9} MB") as error:
        built(environments, huge)
    assert "--envdir" in str(error.value)


def test_no_lock_and_no_network_is_unavailable(environments: Environments, cell: Cell) -> None:
    shutil.rmtree(environments.folder / "locks")
    with pytest.raises(EnvironmentUnavailable, match="could not be locked"):
        built(environments, replace(cell, release=replace(cell.release, pins=("nothing==1",))))


def test_bytecode_is_written_whatever_the_machine_says(
    environments: Environments, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    place = built(environments, cell).parent.parent
    assert list(place.rglob("tensorflow/__pycache__/part.*.pyc"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("PYTHONPATH", "/nowhere", id="pythonpath"),
        pytest.param("PIP_TARGET", "/nowhere", id="pip-target"),
        pytest.param("UV_SYSTEM_PYTHON", "1", id="uv-system"),
        pytest.param("VIRTUAL_ENV", "/nowhere", id="virtual-env"),
    ],
)
def test_settings_of_the_machine_do_not_divert_the_install(
    environments: Environments,
    cell: Cell,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    backend = "virtualenv" if name.startswith("PIP") else None
    assert version_in(built(replace(environments, backend=backend), cell)) == VERSION


def test_discarding_waits_for_whoever_still_uses_it(environments: Environments, cell: Cell) -> None:
    def discard() -> None:
        with environments.ready(cell, discard=True):
            pass

    with environments.ready(cell) as python:
        other = threading.Thread(target=discard)
        other.start()
        other.join(1)
        # Taking it away now would look like a release that cannot load the model.
        assert python.exists()
        assert other.is_alive()
    other.join(30)
    assert not python.exists()

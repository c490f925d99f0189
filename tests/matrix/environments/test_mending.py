"""What has changed in an environment is put right before anything runs in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.environments import environments as ready_module
from matrix.environments.environments import Environments, hold_on
from matrix.environments.stamp import FILES, STAMP, read_stamp
from matrix.errors import EnvironmentUnavailable
from tests.matrix.environments.conftest import (
    VERSION,
    built,
    rewritten,
    site,
    version_in,
)

TAG = sys.implementation.cache_tag or ""
Harm = Callable[[Path], object]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        pytest.param(
            lambda at: shutil.rmtree(site(at) / "h5py"), "h5py/__init__.py is missing", id="h5py"
        ),
        pytest.param(
            lambda at: rewritten(site(at) / "h5py" / "__init__.py", "x"),
            "h5py/__init__.py has 1 bytes instead of 12",
            id="cut",
        ),
        pytest.param(
            lambda at: (site(at) / "evil.pth").write_text("import os\n"),
            "evil.pth was added",
            id="pth",
        ),
        pytest.param(
            lambda at: next(site(at).glob("h5py-*/RECORD")).unlink(),
            "h5py-3.99.0.dist-info/RECORD is missing",
            id="list",
        ),
        pytest.param(
            lambda at: rewritten(at / "pyvenv.cfg", "home = /nowhere\n"), "pyvenv.cfg", id="cfg"
        ),
    ],
)
def test_damaged_environment_is_built_anew_and_says_why(
    place: Path, again: Callable[[], Path], said: Callable[[], str], *, harm: Harm, words: str
) -> None:
    said()
    harm(place)
    assert version_in(again()) == VERSION
    assert f"the environment of {VERSION} is not as it was installed (" in (told := said())
    assert words in told
    assert (site(place) / "h5py" / "__init__.py").read_text() == "File = None\n"
    assert not (site(place) / "evil.pth").exists()
    again()
    assert said() == ""


def test_damage_that_cannot_be_put_right_is_told_in_one_sentence(
    environments: Environments, cell: Cell, place: Path, wheel: Path
) -> None:
    shutil.rmtree(site(place) / "tensorflow")
    wheel.unlink()
    shutil.rmtree(os.environ["UV_CACHE_DIR"], ignore_errors=True)
    wanted = (
        r"The environment of 2\.99\.0 is not as it was installed \(tensorflow/__init__\.py is "
        r"missing.*\), and could not be rebuilt\. The installation of 2\.99\.0 failed\."
    )
    with pytest.raises(EnvironmentUnavailable, match=wanted):
        built(environments, cell)


def evil_bytecode(source: Path) -> Path:
    """Bytecode that Python takes for that of a source, and that does something else."""
    text, status = source.read_text(), source.stat()
    program = "import py_compile, sys; py_compile.compile(sys.argv[1], doraise=True)"
    evil = "__version__ = 'evil'\n"
    # The same size and time, as the header of the bytecode says.
    rewritten(source, (evil + "#" * status.st_size)[: max(status.st_size, len(evil))])
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    subprocess.run([sys.executable, "-c", program, str(source)], check=True)
    rewritten(source, text)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    return source.parent / "__pycache__" / f"{source.stem}.{TAG}.pyc"


def test_bytecode_that_was_replaced_is_not_believed(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    compiled = evil_bytecode(site(place) / "tensorflow" / "__init__.py")
    assert version_in(place / "bin" / "python") == "evil"
    said()
    assert version_in(built(environments, cell)) == VERSION
    # It is compiled again, and nothing is installed.
    assert "installing" not in said()
    assert compiled.exists()
    built(environments, cell)
    assert said() == ""


def test_bytecode_that_was_added_is_removed_and_nothing_is_done_besides(
    environments: Environments,
    cell: Cell,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: Callable[[], str],
) -> None:
    added = evil_bytecode(site(place) / "tensorflow" / "saved_model.py")
    said()
    with monkeypatch.context() as without:
        without.setattr(subprocess, "run", None)
        built(environments, cell)
    assert not added.exists()
    assert said() == ""


def test_python_call_of_a_user_leads_to_no_build(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    python = built(environments, cell)
    said()
    for _ in range(2):
        subprocess.run([python, "-c", "import tensorflow.saved_model"], check=True)
        foreign = site(place) / "tensorflow" / "__pycache__" / "part.cpython-36.pyc"
        foreign.write_bytes(b"of another Python")
        built(environments, cell)
        assert said() == ""
    assert foreign.exists()


def test_times_that_a_copy_has_lost_lead_to_a_comparison_and_no_build(
    environments: Environments, cell: Cell, place: Path, said: Callable[[], str]
) -> None:
    for path in site(place).rglob("*.py"):
        os.utime(path, (1e9, 1e9))
    said()
    assert version_in(built(environments, cell)) == VERSION
    told = said()
    assert "comparing the files" in told
    assert "installing" not in told
    # Bytecode has the time of its source in it: without new one every import would be slow.
    compiled = site(place) / "tensorflow" / "__pycache__" / f"part.{TAG}.pyc"
    assert int.from_bytes(compiled.read_bytes()[8:12], "little") == 10**9
    built(environments, cell)
    assert said() == ""


@pytest.mark.parametrize("stamp", [f"{VERSION}\n", "garbage", '{"schema": 99}'])
def test_stamp_that_says_nothing_leads_to_a_comparison_and_no_build(
    environments: Environments, cell: Cell, place: Path, stamp: str, said: Callable[[], str]
) -> None:
    (place / STAMP).write_text(stamp)
    (place / FILES).unlink()
    said()
    assert environments.finished(cell)
    assert version_in(built(environments, cell)) == VERSION
    told = said()
    assert "comparing the files" in told
    assert "installing" not in told
    assert read_stamp(place) is not None
    built(environments, cell)
    assert said() == ""


@pytest.mark.parametrize("stamp", [f"{VERSION}\n", "garbage"])
def test_added_file_is_found_without_a_stamp_too(
    environments: Environments, cell: Cell, place: Path, stamp: str, said: Callable[[], str]
) -> None:
    (place / STAMP).write_text(stamp)
    (site(place) / "evil.pth").write_text("import os\n")
    built(environments, cell)
    assert "evil.pth belongs to no package" in said()
    assert not (site(place) / "evil.pth").exists()


def test_bytecode_is_not_believed_where_the_stamp_was_changed(
    environments: Environments, cell: Cell, place: Path
) -> None:
    evil_bytecode(site(place) / "tensorflow" / "__init__.py")
    (place / STAMP).write_text("garbage")
    assert version_in(built(environments, cell)) == VERSION


def test_build_waits_for_whoever_still_uses_the_environment(
    environments: Environments, cell: Cell, place: Path
) -> None:
    (site(place) / "evil.pth").write_text("import os\n")
    other = threading.Thread(target=lambda: built(environments, cell))
    with hold_on(place).shared():
        other.start()
        other.join(1)
        assert other.is_alive()
        assert (site(place) / "tensorflow").exists()
    other.join(60)
    assert not (site(place) / "evil.pth").exists()


def test_environment_that_changes_again_and_again_is_given_up(
    environments: Environments, cell: Cell, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_nothing_right(*_: object) -> None:
        (site(place) / "evil.pth").touch()

    (site(place) / "evil.pth").touch()
    monkeypatch.setattr(ready_module, "put_right", put_nothing_right)
    with pytest.raises(EnvironmentUnavailable, match=r"changes as soon as it is built \(evil.pth"):
        built(environments, cell)

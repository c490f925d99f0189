"""How a probe starts, and that a wall can be put around every one of them."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.catalogue.runtime import PROBE
from matrix.environments.environments import Environments
from matrix.isolation.isolation import Isolation
from matrix.isolation.launch import Launch
from matrix.isolation.means import Means
from matrix.options.isolation import IsolationOptions
from matrix.plan.plan import PlannedCell
from matrix.run.cell import CellRun
from matrix.run.probe_process import verify
from matrix.run.probing.launcher import Launcher, _size, python_probe
from matrix.run.store import Store
from tests.builders import finish, make_release
from tests.conftest import LIMITS, FakePython, MakeCheck

ROOT = Path(__file__).resolve().parents[4]


class RecordingWall:
    """A throw-away wall: it puts a program before the command, and keeps what it was given."""

    def __init__(self, folder: Path) -> None:
        self.launches: list[Launch] = []
        self.passed = folder / "passed.txt"
        self.gate = folder / "gate.py"
        self.gate.write_text(
            "import subprocess, sys\n"
            f"open({str(self.passed)!r}, 'a').write('through\\n')\n"
            "sys.exit(subprocess.run(sys.argv[1:]).returncode)\n",
            encoding="utf-8",
        )

    def __call__(self, launch: Launch) -> Launch:
        self.launches.append(launch)
        return replace(launch, command=(sys.executable, str(self.gate), *launch.command))

    @property
    def isolation(self) -> Isolation:
        """The wall alone, which no probe has to raise."""
        means = Means(name="recording", trouble=lambda: "", around=self, is_wall=False)
        return Isolation(means=(means,), options=IsolationOptions(mode="off"))

    @property
    def times_passed(self) -> int:
        return len(self.passed.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def wall(tmp_path: Path) -> RecordingWall:
    """A wall around all that is started."""
    return RecordingWall(tmp_path)


@pytest.fixture
def launcher(fake_python: FakePython, tmp_path: Path, wall: RecordingWall) -> Launcher:
    """Starts the probe with an obedient fake, behind the wall."""
    command = python_probe(fake_python("obedient"))
    return Launcher(
        command=command, limits=LIMITS, folder=tmp_path / "probe", isolation=wall.isolation
    )


def test_probe_behind_a_wall_gives_the_same_answer(
    launcher: Launcher, make_check: MakeCheck, wall: RecordingWall
) -> None:
    check = make_check("loads")
    seen = verify(launcher, [check])
    assert seen.checks[check.id].loaded
    assert wall.times_passed == len(wall.launches) == 1


def test_repeated_check_goes_through_the_wall_too(
    launcher: Launcher, make_check: MakeCheck, wall: RecordingWall
) -> None:
    check = make_check("segfaults")
    assert verify(launcher, [check]).checks[check.id].repeated
    assert wall.times_passed == len(wall.launches) == 2


def test_wall_is_told_what_the_probe_reads_and_writes(
    launcher: Launcher, make_check: MakeCheck, wall: RecordingWall, tmp_path: Path
) -> None:
    inputs, own = str(tmp_path / "1.npz"), str(tmp_path / "layers.py")
    verify(launcher, [make_check("loads", inputs=(inputs,), custom_objects=own)])
    (launch,) = wall.launches
    assert launch.folder in launch.writable
    # What this tool keeps of a run is out of reach.
    assert not any((tmp_path / "probe").is_relative_to(path) for path in launch.writable)
    assert {PROBE.parent, tmp_path / "loads", Path(inputs), Path(own)} <= set(launch.readable)
    assert launch.environment["HOME"] == str(launch.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a privilege")
def test_what_a_model_claims_to_take_gives_it_no_room(tmp_path: Path) -> None:
    model, elsewhere = tmp_path / "model", tmp_path / "elsewhere"
    model.mkdir()
    for file in (elsewhere, model / "holes"):
        with file.open("wb") as opened:
            opened.truncate(2**42)
    (model / "link").symlink_to(elsewhere)
    assert _size(model) < 2**20
    assert _size(elsewhere) < 2**20


def test_variables_of_a_cell_reach_its_probe(
    launcher: Launcher, make_check: MakeCheck, wall: RecordingWall
) -> None:
    named = replace(launcher, variables={"KERAS_BACKEND": "jax"})
    verify(named, [make_check("loads")])
    assert wall.launches[0].environment["KERAS_BACKEND"] == "jax"


def test_every_probe_of_a_cell_is_behind_the_wall_of_the_run(
    wall: RecordingWall, tmp_path: Path, furnish: FakePython, make_check: MakeCheck
) -> None:
    cell = Cell(release=make_release("2.99.0"), python="3.11")
    environments = Environments(folder=tmp_path / "cache", offline=True, pythons={})
    lock = environments.folder / "locks" / cell.lock_name
    lock.parent.mkdir(parents=True)
    lock.write_text("# nothing\n", encoding="utf-8")
    place = environments.folder / "envs" / environments._name(cell, lock.read_text())
    furnish(place, "obedient")
    finish(place)
    store = Store(folder=tmp_path / "results")
    runs = CellRun(environments=environments, store=store, limits=LIMITS, isolation=wall.isolation)
    checks = (make_check("loads"), make_check("exits_at_once", model=1))
    seen = runs.run(PlannedCell(cell=cell, checks=checks)).verification
    assert seen is not None
    assert len(seen.checks) == 2
    assert wall.times_passed == len(wall.launches) == 2


def test_only_the_launcher_starts_probes() -> None:
    users = [path for room in ("matrix", "reports") for path in (ROOT / room).rglob("*.py")]
    starting = {
        path.relative_to(ROOT).as_posix()
        for path in users
        if "started" in _names(path) and path.name != "processes.py"
    }
    assert starting == {"matrix/run/probing/connection.py"}


def _names(path: Path) -> set[str]:
    """What a module imports of those that start processes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    from_there = (node for node in imports if node.module == "matrix.run.processes")
    return {alias.name for node in from_there for alias in node.names}

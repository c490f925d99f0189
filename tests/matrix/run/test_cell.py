"""One cell from nothing to its outcome, with fakes in environments that are stamped by hand."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.environments.environments import Environments
from matrix.environments.stamp import STAMP
from matrix.errors import EnvironmentBroken
from matrix.model.identify import identify
from matrix.plan.plan import PlannedCell
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.run.cell import CellRun
from matrix.run.keeping.chosen_models import choose
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from tests.builders import finish, make_plan, make_release
from tests.conftest import LIMITS, FakePython, MakeCheck

Plan = Callable[..., PlannedCell]
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "half_plus_two"
LOCK = "# nothing: the fake stands where an installer would put it\n"


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    """A cell of a release off the catalogue, with a lock that installs nothing."""
    path = tmp_path / "cache" / "locks" / "2.99.0.txt"
    path.parent.mkdir(parents=True)
    path.write_text(LOCK, encoding="utf-8")
    return Cell(release=make_release("2.99.0", installed_mb=1), python="3.11")


@pytest.fixture
def runs(tmp_path: Path) -> CellRun:
    """How cells are run here: offline, and without any Python."""
    return CellRun(
        environments=Environments(folder=tmp_path / "cache", offline=True, pythons={}),
        store=Store(folder=tmp_path / "results"),
        limits=LIMITS,
    )


@pytest.fixture
def place(runs: CellRun, cell: Cell) -> Path:
    """Where the environment of the cell stands."""
    return runs.environments.folder / "envs" / runs.environments._name(cell, LOCK)


@pytest.fixture
def stand_in(furnish: FakePython, place: Path) -> Callable[[str], None]:
    """Put a finished environment with a fake in the place of the real one."""

    def put(fake: str) -> None:
        furnish(place, fake)
        finish(place)

    return put


@pytest.fixture
def plan(cell: Cell, make_check: MakeCheck) -> Plan:
    """The cell with a check for each name."""

    def planned(*names: str) -> PlannedCell:
        checks = tuple(make_check(name, model=number) for number, name in enumerate(names))
        return PlannedCell(cell=cell, checks=checks)

    return planned


def written(runs: CellRun, outcome: Outcome) -> Outcome | None:
    return runs.store.read(outcome.cell)


def test_outcome_is_written_as_it_was(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None]
) -> None:
    stand_in("obedient")
    outcome = runs.run(plan("loads", "raises", "segfaults"))
    assert outcome.verification is not None
    assert len(outcome.verification.checks) == 3
    assert written(runs, outcome) == outcome


@pytest.mark.parametrize(
    "name",
    ["raises_half_a_character", "raises_without_a_message", "prints", "gives_no_number", "exits"],
)
def test_outcome_of_an_odd_model_is_written(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None], name: str
) -> None:
    stand_in("obedient")
    outcome = runs.run(plan(name))
    assert outcome.verification is not None
    assert list(outcome.verification.checks) == ["0:saved_model"]
    assert written(runs, outcome) is not None


def test_cell_that_cannot_be_built_is_unavailable(runs: CellRun, plan: Plan) -> None:
    outcome = runs.run(plan("loads"))
    assert outcome.unavailable is not None
    assert (
        "Python 3.11 was not found on this machine, and the run is offline" in outcome.unavailable
    )
    assert outcome.verification is None
    assert written(runs, outcome) == outcome


def test_cell_the_plan_rules_out_is_not_tried(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None]
) -> None:
    stand_in("obedient")
    outcome = runs.run(replace(plan("loads"), unavailable="there are no wheels"))
    assert (outcome.unavailable, outcome.verification) == ("there are no wheels", None)


def test_environment_that_stops_importing_is_given_up_and_rebuilt(
    runs: CellRun,
    plan: Plan,
    stand_in: Callable[[str], None],
    place: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand_in("fails_to_import")
    caplog.set_level(logging.INFO, "loadmatrix")
    outcome = runs.run(plan("loads"))
    assert "2.99.0 can no longer be imported: rebuilding its environment" in caplog.messages
    # Offline and without an interpreter it cannot be built: then it is as broken as it was seen.
    assert outcome.verification is not None
    assert outcome.verification.probe.imported is False
    assert not (place / STAMP).exists()


@pytest.fixture
def package(stand_in: Callable[[str], None], place: Path) -> Path:
    """A package of the environment, as an installer leaves it."""
    stand_in("obedient")
    (site,) = place.rglob("site-packages")
    folder, record = site / "fake_package", site / "fake_package-1.0.dist-info" / "RECORD"
    for path in (folder / "__init__.py", record):
        path.parent.mkdir()
    (folder / "__init__.py").write_text("import json\n", encoding="utf-8")
    record.write_text("fake_package/__init__.py,,12\n", encoding="utf-8")
    finish(place)
    return folder


def test_environment_that_was_damaged_is_not_tested_as_it_is(
    runs: CellRun, plan: Plan, package: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planned = plan("needs_a_package", "loads")
    whole = runs.run(planned).verification
    assert whole is not None
    assert [one.loaded for one in whole.checks.values()] == [True, True]
    shutil.rmtree(package)
    caplog.set_level(logging.INFO, "loadmatrix")
    outcome = runs.run(planned)
    what = (
        "he environment of 2.99.0 is not as it was installed (fake_package/__init__.py is missing)"
    )
    assert f"t{what}: rebuilding it" in caplog.messages
    # Offline it cannot be built: then that is what the cell says, and nothing of a release.
    assert outcome.verification is None
    assert outcome.unavailable is not None
    assert outcome.unavailable.startswith(f"T{what}, and could not be rebuilt. Python 3.11")


class _DamagedMeanwhile(Environments):
    """Environments in which a package vanishes while a test runs."""

    @contextlib.contextmanager
    def ready(self, cell: Cell, *, discard: bool = False) -> Iterator[Path]:
        with super().ready(cell, discard=discard) as python:
            (package,) = python.parent.parent.rglob("fake_package")
            shutil.rmtree(package)
            yield python


@pytest.mark.parametrize("discard", [False, True], ids=["kept", "discarded"])
def test_environment_that_is_damaged_meanwhile_is_broken_and_not_the_fault_of_the_release(
    runs: CellRun, plan: Plan, package: Path, *, discard: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert package.exists()
    planned = plan("needs_a_package", "loads")
    caplog.set_level(logging.INFO, "loadmatrix")
    environments = _DamagedMeanwhile(folder=runs.environments.folder, offline=True, pythons={})
    outcome = replace(runs, environments=environments, discard=discard).run(planned)
    wanted = "2.99.0 is damaged (fake_package/__init__.py is missing): rebuilding its environment"
    assert wanted in caplog.messages
    # Offline it cannot be built: then nothing that was seen there counts.
    (result,) = conclude(make_plan([planned.cell]), {"2.99.0": outcome})
    verdict = result.cells[0].verdict
    assert isinstance(verdict, verdicts.Broken)
    assert verdict.reason.startswith("its environment is damaged: fake_package/__init__.py")


class _Broken(Environments):
    """Environments in which something that loaders need does not import."""

    @contextlib.contextmanager
    def ready(self, cell: Cell, *, discard: bool = False) -> Iterator[Path]:  # noqa: ARG002
        raise EnvironmentBroken("h5py does not import")
        yield Path()


def test_environment_without_what_loaders_need_is_broken(
    runs: CellRun, plan: Plan, tmp_path: Path
) -> None:
    planned = plan("loads")
    outcome = replace(runs, environments=_Broken(folder=tmp_path / "cache")).run(planned)
    assert written(runs, outcome) == outcome
    (result,) = conclude(make_plan([planned.cell]), {"2.99.0": outcome})
    assert result.cells[0].verdict == verdicts.Broken(reason="h5py does not import")


def test_package_that_nobody_installed_is_an_answer(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None], place: Path
) -> None:
    stand_in("obedient")
    outcome = runs.run(plan("needs_a_package"))
    assert outcome.verification is not None
    error = outcome.verification.checks["0:saved_model"].error
    assert error is not None
    assert error.type == "ModuleNotFoundError"
    assert (place / STAMP).exists()


def test_environment_that_imports_is_left_alone(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None], place: Path
) -> None:
    stand_in("obedient")
    outcome = runs.run(plan("segfaults", "raises"))
    assert outcome.unavailable is None
    assert (place / STAMP).exists()


def test_discarding_removes_the_environment_after_the_probe(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None], place: Path
) -> None:
    stand_in("obedient")
    outcome = replace(runs, discard=True).run(plan("loads"))
    assert outcome.verification is not None
    assert outcome.verification.checks["0:saved_model"].loaded
    assert not place.exists()


def test_seconds_of_a_cell_are_those_of_its_checks_and_more(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None]
) -> None:
    stand_in("obedient")
    assert runs.run(plan("naps")).seconds > 0.6


def test_model_that_changes_meanwhile_is_noticed(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None], tmp_path: Path
) -> None:
    stand_in("obedient")
    model = tmp_path / "model"
    shutil.copytree(EXAMPLE, model)
    watching = replace(runs, models=[identify(model)])
    assert watching.run(plan("loads")).changed == ()
    shutil.rmtree(model)
    outcome = watching.run(plan("loads"))
    assert outcome.changed == (0,)
    assert written(runs, outcome) == outcome


def test_cell_tests_only_the_models_that_were_chosen_for_it(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None]
) -> None:
    stand_in("obedient")
    planned = plan("loads", "raises", "loads")
    choose(runs.store, planned.cell.id, [0, 2])
    outcome = runs.run(planned)
    assert outcome.models == (0, 2)
    assert outcome.verification is not None
    assert sorted(outcome.verification.checks) == ["0:saved_model", "2:saved_model"]
    assert written(runs, outcome) == outcome


def test_choice_of_another_run_is_not_followed(
    runs: CellRun, plan: Plan, stand_in: Callable[[str], None]
) -> None:
    stand_in("obedient")
    planned = plan("loads", "raises")
    choose(replace(runs.store, run="another"), planned.cell.id, [0])
    runs.store.reset_for({})
    outcome = runs.run(planned)
    assert outcome.models is None
    assert outcome.verification is not None
    assert len(outcome.verification.checks) == 2

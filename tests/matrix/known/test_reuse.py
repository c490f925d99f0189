"""What is known becomes outcomes of a run, and only the rest is run."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.catalogue.cell import Cell
from matrix.entries import Entries, Entry
from matrix.environments.environments import Environments
from matrix.files import write_json
from matrix.isolation.isolation import Isolation
from matrix.known.known import Known
from matrix.known.reuse import left_to_run, take_known
from matrix.model.facts import ModelFacts
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.outside import outside_file
from matrix.npz import write_arrays
from matrix.options.isolation import OFF, IsolationOptions
from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.plan_json import plan_document
from matrix.results.conclude import conclude
from matrix.run.keeping.joined_outcomes import together
from matrix.run.keeping.model_inputs import RULES
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import IsolationRecord
from matrix.run.store import Store
from tests.builders import (
    make_call,
    make_cell,
    make_model,
    make_options,
    make_outcome,
    make_ran,
    make_tensor,
)

VERSIONS = ("2.13.1", "2.14.1", "2.15.1")
PYTHON = "3.11.7"
TIMED_OUT = CheckRecord(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=1))


@dataclass(frozen=True, kw_only=True)
class House:
    """A cache with environments that have a Python, and results of one run after another."""

    folder: Path
    models: tuple[ModelFacts, ...]
    cells: tuple[Cell, ...]

    def plan(self, *numbers: int, **changes: Any) -> Plan:
        """A plan for some of the models, each with one check in each cell."""
        models = tuple(self.models[number] for number in numbers or (0,))
        planned = tuple(
            PlannedCell(
                cell=cell,
                checks=tuple(
                    Check(model=number, path=str(model.load_path), loader="saved_model")
                    for number, model in enumerate(models)
                ),
            )
            for cell in self.cells
        )
        plan = Plan(
            models=models,
            cells=planned,
            run_order=tuple(cell.id for cell in self.cells),
            nearest=(None,) * len(models),
            risks=((),) * len(models),
        )
        return replace(plan, **changes)

    def known(self, plan: Plan, **changes: Any) -> Known:
        fields: dict[str, Any] = {
            "entries": Entries(folder=self.folder / "known"),
            "environments": Environments(folder=self.folder, backend="uv"),
            "limits": Limits(),
            "isolation": Isolation(means=(), options=IsolationOptions(mode=OFF)),
        }
        return Known(plan=plan, **{**fields, **changes})

    def store(self, plan: Plan, name: str = "results", files: int = 1) -> Store:
        """The results of a new run, in which each model has inputs."""
        store = Store(folder=self.folder / name)
        shutil.rmtree(store.folder, ignore_errors=True)
        store.reset_for(plan_document(plan))
        for number in range(len(plan.models)):
            place = store.inputs(number).emptied()
            write_json(place / RULES, {})
            for turn in range(1, files + 1):
                write_arrays(place / f"{turn}.npz", {"x": np.arange(turn)})
        return store

    def keep(
        self, plan: Plan, records: Mapping[str, CheckRecord], *cells: str, **changes: Any
    ) -> None:
        """Have a run of cells keep what its checks said."""
        store, known = self.store(plan), self.known(plan)
        for cell in cells or plan.run_order:
            outcome = make_outcome(cell, records, environment={"python": PYTHON}, **changes)
            known.keep(plan.cell(cell), outcome, store, {})


@pytest.fixture
def house(tmp_path: Path) -> House:
    cells = tuple(make_cell(version) for version in VERSIONS)
    environments = Environments(folder=tmp_path, backend="uv")
    for cell in cells:
        name = environments.known_name(cell)
        assert name is not None
        place = tmp_path / "envs" / name
        place.mkdir(parents=True)
        (place / "pyvenv.cfg").write_text(f"home = /usr\nversion_info = {PYTHON}\n")
    models = tuple(make_model(path=Path(f"/models/{n}"), sha256=f"{n}" * 64) for n in (1, 2))
    return House(folder=tmp_path, models=models, cells=cells)


def test_what_is_known_is_not_run_and_says_when_it_was_measured(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": make_ran(1.0)}, "2.13.1", "2.15.1")
    store = house.store(plan)
    assert take_known(plan, store, house.known(plan)).run_order == ("2.14.1",)
    outcome = store.read("2.15.1")
    assert outcome is not None
    assert (
        outcome.verification
        == make_outcome(
            "2.15.1", {"0:saved_model": make_ran(1.0)}, environment={"python": PYTHON}
        ).verification
    )
    assert outcome.reused.keys() == {0}
    assert store.is_settled("2.15.1")
    assert not store.is_finished("2.14.1")


def test_one_more_model_is_run_alone(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.keep(house.plan(1), {"0:saved_model": make_ran(2.0)})
    plan = house.plan(0, 1)
    store = house.store(plan)
    caplog.set_level(logging.INFO, "loadmatrix")
    assert take_known(plan, store, house.known(plan)).run_order == VERSIONS
    assert "Known from earlier runs: some models of 3 of 3 cells; --fresh" in caplog.text
    known = store.known("2.14.1")
    assert known is not None
    assert known.reused.keys() == {1}
    # A run that is stopped before it reaches the cell knows that much.
    assert store.read("2.14.1") == known
    measured = make_outcome("2.14.1", {"0:saved_model": make_ran(1.0)})
    whole = together(measured, known)
    assert whole.verification is not None
    assert list(whole.verification.checks) == ["1:saved_model", "0:saved_model"]
    assert (known.is_reused, whole.is_reused) == (True, False)
    first, second = conclude(plan, {"2.14.1": whole})
    assert [one.cells[1].source.value for one in (first, second)] == ["measured", "reused"]


@pytest.mark.parametrize(
    "trouble",
    [
        Outcome(cell="2.14.1", seconds=1.0, unavailable="no network"),
        make_outcome("2.14.1", imported=False),
    ],
    ids=["unavailable", "broken"],
)
def test_known_answers_stand_whatever_comes_of_the_cell(house: House, trouble: Outcome) -> None:
    house.keep(house.plan(1), {"0:saved_model": make_ran(2.0)})
    plan = house.plan(0, 1)
    store = house.store(plan)
    take_known(plan, store, house.known(plan))
    known = store.known("2.14.1")
    assert known is not None
    first, second = conclude(plan, {"2.14.1": together(trouble, known)})
    assert first.cells[1].verdict.word in ("unavailable", "broken")
    assert second.cells[1].verdict.word == "runs"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"limits": Limits(seconds=7)}, id="limits"),
        pytest.param({"limits": Limits(memory_mb=7)}, id="memory"),
    ],
)
def test_other_options_are_measured(house: House, change: dict[str, Any]) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    left = take_known(plan, house.store(plan), house.known(plan, **change))
    assert left.run_order == VERSIONS


def test_other_inputs_are_measured(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    assert take_known(plan, house.store(plan, files=2), house.known(plan)).run_order == VERSIONS


def test_other_lock_or_python_runs_one_cell(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    name = house.known(plan).environments.known_name(house.cells[1])
    assert name is not None
    (house.folder / "envs" / name / "pyvenv.cfg").write_text("version = 3.11.8\n")
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == ("2.14.1",)


def test_walls_that_held_then_and_do_not_now_are_measured(house: House) -> None:
    plan = house.plan()
    walls = IsolationRecord(observed=("reads", "network"))
    house.keep(plan, {"0:saved_model": make_ran(1.0)}, isolation=walls)
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == VERSIONS


def test_no_answer_is_tried_again(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": TIMED_OUT})
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == VERSIONS


def test_model_that_names_other_files_is_known_only_behind_walls(house: House) -> None:
    risk = outside_file("/data/vocabulary.txt", "a table reads", OpPlacement.LOAD)
    plan = house.plan(risks=((risk,),))
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == VERSIONS
    nobody_looked = house.plan(risks=())
    house.keep(nobody_looked, {"0:saved_model": make_ran(1.0)})
    left = take_known(nobody_looked, house.store(plan), house.known(nobody_looked))
    assert left.run_order == VERSIONS


def test_model_with_linked_folders_is_known_only_behind_walls(house: House, tmp_path: Path) -> None:
    """Their files are in no digest of the model: others may be there the next time."""
    model = tmp_path / "model"
    (tmp_path / "elsewhere").mkdir()
    model.mkdir()
    plan = house.plan(models=(replace(house.models[0], path=model),))
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == ()
    (model / "variables").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == VERSIONS


def _ran_with(file: str) -> CheckRecord:
    call = make_call(make_tensor(1.0), fed="file", file=file)
    return CheckRecord(stage="run", loaded=True, calls=(call,))


def test_cell_that_was_fed_other_inputs_is_measured_to_be_compared(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": _ran_with("2")}, "2.13.1", "2.15.1")
    house.keep(plan, {"0:saved_model": _ran_with("1")}, "2.14.1")
    store = house.store(plan)
    assert take_known(plan, store, house.known(plan)).run_order == ("2.14.1",)
    # Cells that are run now begin with what the others were fed.
    assert store.inputs(0).first == {"serve": "2"}


def test_large_outputs_are_there_again(house: House) -> None:
    plan = house.plan()
    known, store = house.known(plan), house.store(plan)
    write_arrays(store.cell_folder("2.14.1") / "all" / "outputs-0.npz", {"0": np.arange(9.0)})
    record = replace(make_ran(1.0), stored="all/outputs-0.npz")
    outcome = make_outcome("2.14.1", {"0:saved_model": record}, environment={"python": PYTHON})
    known.keep(plan.cell("2.14.1"), outcome, store, {})
    there = house.store(plan, "elsewhere")
    assert take_known(plan, there, known).run_order == ("2.13.1", "2.15.1")
    found = there.read("2.14.1")
    assert found is not None
    assert found.verification is not None
    stored = found.verification.checks["0:saved_model"].stored
    assert stored is not None
    assert there.stored("2.14.1", stored, "0").tolist() == list(range(9))


@pytest.mark.parametrize("kind", ["missing", "link", "outside"])
def test_outputs_that_cannot_be_read_are_not_kept(house: House, kind: str) -> None:
    plan = house.plan()
    known, store = house.known(plan), house.store(plan)
    folder = store.cell_folder("2.14.1") / "all"
    folder.mkdir(parents=True)
    (house.folder / "secret.npz").write_bytes(b"secret")
    if kind == "link":
        (folder / "outputs-0.npz").symlink_to(house.folder / "secret.npz")
    name = "../../secret.npz" if kind == "outside" else "all/outputs-0.npz"
    record = replace(make_ran(1.0), stored=name)
    outcome = make_outcome("2.14.1", {"0:saved_model": record}, environment={"python": PYTHON})
    known.keep(plan.cell("2.14.1"), outcome, store, {})
    assert take_known(plan, house.store(plan), known).run_order == VERSIONS


def test_outputs_that_would_lie_elsewhere_are_not_written(house: House) -> None:
    plan = house.plan()
    known, store = house.known(plan), house.store(plan)
    write_arrays(store.cell_folder("2.14.1") / "all" / "outputs-0.npz", {"0": np.arange(9.0)})
    record = replace(make_ran(1.0), stored="all/outputs-0.npz")
    outcome = make_outcome("2.14.1", {"0:saved_model": record}, environment={"python": PYTHON})
    known.keep(plan.cell("2.14.1"), outcome, store, {})
    (path,) = known.entries.folder.iterdir()
    entry = known.entries.read(path.name)
    assert entry is not None
    text = json.dumps(entry.document).replace("outputs-0.npz", "../../evil.npz")
    evil = Entry(document=json.loads(text), files={"../../evil.npz": b"evil"})
    known.entries.write(path.name, evil)
    there = house.store(plan, "elsewhere")
    assert take_known(plan, there, known).run_order == VERSIONS
    assert not list(house.folder.rglob("evil.npz"))


def test_damaged_entry_is_measured_and_stops_nothing(house: House) -> None:
    plan = house.plan()
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    for path in (house.folder / "known").iterdir():
        content = path.read_bytes()
        path.write_bytes(content[:-7])
        os.utime(path, (1, 1))
    assert take_known(plan, house.store(plan), house.known(plan)).run_order == VERSIONS
    assert list((house.folder / "known").iterdir()) == []


def test_mistake_of_ours_costs_a_sentence(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from matrix.known import reuse

    def mistaken(*_: object) -> Plan:
        raise RuntimeError("odd")

    monkeypatch.setattr(reuse, "take_known", mistaken)
    plan = house.plan()
    options = make_options(envdir=house.folder)
    left = left_to_run(plan, options, house.store(plan), with_inputs=False)
    assert left.run_order == VERSIONS
    assert "Not all that earlier runs have measured can be used (RuntimeError: odd)." in caplog.text


def test_nothing_is_taken_with_fresh(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADMATRIX_KNOWN", str(house.folder / "known"))
    plan = house.plan()
    options = make_options(envdir=house.folder, isolation=IsolationOptions(mode=OFF))
    house.keep(plan, {"0:saved_model": make_ran(1.0)})
    for fresh, left in ((True, VERSIONS), (False, ())):
        asked = replace(options, fresh=fresh, venv_backend="uv")
        found = left_to_run(plan, asked, house.store(plan), with_inputs=False)
        assert found.run_order == left

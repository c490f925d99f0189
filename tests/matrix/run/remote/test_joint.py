"""Models whose inputs are too large to be sent together are sent one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.remote import asked as asking
from matrix.run.remote.asked import shared_values, too_large, unit_of
from matrix.run.remote.joint import Joint
from matrix.run.remote.taken import give_up, take
from matrix.run.remote.unit_process import UnitProcess
from tests.builders import make_outcome
from tests.matrix.run.conftest import CELLS, BegunRun

Begun = Callable[..., BegunRun]
Copied = Callable[[str], Path]
STORED = CheckRecord(stage="run", loaded=True, stored="all/outputs-0.npz")


def outcome(model: int, record: CheckRecord = STORED) -> Outcome:
    return make_outcome("2.15.1", {f"{model}:keras": record})


def unavailable(why: str) -> Outcome:
    return Outcome(cell="2.15.1", seconds=1.0, unavailable=why)


def test_cell_in_two_units_says_what_it_says_in_one(
    begun: Begun, model_named: Copied, process: UnitProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(model_named("loads"), model_named("raises"))
    monkeypatch.setattr(asking, "MOST_SHARED", 1)
    values = list(shared_values(run.plan, run.options, run.store, (0, 1)))
    assert [list(value.inputs) for value in values] == [[0], [1]]
    joint = Joint.about({0, 1}, {})
    for value in values:
        some = run.asked().of(value.inputs)
        unit = unit_of(some, value.digest, run.options, run.store)
        seen = take(process.perform(unit, value, lambda: True), some, run.store, joint=joint)
        assert run.store.read(CELLS[1]) == seen
        # What is still to come is tried again by the same command, should the run end here.
        assert run.store.is_settled(CELLS[1]) == joint.is_whole
        assert run.store.is_finished(CELLS[1]) == joint.is_whole
    assert seen.verification is not None
    loaded = {name: one.loaded for name, one in seen.verification.checks.items()}
    assert (loaded["0:saved_model"], loaded["1:saved_model"]) == (True, False)


def test_model_with_inputs_that_are_never_sent_is_named(
    begun: Begun, model_named: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(model_named("loads"))
    assert too_large(run.store, (0,)) == {}
    inputs = run.store.inputs(0)
    file = next(iter(inputs.arrays), inputs.folder / "1.npz")
    file.write_bytes(bytes(range(256)) * 8)
    monkeypatch.setattr(asking, "MOST_SHARED", 200)
    never = too_large(run.store, (0,))
    assert "--executor nox" in never[0]
    assert Joint.about({0}, never).is_whole


def test_files_of_units_do_not_replace_each_other() -> None:
    joint = Joint.about({0, 1}, {})
    names: list[str] = []
    for model in (0, 1):
        one, files = joint.named(outcome(model), {"all/outputs-0.npz": b"x"})
        seen = joint.with_unit(one, {model})
        names += files
    assert names == ["all/outputs-0.npz", "unit-1-all/outputs-0.npz"]
    assert seen.verification is not None
    assert [one.stored for one in seen.verification.checks.values()] == names


def test_lost_unit_leaves_what_the_other_has_said(begun: Begun, model_named: Copied) -> None:
    run = begun(model_named("loads"), model_named("raises"))
    joint = Joint.about({0, 1}, {})
    assert give_up(run.asked().of({0}), joint, run.store, "its worker was lost") is None
    joint = Joint.about({0, 1}, {})
    joint.with_unit(replace(outcome(0), cell=CELLS[1]), {0})
    left = give_up(run.asked().of({1}), joint, run.store, "its worker was lost")
    assert left is not None
    assert left.absent == {1: "its worker was lost"}
    assert left.verification is not None
    assert not run.store.is_settled(CELLS[1])


@pytest.mark.parametrize("first", [0, 1])
def test_environment_that_one_unit_did_not_get_concerns_its_models(first: int) -> None:
    joint = Joint.about({0, 1}, {})
    units = [(outcome(0), {0}), (unavailable("no wheels"), {1})]
    for one, models in (units[first], units[1 - first]):
        seen = joint.with_unit(one, models)
    assert seen.unavailable is None
    assert seen.absent == {1: "no wheels"}
    assert seen.verification is not None


def test_environment_that_no_unit_got_concerns_the_cell() -> None:
    joint = Joint.about({0, 1}, {})
    for model in (0, 1):
        seen = joint.with_unit(unavailable("no wheels"), {model})
    assert (seen.unavailable, seen.absent) == ("no wheels", {})

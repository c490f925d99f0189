"""What a cell took, as its probe and the clock around it say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.costs.measured import CellClock, cost_of
from matrix.costs.spent import Spent
from matrix.machine import cores
from matrix.model.facts import Format
from matrix.plan.check import Check
from matrix.plan.plan import PlannedCell
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_process import Verification
from tests.builders import make_cell, make_model

MODELS = (make_model(Format.KERAS_V3), make_model(Format.SAVED_MODEL))
PLANNED = PlannedCell(
    cell=make_cell("2.15.1"),
    checks=tuple(Check(model=number, path="/m", loader="keras") for number in (0, 1)),
)
SEEN = Verification(
    probe=ProbeRecord(imported=True, seconds=4.0, cpu_seconds=2.0),
    checks={
        "0:keras": CheckRecord(seconds=1.0, cpu_seconds=0.75, calls=()),
        "1:keras": CheckRecord(seconds=0.5, cpu_seconds=0.25, calls=()),
    },
)


def test_the_time_of_a_cell_is_import_checks_and_the_rest() -> None:
    cost = cost_of(PLANNED, SEEN, MODELS, CellClock(probed=6.5))
    assert cost is not None
    assert (cost.cell, cost.minor) == ("2.15.1", "2.15")
    assert cost.imported == Spent(seconds=4.0, cpu=2.0)
    assert cost.checks == (
        (("keras", "keras_v3", 0), 1, Spent(seconds=1.0, cpu=0.75)),
        (("keras", "saved_model", 0), 1, Spent(seconds=0.5, cpu=0.25)),
    )
    assert cost.rest == Spent(seconds=1.0, cpu=0.5)


def test_a_check_that_died_says_nothing_of_time() -> None:
    hung = CheckRecord(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=600), seconds=2.0)
    seen = replace(SEEN, checks={**SEEN.checks, "0:keras": hung})
    cost = cost_of(PLANNED, seen, MODELS, CellClock(probed=606.0))
    assert cost is not None
    assert [kind for kind, _, _ in cost.checks] == [("keras", "saved_model", 0)]
    assert cost.rest is None


def test_a_model_cannot_have_used_more_than_all_processors() -> None:
    lie = CheckRecord(seconds=1.0, cpu_seconds=1e9, calls=())
    cost = cost_of(PLANNED, replace(SEEN, checks={"0:keras": lie}), MODELS, CellClock())
    assert cost is not None
    assert cost.checks[0][2].cpu == pytest.approx(cores())


def test_nothing_is_learned_of_a_cell_without_tensorflow_in_it() -> None:
    seen = replace(SEEN, probe=ProbeRecord(imported=False))
    assert cost_of(PLANNED, seen, MODELS, CellClock(probed=1.0)) is None

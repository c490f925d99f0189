"""What of an outcome is kept: answers, whole, and nothing that may come out otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from matrix.known.answers import (
    Answer,
    about,
    answer_document,
    answer_from,
    answer_of,
    is_fed_as,
    numbered,
)
from matrix.plan.check import Check
from matrix.plan.plan import PlannedCell
from matrix.plan.variant import Variant
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import ErrorLink, ErrorRecord, IsolationRecord, Refusal
from tests.builders import make_call, make_cell, make_outcome, make_ran, make_tensor

CELL = make_cell("2.15.1")
PYTHON = {"environment": {"python": "3.11.7"}}
FAILED = CheckRecord(error=ErrorRecord(type="ValueError", message="Unknown layer: Odd"))


def planned(*models: int) -> PlannedCell:
    """Keras twice, the second only where the first did not load, and a workaround."""
    checks = []
    for model in models or (0,):
        first = Check(model=model, path="/m", loader="keras", variant=Variant("compile", ("True",)))
        second = replace(first, variant=Variant("compile", ("False",)), skip_if_loaded=first.id)
        third = replace(second, workaround_for="keras", skip_if_loaded=second.id)
        checks += [first, second, third]
    return PlannedCell(cell=CELL, checks=tuple(checks))


def outcome_of(*records: CheckRecord, model: int = 0, **changes: Any) -> Outcome:
    names = [check.id for check in planned(model).checks]
    found = dict(zip(names, records, strict=False))
    return replace(make_outcome(CELL, found, **PYTHON), **changes)


def kept(outcome: Outcome, model: int = 0) -> Answer | None:
    return answer_of(outcome, planned(model), model, first={}, measured=7.5)


def died(kind: ExitKind = ExitKind.CRASHED, **fields: Any) -> CheckRecord:
    return CheckRecord(exit=ProcessExit(kind=kind, **fields))


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([make_ran(1.0)], id="runs"),
        pytest.param([FAILED, make_ran(1.0)], id="the second variant runs"),
        pytest.param([FAILED, FAILED, FAILED], id="fails, and so does its workaround"),
        pytest.param([died(signal="SIGSEGV"), make_ran(1.0)], id="crashed"),
        pytest.param([died(code=3), make_ran(1.0)], id="exited"),
        pytest.param([CheckRecord(loaded=True, stage="run", error=FAILED.error)], id="loads"),
    ],
)
def test_answers_are_kept_and_read_back(records: list[CheckRecord]) -> None:
    answer = kept(outcome_of(*records))
    assert answer is not None
    back = answer_from(json.loads(json.dumps(answer_document(answer))))
    assert back == answer
    # With another number in another run.
    moved = numbered(back, planned(3), 3)
    assert list(moved.values()) == records
    assert list(moved) == [check.id for check in planned(3).checks[: len(records)]]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(died(ExitKind.TIMED_OUT, seconds=120), id="timed out"),
        pytest.param(died(ExitKind.OUT_OF_MEMORY, megabytes=4096), id="out of memory"),
        pytest.param(died(ExitKind.TOO_MUCH, excess="it wrote too much"), id="blocked for size"),
        pytest.param(died(signal="SIGKILL"), id="killed by somebody"),
        pytest.param(died(signal="SIGTERM"), id="ended by somebody"),
        pytest.param(died(code=0), id="said nothing"),
        pytest.param(died(signal="SIGABRT", log="std::bad_alloc"), id="died for want of memory"),
        pytest.param(replace(FAILED, refused=(Refusal(kind="read"),)), id="blocked"),
        pytest.param(replace(FAILED, contradiction="twice"), id="unproven"),
        pytest.param(replace(FAILED, stage="import"), id="its companion does not import"),
        pytest.param(
            CheckRecord(error=ErrorRecord(type="MemoryError", message="")), id="memory error"
        ),
        pytest.param(
            CheckRecord(
                error=ErrorRecord(
                    type="ValueError",
                    message="cannot load",
                    chain=(ErrorLink(type="OSError", message="No space left on device"),),
                )
            ),
            id="full disk",
        ),
        pytest.param(
            CheckRecord(
                loaded=True,
                calls=(
                    replace(
                        make_call(),
                        outputs=None,
                        error=ErrorRecord(type="tensorflow.ResourceExhaustedError", message="OOM"),
                    ),
                ),
            ),
            id="call for want of memory",
        ),
    ],
)
def test_what_is_no_answer_is_tried_again(record: CheckRecord) -> None:
    assert kept(outcome_of(record, FAILED, FAILED)) is None
    assert kept(outcome_of(FAILED, record, FAILED)) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"unavailable": "no network"}, id="unavailable"),
        pytest.param({"verification": None}, id="nothing seen"),
        pytest.param({"changed": (0,)}, id="model was changed meanwhile"),
        pytest.param({"reused": {0: 1.0}}, id="it is itself known"),
    ],
)
def test_cells_without_an_answer_are_tried_again(changes: dict[str, Any]) -> None:
    assert kept(outcome_of(make_ran(1.0), **changes)) is None


def test_broken_environment_and_unfinished_checks_are_tried_again() -> None:
    broken = make_outcome(CELL, {"0:keras:compile=True": make_ran(1.0)}, imported=False, **PYTHON)
    assert kept(broken) is None
    assert kept(outcome_of(FAILED)) is None
    assert kept(outcome_of()) is None


def test_one_model_of_several_is_kept_alone() -> None:
    both = {**_checks(0, make_ran(1.0)), **_checks(1, died(ExitKind.TIMED_OUT, seconds=1))}
    outcome = make_outcome(CELL, both, **PYTHON)
    cell = planned(0, 1)
    assert answer_of(outcome, cell, 1, first={}, measured=1.0) is None
    answer = answer_of(outcome, cell, 0, first={}, measured=1.0)
    assert answer is not None
    assert list(answer.verification.checks) == ["keras:compile=True"]


def _checks(model: int, record: CheckRecord) -> dict[str, CheckRecord]:
    return {planned(model).checks[0].id: record}


def _ran_with(file: str | None) -> CheckRecord:
    return CheckRecord(
        stage="run", loaded=True, calls=(make_call(make_tensor(1.0), file=file, fed="file"),)
    )


@pytest.mark.parametrize(
    ("file", "first", "now", "same"),
    [
        pytest.param("2", {}, {}, True, id="nobody decided"),
        pytest.param("2", {}, {"serve": "2"}, True, id="fed what comes first now"),
        pytest.param("2", {}, {"serve": "1"}, False, id="another comes first now"),
        pytest.param("2", {"serve": "1"}, {"serve": "1"}, True, id="the same came first then"),
        pytest.param("2", {"serve": "1"}, {"serve": "3"}, False, id="a third comes first now"),
        pytest.param(None, {}, {"serve": "1"}, True, id="made in the cell"),
        pytest.param("2", {}, {"other": "1"}, True, id="another signature"),
    ],
)
def test_cell_fed_otherwise_cannot_be_compared(
    file: str | None, first: dict[str, str], now: dict[str, str], *, same: bool
) -> None:
    answer = answer_of(outcome_of(_ran_with(file)), planned(), 0, first=first, measured=1.0)
    assert answer is not None
    assert is_fed_as(answer, now) is same


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("measured",), "yesterday"),
        (("measured",), -1),
        (("first",), {"serve": 1}),
        (("first",), None),
        (("outcome",), None),
        (("outcome", "cell"), 7),
        (("outcome", "seconds"), "1"),
        (("outcome", "verification"), None),
        (("outcome", "verification", "probe", "imported"), "yes"),
        (("outcome", "verification", "checks", "keras:compile=True", "stage"), "won"),
        (("outcome", "verification", "checks", "keras:compile=True", "loaded"), 1),
        (("outcome", "verification", "checks", "keras:compile=True", "seconds"), None),
        (("outcome", "verification", "checks", "keras:compile=True", "peak_mb"), "much"),
        (("outcome", "verification", "checks", "keras:compile=True", "stored"), ["x"]),
        (("outcome", "verification", "checks", "keras:compile=True", "exit"), {"kind": "odd"}),
    ],
)
def test_document_that_no_cell_writes_is_no_answer(place: tuple[str, ...], value: Any) -> None:
    answer = kept(outcome_of(make_ran(1.0)))
    assert answer is not None
    document = json.loads(json.dumps(answer_document(answer)))
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    assert answer_from(document) is None


def test_walls_are_kept_with_the_answer() -> None:
    walls = IsolationRecord(means=("landlock",), observed=("reads",), missing=("network",))
    outcome = make_outcome(CELL, _checks(0, make_ran(1.0)), isolation=walls, **PYTHON)
    answer = kept(outcome)
    assert answer is not None
    back = answer_from(answer_document(answer))
    assert back is not None
    assert back.verification.probe.isolation == walls


def test_fewer_checks_are_answered_by_more() -> None:
    answer = kept(outcome_of(FAILED, make_ran(1.0)))
    assert answer is not None
    cell = planned()
    first = replace(cell, checks=cell.checks[:1])
    asked = about(answer, first, 0)
    assert asked is not None
    assert list(asked.verification.checks) == ["keras:compile=True"]
    # Another check of the same name, or one that was never tried, is not.
    (other,) = (replace(check, imports=("odd",)) for check in first.checks)
    assert about(answer, replace(cell, checks=(other,)), 0) is None
    more = replace(cell, checks=(*first.checks, replace(other, loader="session")))
    assert about(answer, more, 0) is None


def test_variant_that_was_tried_for_its_own_sake_is_redundant_again() -> None:
    cell = planned()
    every = replace(
        cell, checks=tuple(replace(check, skip_if_loaded=None) for check in cell.checks)
    )
    outcome = outcome_of(make_ran(1.0), make_ran(1.0), FAILED)
    answer = answer_of(outcome, every, 0, first={}, measured=1.0)
    assert answer is not None
    asked = about(answer, cell, 0)
    assert asked is not None
    assert list(asked.verification.checks) == ["keras:compile=True"]
    usual = kept(outcome_of(make_ran(1.0)))
    assert usual is not None
    assert about(usual, every, 0) is None

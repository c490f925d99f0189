"""What a worker sends back is refused with one sentence where this tool cannot have sent it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.plan.plan import PlannedCell
from matrix.run.outcome import to_document
from matrix.run.remote import checked
from matrix.run.remote.asked import Asked
from matrix.run.remote.checked import checked_answer
from matrix.run.remote.taken import take
from matrix.run.remote.unit import UnitResult
from matrix.run.store import Store
from tests.builders import make_cell, make_model, make_outcome, make_plan, make_ran

CELL = "2.15.1"


@pytest.fixture
def planned() -> PlannedCell:
    return make_plan([make_cell(CELL)], make_model()).cells[0]


@pytest.fixture
def document(planned: PlannedCell) -> dict[str, Any]:
    """What a worker says of a cell, as JSON values."""
    checks = {check.id: make_ran(1.0) for check in planned.checks}
    return to_document(make_outcome(CELL, checks))


def taken(document: Any, planned: PlannedCell, folder: Path) -> None:
    result = UnitResult(host="far", platform="linux", outcome=json.dumps(document))
    asked = Asked(planned=planned, models=None, known=None)
    take(checked_answer(("tcp://far", result))[1], asked, Store(folder=folder, run="run"))


def at(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one field, which may lie below the first check."""

    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for name in path[:-1]:
            place = next(iter(place.values())) if name == "first" else place[name]
        place[path[-1]] = value

    return change


_OF_A_CHECK = ("verification", "checks", "first")
FORGED: dict[str, Callable[[dict[str, Any]], None]] = {
    "another cell": at("cell", value="2.14.1"),
    "no time": at("seconds", value="long"),
    "endless time": at("seconds", value=float("inf")),
    "an end that is none": at("ended", value=[]),
    "a reason that is none": at("unavailable", value=7),
    "no checks": at("verification", "checks", value=[]),
    "a check of a model that was not asked for": at("verification", "checks", "9:keras", value={}),
    "a model that was not asked for": at("absent", value={"9": "it is not there"}),
    "an answer of an earlier run": at("reused", value={"0": 1.0}),
    "models that are none": at("changed", value=["0", -1]),
    "another stage": at(*_OF_A_CHECK, "stage", value="install"),
    "a word for yes": at(*_OF_A_CHECK, "loaded", value="yes"),
    "outputs elsewhere": at(*_OF_A_CHECK, "stored", value="../../outputs-0.npz"),
    "memory that is none": at(*_OF_A_CHECK, "peak_mb", value="much"),
    "an end of the probe that is none": at("verification", "probe", "ended", value=1),
}


@pytest.mark.parametrize("name", FORGED)
def test_outcome_that_cannot_be_is_refused_whole(
    document: dict[str, Any], planned: PlannedCell, tmp_path: Path, name: str
) -> None:
    taken(document, planned, tmp_path / "sound")
    FORGED[name](document)
    with pytest.raises(ValueError, match=r"."):
        taken(document, planned, tmp_path / "forged")
    assert not (tmp_path / "forged").exists()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ("tcp://far", {"host": "far"}),
        (7, UnitResult(host="far", platform="linux")),
        ("tcp://far", UnitResult(host="far", platform="linux", failed=7)),  # type: ignore[arg-type]
        ("tcp://far", UnitResult(host="far", platform="linux", lacking=("all",))),  # type: ignore[arg-type]
        ("tcp://far", UnitResult(host="far", platform="linux", files=None)),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_result_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"^(its?|the) "):
        checked_answer(answer)


def test_outcome_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "_MOST_DOCUMENT", 3)
    result = UnitResult(host="far", platform="linux", outcome="{}{}")
    with pytest.raises(ValueError, match="more than 0 MB"):
        checked_answer(("tcp://far", result))


def test_sentences_of_a_worker_cannot_rewrite_a_terminal() -> None:
    result = UnitResult(host="far\x1b[2J", platform="linux", warnings=("one\nloadmatrix: two",))
    _, shown = checked_answer(("tcp://far", replace(result, failed="\u202enot")))
    assert shown.host == "far\\x1b[2J"
    assert shown.warnings == ("one\\nloadmatrix: two",)
    assert shown.failed == "\\u202enot"

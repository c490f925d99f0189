"""Where nothing tells who wrote a file, cells that answer alike are groups; none is to blame."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format, ModelFacts
from matrix.results import verdicts
from matrix.results.agreeing_groups import grouped
from matrix.results.conclude import conclude
from matrix.results.result import ModelResult
from reports.build.build_report import Run, build_report
from reports.card import section
from reports.formats import junit, terminal
from reports.gate.known_failures import KnownFailure
from reports.gate.requirements import Gate, read_requirement, unmet
from reports.report.report import Report
from reports.report.report_json import read_schema, to_document
from tests.builders import (
    make_call,
    make_cell,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    make_tensor,
)

LITE = make_model(Format.TFLITE)
FOUR = ("2.3.4", "2.10.1", "2.11.1", "2.21.0")
# As an int8 network answered: two groups, eight steps apart.
TWO_GROUPS = {"2.3.4": 100.0, "2.10.1": 100.0, "2.11.1": 108.0, "2.21.0": 108.0}


def _plan(names: tuple[str, ...], model: ModelFacts = LITE, **more: Any) -> Any:
    return make_plan([make_cell(name) for name in names], model, **more)


def _concluded(answers: Mapping[str, float], model: ModelFacts = LITE, **more: Any) -> ModelResult:
    outcomes = {
        name: make_outcome(
            name, {"0:tflite": make_ran(calls=(make_call(make_tensor(value, dtype="int8")),))}
        )
        for name, value in answers.items()
    }
    (result,) = conclude(_plan(tuple(answers), model, **more), outcomes)
    return result


def _verdicts(result: ModelResult) -> dict[str, verdicts.Verdict]:
    return {cell.cell.id: cell.verdict for cell in result.cells}


def _report(answers: Mapping[str, float]) -> Report:
    plan = _plan(tuple(answers))
    run = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
    report = build_report(plan, [_concluded(answers)], run)
    jsonschema.validate(to_document(report), read_schema())
    return report


def test_groups_that_answer_differently_all_run() -> None:
    result = _concluded(TWO_GROUPS)
    assert {name: verdict.word for name, verdict in _verdicts(result).items()} == dict.fromkeys(
        FOUR, "runs"
    )
    groups = {n: v.group for n, v in _verdicts(result).items() if isinstance(v, verdicts.Runs)}
    assert groups == {"2.3.4": 1, "2.10.1": 1, "2.11.1": 2, "2.21.0": 2}
    (found,) = result.groups
    assert found.cells == (("2.3.4", "2.10.1"), ("2.11.1", "2.21.0"))
    assert (found.loader, found.between, found.difference.max_abs_diff) == ("tflite", (1, 2), 8)


def test_cells_are_compared_within_their_group() -> None:
    compared = {
        name: one.compared_with
        for name, one in _verdicts(_concluded(TWO_GROUPS)).items()
        if isinstance(one, verdicts.Runs)
    }
    assert compared == {"2.3.4": "2.10.1", "2.10.1": None, "2.11.1": "2.21.0", "2.21.0": None}


def test_cells_that_agree_are_no_groups() -> None:
    result = _concluded(dict.fromkeys(FOUR, 100.0))
    assert result.groups == ()
    assert set(_verdicts(result).values()) == {
        verdicts.Runs(),
        verdicts.Runs(compared_with="2.21.0"),
    }


def test_writer_decides_where_the_file_names_one() -> None:
    model = make_model(Format.TFLITE, tensorflow="2.10.0")
    result = _concluded(TWO_GROUPS, model, nearest="2.10.1")
    assert result.groups == ()
    words = {name: verdict.word for name, verdict in _verdicts(result).items()}
    assert words == {"2.3.4": "runs", "2.10.1": "runs", "2.11.1": "differs", "2.21.0": "differs"}


def test_release_older_than_the_file_asks_for_is_no_measure() -> None:
    result = _concluded(TWO_GROUPS, make_model(Format.TFLITE, runs_from="2.11.0"))
    assert result.groups == ()
    words = {name: verdict.word for name, verdict in _verdicts(result).items()}
    assert words == {"2.3.4": "differs", "2.10.1": "differs", "2.11.1": "runs", "2.21.0": "runs"}


def test_releases_that_the_file_asks_for_may_still_answer_differently() -> None:
    result = _concluded(TWO_GROUPS, make_model(Format.TFLITE, runs_from="1.14.0"))
    assert [len(one) for one in result.groups[0].cells] == [2, 2]


def test_expectation_of_the_caller_decides_before_the_newest_release() -> None:
    plan = _plan(FOUR)
    outcomes = {
        name: make_outcome(
            name,
            {
                "0:tflite": make_ran(
                    calls=(make_call(make_tensor(value, dtype="int8"), fed="file"),)
                )
            },
        )
        for name, value in TWO_GROUPS.items()
    }
    expected = {0: {"out": np.array([100], dtype="int8")}}
    (result,) = conclude(plan, outcomes, expected=expected)
    assert result.groups == ()
    words = {name: verdict.word for name, verdict in _verdicts(result).items()}
    assert words == {"2.3.4": "runs", "2.10.1": "runs", "2.11.1": "differs", "2.21.0": "differs"}


def test_what_cannot_be_compared_is_no_group() -> None:
    outcomes = {
        name: make_outcome(name, {"0:tflite": make_ran(calls=(call,))})
        for name, call in (
            ("2.10.1", make_call(make_tensor(1.0), inputs=[make_tensor(1.0, name="x")])),
            ("2.11.1", make_call(make_tensor(9.0), inputs=[make_tensor(2.0, name="x")])),
        )
    }
    (result,) = conclude(_plan(("2.10.1", "2.11.1")), outcomes)
    assert result.groups == ()
    assert set(_verdicts(result).values()) == {verdicts.Runs()}


def test_report_names_the_groups_and_how_far_apart_they_are() -> None:
    report = _report(TWO_GROUPS)
    (model,) = report.models
    (group,) = model.summary.groups
    text = group.text
    assert text == (
        "tflite: 2 groups of releases give different outputs, and the file does not say which is "
        "correct: group 1 is 2.3.4, 2.10.1; group 2 is 2.11.1, 2.21.0. Between groups 1 and 2, "
        "serve: out differs by up to 8 (relative 0.074) in 1 of 1 values. Give the expected "
        "outputs with --inputs."
    )
    shown = terminal.render(model, width=1000)
    assert text in shown
    assert [line.split()[-1] for line in shown.splitlines() if line.startswith("2.")] == [
        *["1)"] * 2,
        *["2)"] * 2,
    ]
    assert "differs" not in shown.replace("differs by", "")
    assert model.summary.text.endswith(
        " tflite gives different outputs in 2 groups of releases; it is unknown which is correct."
    )
    assert "2 groups of releases give different outputs" in section.render(report)
    assert "<failure" not in junit.render(report)


def _gate(text: str, level: str, *known: KnownFailure) -> list[str]:
    requirement = read_requirement(text, catalogue())
    gate = Gate(
        today=date(2026, 1, 2), requirements=(requirement,), level=level, known_failures=known
    )
    return [
        one.cell
        for one in unmet(_report(TWO_GROUPS).models[0], requirement, gate, catalogue())
        if one.answered
    ]


def test_releases_that_must_run_alike_and_do_not_are_all_told() -> None:
    assert _gate("tensorflow>=2.3", "runs") == list(FOUR)
    assert _gate("tensorflow>=2.3", "loads") == []


def test_releases_of_one_group_run_alike() -> None:
    assert _gate("tensorflow>=2.11", "runs") == []


def test_group_that_is_declared_is_not_asked() -> None:
    known = KnownFailure(
        expires=date(2027, 1, 1), cells=("2.3.4", "2.10.1"), reason="other kernels"
    )
    assert _gate("tensorflow>=2.3", "runs", known) == []


@given(st.lists(st.integers(0, 30), max_size=12))
def test_every_item_is_in_one_group_and_agrees_with_its_first(values: list[int]) -> None:
    items = [(place, value) for place, value in enumerate(values)]

    def agree(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return abs(one[1] - other[1]) <= 3

    groups = grouped(items, lambda one: one[1], agree)
    assert sorted(one for group in groups for one in group.members) == items
    assert all(agree(group.first, one) for group in groups for one in group.members)
    if any(all(agree(one, other) for other in items) for one in items):
        assert len(groups) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_what_most_others_agree_with_speaks_for_them(*, turned: bool) -> None:
    values = [0, 2, 4]
    items = values[::-1] if turned else values
    (group,) = grouped(items, lambda one: one, lambda one, other: abs(one - other) <= 2)
    assert group.first == 2

"""Outputs against what the caller expects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matrix.results import verdicts
from matrix.results.compare import Comparison, Side, compare
from matrix.results.conclude import conclude
from matrix.results.outputs.expected_outputs import expected_side
from matrix.run.probe_output.records import CallRecord, TensorRecord
from tests.builders import make_call, make_cell, make_outcome, make_plan, make_ran, make_tensor


def compare_with(call: CallRecord, **expected: Any) -> Comparison | None:
    arrays = {name.replace("__", "/"): np.array(value) for name, value in expected.items()}
    return compare(*expected_side(Side(calls=[replace(call, fed=call.fed or "file")]), arrays))


def test_outputs_as_expected_agree() -> None:
    found = compare_with(make_call(make_tensor(1.0, 2.0, name="y")), y=[1.0, 2.0])
    assert found == Comparison(worst=None)


def test_outputs_off_the_expected_differ_by_their_distance() -> None:
    found = compare_with(make_call(make_tensor(1.0, 2.0, name="y")), y=[1.0, 2.5])
    assert found is not None
    assert found.worst is not None
    assert found.worst.max_abs_diff == 0.5


@pytest.mark.parametrize("key", ["y", "serve__y", "any"])
def test_single_output_is_meant_under_any_name(key: str) -> None:
    found = compare_with(make_call(make_tensor(1.0, name="y")), **{key: [3.0]})
    assert found is not None
    assert found.worst is not None


def test_only_what_is_expected_is_compared() -> None:
    call = make_call(make_tensor(1.0, name="y"), make_tensor(9.0, name="z"))
    assert compare_with(call, y=[1.0]) == Comparison(worst=None)
    assert compare_with(call, other=[1.0]) is None
    assert compare_with(call, train__y=[2.0]) is None


def test_call_with_other_inputs_is_not_compared() -> None:
    assert compare_with(make_call(make_tensor(1.0, name="y"), fed="cell"), y=[2.0]) is None


def test_whole_numbers_may_be_written_as_such_or_not() -> None:
    call = make_call(make_tensor(1, 2, name="y", dtype="int64"))
    assert compare_with(call, y=[1.0, 2.0]) == Comparison(worst=None)
    found = compare_with(call, y=[1, 3])
    assert found is not None
    assert found.worst is not None


def test_texts_are_compared_with_texts() -> None:
    import hashlib

    digest = hashlib.sha256(repr([b"cat"]).encode()).hexdigest()
    call = make_call(make_tensor("cat", name="y", dtype="string", digest=digest))
    assert compare_with(call, y=["cat"]) == Comparison(worst=None)
    for wrong in (["dog"], [1.0]):
        found = compare_with(call, y=wrong)
        assert found is not None
        assert found.worst is not None


def test_large_output_is_compared_whole_or_by_its_sample() -> None:
    ours = np.linspace(0, 1, 5000, dtype="float32")
    sampled = TensorRecord(
        name="y",
        dtype="float32",
        digest="d",
        shape=(5000,),
        sample=tuple(ours[::19][:256].tolist()),
        statistics={"finite": 5000},
    )
    assert compare_with(make_call(sampled), y=ours) is not None
    off = ours.copy()
    off[4999] = 7
    call = make_call(replace(sampled, stored="k"), fed="file")
    side = Side(calls=[call], read={"k": ours}.get)
    for array, wrong in ((ours, False), (off, True)):
        found = compare(*expected_side(side, {"y": array}))
        assert found is not None
        assert bool(found.worst) is wrong


def test_expectation_comes_before_the_reference_cell() -> None:
    cells = [make_cell("2.14.1"), make_cell("2.15.1")]
    calls = (make_call(make_tensor(1.0), fed="file"),)
    outcomes = {
        cell.id: make_outcome(cell, {"0:saved_model": make_ran(calls=calls)}) for cell in cells
    }
    wrong, right = ({0: {"out": np.array([value])}} for value in (1.5, 1.0))
    (result,) = conclude(make_plan(cells), outcomes, expected=wrong)
    for cell in result.cells:
        assert isinstance(cell.verdict, verdicts.Differs)
        assert cell.verdict.compared_with == "the expected outputs"
    (result,) = conclude(make_plan(cells), outcomes, expected=right)
    assert [
        cell.verdict.compared_with
        for cell in result.cells
        if hasattr(cell.verdict, "compared_with")
    ] == [
        "the expected outputs and 2.15.1",
        "the expected outputs",
    ]


def test_cells_where_nothing_expected_was_compared_are_named() -> None:
    cells = [make_cell("2.14.1"), make_cell("2.15.1")]
    names = {"2.14.1": ("a", "b"), "2.15.1": ("out", "b")}
    outcomes = {}
    for cell in cells:
        call = make_call(*(make_tensor(1.0, name=name) for name in names[cell.id]), fed="file")
        ran = make_ran(calls=(call,))
        outcomes[cell.id] = make_outcome(cell, {"0:saved_model": ran})
    plan = make_plan(cells)
    (result,) = conclude(plan, outcomes, expected={0: {"out": np.array([1.0])}})
    assert result.uncompared == ("2.14.1",)
    (result,) = conclude(plan, outcomes)
    assert result.uncompared == ()

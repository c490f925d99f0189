"""A call that answers nothing is no answer: other inputs are tried."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from matrix.catalogue.runtime import PROBE

spec = importlib.util.spec_from_file_location("probe_tensors", PROBE.with_name("tensors.py"))
assert spec is not None
assert spec.loader is not None
tensors: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tensors)


def called(function: Any, *lengths: int, settled: bool = False) -> Any:
    """One call of a signature that is fed a sequence of each length in turn.

    `settled` says that a cell before this one ended with the first of them.
    """
    attempts = [({"x": np.arange(size, dtype="float32")}, "file") for size in lengths]
    feed = SimpleNamespace(
        attempts=lambda _: iter(attempts),
        seeded=lambda: None,
        given=False,
        file="2",
        is_settled=lambda _: settled,
    )
    signature = SimpleNamespace(
        name="call", inputs=[("x", None, [None])], places=None, function=function
    )
    return tensors.call(signature, feed, tensors.Stored(None), lambda: None, repr)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_sequence_that_a_crop_leaves_nothing_of_is_no_answer() -> None:
    entry = called(lambda arrays: {"y": np.mean(arrays["x"][100:], keepdims=True)}, 16, 64, 256)
    assert entry["inputs"][0]["shape"] == [256]
    assert entry["outputs"][0]["values"] == [177.5]


def test_answer_of_no_elements_is_none_either() -> None:
    entry = called(lambda arrays: {"y": arrays["x"][20:]}, 16, 64)
    assert entry["outputs"][0]["shape"] == [44]


def test_model_that_answers_nan_whatever_it_is_fed_has_run_on_the_first() -> None:
    entry = called(lambda _: {"y": np.full(3, np.nan)}, 16, 64)
    assert entry["inputs"][0]["shape"] == [16]
    assert entry["outputs"][0]["values"] == ["nan"] * 3


def test_cell_after_one_that_found_nothing_better_does_not_search_again() -> None:
    fed = []

    def function(arrays: Any) -> Any:
        fed.append(len(arrays["x"]))
        return {"y": arrays["x"][1000:]}

    entry = called(function, 16, 64, settled=True)
    assert entry["outputs"][0]["shape"] == [0]
    # Twice: whether it answers the same again.
    assert fed == [16, 16]


def test_slow_model_that_answers_nan_is_not_called_until_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fed, clock = [], iter(range(0, 1000, 20))
    monkeypatch.setattr(tensors, "time", SimpleNamespace(time=lambda: next(clock)))

    def function(arrays: Any) -> Any:
        fed.append(len(arrays["x"]))
        return {"y": np.full(3, np.nan)}

    entry = called(function, 16, 64, 256)
    assert (fed, entry["outputs"][0]["values"]) == ([16], ["nan"] * 3)


def test_call_that_fails_slowly_is_not_tried_until_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fed, clock = [], iter(range(0, 1000, 50))
    monkeypatch.setattr(tensors, "time", SimpleNamespace(time=lambda: next(clock)))

    def function(arrays: Any) -> Any:
        fed.append(len(arrays["x"]))
        raise ValueError("too short")

    entry = called(function, 16, 64, 256)
    assert (fed, entry["made"]) == ([16], True)
    assert "too short" in entry["error"]


def test_call_says_which_file_it_ran_with() -> None:
    assert called(lambda arrays: {"y": arrays["x"]}, 16)["file"] == "2"


def test_answer_with_a_value_in_it_counts() -> None:
    entry = called(lambda arrays: {"y": np.array([np.nan, len(arrays["x"])])}, 16, 64)
    assert entry["outputs"][0]["values"] == ["nan", 16.0]

"""What a probe says becomes types once, and these print themselves as what can be read again."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.records import CallRecord, ErrorLink, ErrorRecord, TensorRecord

TEXTS = st.text(max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


def _mapping(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with some of these fields, each as it should be or of any other kind."""
    optional = {name: field | ODD for name, field in fields.items()}
    return st.fixed_dictionaries({}, optional=optional)


LINKS = _mapping(type=TEXTS, message=TEXTS)
ERRORS = _mapping(type=TEXTS, message=TEXTS, traceback=TEXTS, chain=st.lists(LINKS, max_size=3))
NUMBERS = st.lists(SCALARS, max_size=5)
TENSORS = _mapping(
    name=TEXTS,
    dtype=TEXTS,
    digest=TEXTS,
    shape=st.lists(st.integers(), max_size=3),
    values=NUMBERS,
    sample=NUMBERS,
    stored=TEXTS,
    statistics=st.dictionaries(TEXTS, SCALARS, max_size=3),
    place=st.lists(st.integers(0, 99) | TEXTS, min_size=1, max_size=8),
)
CALLS = _mapping(
    signature=TEXTS,
    inputs=st.lists(TENSORS, max_size=2),
    outputs=st.lists(TENSORS, max_size=2),
    repeatable=st.booleans(),
    fed=st.sampled_from(["file", "cell", "elsewhere"]),
    error=ERRORS,
    made=st.booleans(),
)
ENVIRONMENTS = _mapping(
    python=TEXTS,
    platform=TEXTS,
    machine=TEXTS,
    cpu_flags=st.lists(TEXTS, max_size=3),
    packages=st.dictionaries(TEXTS, TEXTS, max_size=3),
)


@given(value=st.lists(CALLS | ODD, max_size=3) | ODD)
def test_calls_are_the_same_when_they_are_read_again(value: Any) -> None:
    calls = sanitize.calls(value)
    text = json.dumps([call.to_dict() for call in calls], allow_nan=False)
    assert sanitize.calls(json.loads(text)) == calls


@given(value=ERRORS | ODD)
def test_exceptions_are_the_same_when_they_are_read_again(value: Any) -> None:
    error = sanitize.error(value)
    text = json.dumps(error and error.to_dict(), allow_nan=False)
    assert sanitize.error(json.loads(text)) == error


@given(value=ENVIRONMENTS | ODD)
def test_environments_are_the_same_when_they_are_read_again(value: Any) -> None:
    environment = sanitize.environment(value)
    text = json.dumps(environment.to_dict(), allow_nan=False)
    assert sanitize.environment(json.loads(text)) == environment


@given(value=ODD)
def test_number_of_seconds_is_finite_and_not_negative(value: Any) -> None:
    number = sanitize.finite_number(value)
    assert math.isfinite(number)
    assert number >= 0


def test_call_that_failed_has_no_outputs() -> None:
    (call,) = sanitize.calls([{"signature": "f", "error": {"type": "E"}, "made": True}])
    assert call == CallRecord(signature="f", error=ErrorRecord(type="E"), made=True)
    assert not call.is_steady


def test_call_that_answers_otherwise_each_time_is_not_steady() -> None:
    calls = [CallRecord(outputs=(), repeatable=value) for value in (True, None, False)]
    assert [call.is_steady for call in calls] == [True, True, False]


def test_exception_mentions_what_the_ones_it_came_from_say() -> None:
    error = ErrorRecord(
        message="outer", traceback="in f", chain=(ErrorLink(message="No OpKernel"),)
    )
    assert error.mentions("No OpKernel")
    assert error.mentions("in f")
    assert not error.mentions("inner")


def test_tensor_that_was_sampled_keeps_its_sample() -> None:
    assert TensorRecord(values=(1.0,)).kept == (1.0,)
    assert TensorRecord(sample=(2.0,)).kept == (2.0,)
    assert TensorRecord().kept == ()


def test_no_line_makes_more_records_than_any_model_has() -> None:
    tensors = [{"name": "y"}] * 12_000
    (call,) = sanitize.calls([{"signature": "s", "inputs": [], "outputs": tensors}])
    assert len(call.outputs or ()) == 10_000
    assert len(sanitize.calls([{"signature": "s"}] * 12_000)) == 10_000

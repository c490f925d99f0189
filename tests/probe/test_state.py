"""How a model starts afresh: what it has learnt is never touched, what calls left behind is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.probe.test_inputs import loaded

state = loaded("state")


class Variable:
    """As much of a variable as the probe asks for; counts what is written to it."""

    def __init__(self, value: Any, name: str = "v") -> None:
        self.value, self.name, self.written = value, name, 0

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    def numpy(self) -> Any:
        if self.value is None:
            raise ValueError("it was never initialised")
        return np.array(self.value)

    def assign(self, value: Any) -> None:
        self.value, self.written = value, self.written + 1


class Layer:
    """A layer that Keras calls stateful, and what its own reset would do: forget everything."""

    stateful = True

    def __init__(self, *variables: Any, **more: Any) -> None:
        self.variables = list(variables)
        self.__dict__.update(more)

    def reset_state(self) -> None:
        for one in self.variables:
            one.assign(0.0 * one.numpy())

    reset_states = reset_state


def model(*layers: Layer) -> Any:
    variables = [one for layer in layers for one in layer.variables]
    return SimpleNamespace(_flatten_layers=lambda: list(layers), variables=variables)


def flatten(value: Any) -> list[Any]:
    return [one for part in value for one in flatten(part)] if isinstance(value, list) else [value]


@pytest.fixture(autouse=True)
def _tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(
        Variable=Variable, executing_eagerly=lambda: True, nest=SimpleNamespace(flatten=flatten)
    )
    monkeypatch.setitem(sys.modules, "tensorflow", fake)


def test_what_a_layer_has_learnt_is_never_touched() -> None:
    mean, count = Variable([5.0, 3.0], "mean"), Variable(64, "count")
    normalization, metric = Layer(mean, count), Layer(Variable(7.0, "total"))
    reset = state.resetting(model(normalization, metric))
    reset()
    reset()
    learnt = [*normalization.variables, *metric.variables]
    assert [np.array(one.value).tolist() for one in learnt] == [[5.0, 3.0], 64, 7.0]
    assert [one.written for one in learnt] == [0, 0, 0]


def test_recurrent_states_are_put_back_beside_what_was_learnt() -> None:
    # Keras 2 does not count states as variables of the layer; wrappers nest them.
    states = [Variable([0.0, 0.0]), Variable([1.0, 2.0])]
    recurrent, learnt = Layer(states=[[states[0]], states[1]]), Layer(Variable([5.0]))
    reset = state.resetting(model(learnt, recurrent))
    for one in states:
        one.value = [9.0, 9.0]
    reset()
    assert [np.array(one.value).tolist() for one in states] == [[0.0, 0.0], [1.0, 2.0]]
    assert learnt.variables[0].value == [5.0]


def test_states_made_in_the_first_call_begin_with_zeros() -> None:
    recurrent = Layer(states=[None], cell=object())
    reset = state.resetting(model(recurrent))
    reset()
    recurrent.__dict__["states"] = [Variable(np.array([4.0]))]
    reset()
    assert recurrent.states[0].value.tolist() == [0.0]  # type: ignore[attr-defined]


def test_layer_without_states_that_is_no_recurrent_one_is_left_alone() -> None:
    table = Layer(states=[None])
    reset = state.resetting(model(table))
    table.__dict__["states"] = [Variable(np.array([4.0]))]
    reset()
    assert table.states[0].written == 0  # type: ignore[attr-defined]


def test_counter_starts_afresh_and_random_numbers_go_on() -> None:
    counter, seed = Variable(0), Variable([1, 2], "seed_generator_state")
    reset = state.resetting(model(Layer(counter, seed)))
    counter.value, seed.value = 3, [1, 3]
    reset()
    assert (int(counter.value), seed.value) == (0, [1, 3])


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(lambda: Variable(None), id="never-initialised"),
        pytest.param(lambda: Variable(np.zeros((2**16 + 1,))), id="large"),
        pytest.param(object, id="table"),
    ],
)
def test_what_cannot_be_kept_costs_the_rest_nothing(odd: Callable[[], Any]) -> None:
    counter = Variable(0)
    reset = state.resetting(model(Layer(odd(), counter)))
    counter.value = 3
    reset()
    assert int(counter.value) == 0


def test_what_cannot_be_read_again_keeps_nothing_else_from_being_put_back() -> None:
    lost, counter = Variable(1), Variable(0)
    reset = state.resetting(model(Layer(lost, counter)))
    lost.value, counter.value = None, 3
    reset()
    assert int(counter.value) == 0


def test_no_number_is_no_change() -> None:
    learnt = Variable([float("nan")])
    state.resetting(model(Layer(learnt)))()
    assert learnt.written == 0

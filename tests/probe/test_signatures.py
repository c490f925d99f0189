"""What a loaded model offers to call, as the loaders of the probe find it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.probe.test_inputs import loaded

graphs = loaded("loaders.graph")
saved_models = loaded("loaders.saved_model")


def test_sparse_placeholder_of_a_graph_is_three_that_belong_together() -> None:
    names = ["x/indices", "x/values", "x/shape", "y/indices", "y/values", "z"]
    (group,) = graphs.sparse_groups(dict.fromkeys(names))
    assert group["names"] == names[:3]


class Module:
    def __init__(self, **things: Any) -> None:
        self.__dict__.update(things)


def traced(times: int = 1) -> Any:
    return SimpleNamespace(concrete_functions=[object()] * times)


@pytest.mark.parametrize(
    ("module", "names"),
    [
        pytest.param(Module(b=traced(), a=traced(2)), ["a", "a_1", "b"], id="each-trace"),
        pytest.param(
            Module(__call__=traced(), _hidden=traced(), weight=1.0), ["__call__"], id="own-only"
        ),
        pytest.param(Module(a=traced(), inner=Module(b=traced())), ["a"], id="outer-first"),
        pytest.param(
            Module(one=Module(f=traced()), two=Module(deep=Module(f=traced()))),
            ["one.f", "two.deep.f"],
            id="inner",
        ),
        pytest.param(Module(call_and_return_conditional_losses=traced()), [], id="of-keras"),
    ],
)
def test_functions_of_a_module_have_their_names(
    module: Module, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_models, "called_as_saved", lambda _tf, name, _f, _c: name)
    assert saved_models.of_functions(None, module) == names


def test_module_that_holds_itself_has_an_end() -> None:
    module = Module()
    module.__dict__["itself"] = module
    assert saved_models.of_functions(None, module) == []


def op(kind: str, *inputs: Any) -> Any:
    made = SimpleNamespace(type=kind, inputs=list(inputs))
    made.outputs = [SimpleNamespace(op=made, dtype=SimpleNamespace(name="bool"), consumers=list)]
    return made


def test_branch_of_a_condition_is_no_result() -> None:
    condition, data = op("Less").outputs[0], op("Mul").outputs[0]
    pivot = op("Identity", op("Switch", condition, condition).outputs[0])
    value = op("Identity", op("Switch", data, condition).outputs[0])
    assert [graphs.is_result(one) for one in (pivot, value)] == [False, True]

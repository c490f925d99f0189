"""Outputs that are picked by comparing: another pick among near ties is no other answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import SignatureFacts, TensorFacts
from matrix.model.formats.selection_ops import picked_in_graph, picked_in_order
from matrix.model.identify import identify
from matrix.options.tolerances import Numerics
from matrix.results import verdicts
from matrix.results.compare import Comparison, Side, compare
from matrix.results.conclude import conclude
from matrix.results.outputs.output_facts import OutputFacts
from tests.builders import (
    make_call,
    make_cell,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    make_tensor,
)
from tests.matrix.model.test_real_models import MODELS

SCORES = make_tensor(0.5, 0.5000001, name="scores")
MOVED = make_tensor(0.5000001, 0.5, name="scores")
PICKED = {"serve/classes": "ArgMax", "serve/boxes": "TFLite_Detection_PostProcess"}
NAMES = frozenset({"serve/classes", "serve/boxes", "serve/scores"})
ABOUT = OutputFacts(picked=PICKED, known=NAMES)


def _compared(one: list[Any], other: list[Any], about: OutputFacts = ABOUT) -> Comparison:
    theirs, ours = (Side(calls=[make_call(*outputs)]) for outputs in (one, other))
    found = compare(theirs, ours, Numerics(), about)
    assert found is not None
    return found


def _classes(*values: int) -> Any:
    return make_tensor(*values, name="classes", dtype="int64")


def test_other_pick_among_near_ties_is_told_and_not_held() -> None:
    found = _compared([SCORES, _classes(1)], [MOVED, _classes(0)])
    assert found.worst is None
    assert found.compared
    assert found.note == (
        "serve: classes has 0 instead of 1. This is not counted as a difference: ArgMax "
        "selects values by comparison, and with generated inputs very close values decide. Use "
        "--inputs with real data."
    )


def test_scores_are_held_though_what_is_picked_from_them_is_not() -> None:
    wrong = make_tensor(0.9, 0.1, name="scores")
    found = _compared([SCORES, _classes(1)], [wrong, _classes(0)])
    assert found.worst is not None
    assert found.worst.output == "serve: scores"


def test_other_pick_counts_with_inputs_of_the_caller() -> None:
    given = OutputFacts(picked=PICKED, known=NAMES, made=False)
    found = _compared([SCORES, _classes(1)], [MOVED, _classes(0)], given)
    assert found.worst is not None
    assert found.worst.output == "serve: classes"


def test_same_values_in_another_order_agree_with_inputs_of_the_caller_too() -> None:
    def boxes(*values: float) -> Any:
        return make_tensor(*values, name="boxes")

    given = OutputFacts(picked=PICKED, known=NAMES, made=False)
    found = _compared([boxes(0.1, 0.7, 0.3)], [boxes(0.3, 0.1000001, 0.7)], given)
    assert found.worst is None
    assert found.note == (
        "serve: boxes has the same values in a different order, and TFLite_Detection_PostProcess "
        "decides the order."
    )


@pytest.mark.parametrize(
    ("numerics", "agrees"),
    [
        pytest.param(Numerics(), True, id="a-step"),
        pytest.param(Numerics(rtol=1e-6), True, id="a-step-whatever-the-share"),
        pytest.param(Numerics(atol=0.1), False, id="less-than-a-step-is-asked"),
    ],
)
def test_what_was_quantised_may_be_a_step_apart(numerics: Numerics, *, agrees: bool) -> None:
    about = OutputFacts(steps={"out": 0.25})
    theirs, ours, far = (Side(calls=[make_call(make_tensor(v))]) for v in (1.0, 1.25, 1.5))
    found = compare(theirs, ours, numerics, about)
    assert found is not None
    assert (found.worst is None) is agrees
    assert found.max_abs_diff == 0.25 or not agrees
    two = compare(theirs, far, numerics, about)
    assert two is not None
    assert two.worst is not None


def test_step_below_what_any_float_may_be_apart_asks_for_nothing_more() -> None:
    about = OutputFacts(steps={"out": 3e-6})
    theirs, ours = (Side(calls=[make_call(make_tensor(v))]) for v in (1e-3, 1e-3 + 8e-6))
    found = compare(theirs, ours, about=about)
    assert found is not None
    assert found.worst is None


def test_texts_in_another_order_agree() -> None:
    def words(*values: str) -> Any:
        return make_tensor(*values, name="classes", dtype="string")

    assert "in a different order" in _compared([words("a", "b")], [words("b", "a")]).note
    assert "is not counted as a difference" in _compared([words("a", "b")], [words("a", "c")]).note


def test_what_is_not_picked_must_be_in_its_place() -> None:
    assert _compared([make_tensor(0.1, 0.9)], [make_tensor(0.9, 0.1)]).worst is not None


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        pytest.param(make_tensor(1, name="argmax", dtype="int64"), "ArgMax", id="place"),
        pytest.param(make_tensor("a", name="label", dtype="string"), "ArgMax", id="text"),
        pytest.param(make_tensor(0.5, name="dense"), None, id="score"),
    ],
)
def test_output_that_keras_calls_otherwise_is_told_by_its_type(tensor: Any, expected: Any) -> None:
    about = OutputFacts(picked={"serve/classes": "ArgMax"}, known=NAMES)
    assert about.op_behind("call", tensor) == expected


def test_verdict_says_that_nothing_was_held() -> None:
    classes = TensorFacts(name="classes", dtype="int64")
    model = make_model(
        tensorflow="2.15.0",
        signatures=(SignatureFacts(name="serve", outputs=(classes,)),),
        selected={"serve/classes": "ArgMax"},
    )
    cells = [make_cell("2.14.1"), make_cell("2.15.1")]
    outcomes = {
        cell.id: make_outcome(
            cell, {"0:saved_model": make_ran(calls=(make_call(_classes(place)),))}
        )
        for place, cell in enumerate(cells)
    }
    (result,) = conclude(make_plan(cells, model, nearest="2.15.1"), outcomes)
    old, new = (cell.best("saved_model") for cell in result.cells)
    assert old is not None
    assert new is not None
    assert isinstance(old.verdict, verdicts.Runs)
    assert old.verdict.compared_with is None
    assert "ArgMax selects values by comparison" in old.verdict.note
    assert new.verdict == verdicts.Runs()


def _graph(*nodes: tuple[str, str, list[str]]) -> Any:
    graph = message_class("tensorflow.GraphDef")()
    for name, op, inputs in nodes:
        graph.node.add(name=name, op=op, input=inputs)
    return graph


def test_what_lies_behind_a_pick_is_picked_and_its_values_are_not() -> None:
    graph = _graph(
        ("x", "Placeholder", []),
        ("top", "TopKV2", ["x"]),
        ("values", "Identity", ["top"]),
        ("places", "Identity", ["top:1"]),
        ("found", "GatherV2", ["x", "top:1"]),
        ("after", "NoOp", ["^places"]),
    )
    names = ("x", "values", "places", "found")
    found = picked_in_graph(graph, {name: f"{name}:0" for name in names})
    assert found == {"places": "TopKV2", "found": "TopKV2"}


def test_picks_are_found_within_functions() -> None:
    graph = _graph(("x", "Placeholder", []), ("call", "StatefulPartitionedCall", ["x"]))
    graph.node[1].attr["f"].func.name = "body"
    function = graph.library.function.add()
    function.signature.name = "body"
    function.signature.input_arg.add(name="a")
    for name, source in (("score", "soft:softmax:0"), ("class", "best:output:0")):
        function.signature.output_arg.add(name=name)
        function.ret[name] = source
    function.node_def.add(name="soft", op="Softmax", input=["a"])
    function.node_def.add(name="best", op="ArgMax", input=["soft:softmax:0"])
    found = picked_in_graph(graph, {"score": "call:0", "class": "call:1"})
    assert found == {"class": "ArgMax"}


def test_function_that_calls_itself_comes_to_an_end() -> None:
    graph = _graph(("call", "PartitionedCall", []))
    graph.node[0].attr["f"].func.name = "body"
    function = graph.library.function.add()
    function.signature.name = "body"
    function.signature.output_arg.add(name="y")
    function.ret["y"] = "again:output:0"
    node = function.node_def.add(name="again", op="PartitionedCall")
    node.attr["f"].func.name = "body"
    assert picked_in_graph(graph, {"y": "call:0"}) == {}


def test_function_that_calls_itself_for_many_outputs_comes_to_an_end_too() -> None:
    graph = _graph(("call", "PartitionedCall", []))
    graph.node[0].attr["f"].func.name = "body"
    function = graph.library.function.add()
    function.signature.name = "body"
    node = function.node_def.add(name="again", op="PartitionedCall")
    node.attr["f"].func.name = "body"
    for number in range(500):
        function.signature.output_arg.add(name=f"y{number}")
        function.ret[f"y{number}"] = f"n{number}:output:0"
        function.node_def.add(name=f"n{number}", op="Neg", input=[f"again:output:{number}"])
    assert picked_in_graph(graph, {f"y{n}": f"call:{n}" for n in range(500)}) == {}


def test_many_outputs_of_a_large_graph_take_no_time() -> None:
    layers = [(f"a{n + 1}", "Relu", [f"a{n}"]) for n in range(5000)]
    ends = [(f"e{n}", "Neg", ["a5000"]) for n in range(500)]
    graph = _graph(("a0", "Placeholder", []), *layers, *ends, ("m", "ArgMax", ["a5000"]))
    started = time.process_time()
    found = picked_in_graph(graph, {name: name for name, _, _ in (*ends, ("m", "", []))})
    assert found == {"m": "ArgMax"}
    # Looked through once for each output it took five.
    assert time.process_time() - started < 2


def test_picks_of_tflite_are_followed_in_the_order_of_the_operators() -> None:
    operators = [
        ("TOPK_V2", (0,), (1, 2)),
        ("GATHER", (0, 2), (3,)),
        ("WHILE", (0,), (4,)),
        ("SOFTMAX", (0,), (5,)),
    ]
    assert picked_in_order(operators, lambda _: False) == {2: "TOPK_V2", 3: "TOPK_V2"}
    found = picked_in_order(operators, lambda name: name == "WHILE")
    assert found[4] == "WHILE"


@pytest.mark.skipif(not MODELS.exists(), reason="the real models are not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "pb-mtcnn",
            {f"graph/{n}:0": "NonMaxSuppressionV2" for n in ("prob", "landmarks", "box")},
        ),
        pytest.param(
            "sm1-tfx-pusher-2020", {"predict/classes": "ArgMax", "predict/class_ids": "ArgMax"}
        ),
        pytest.param("sm2-basic-pitch", {}),
        pytest.param("tfl-person-detect", {}),
    ],
)
def test_picked_outputs_of_real_models(name: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert identify(MODELS / name, tmp_path).selected == expected

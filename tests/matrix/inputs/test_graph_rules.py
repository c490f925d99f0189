"""What a graph asks of its inputs by the ops that read them: rows, arguments, words, sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matrix.inputs.graph.flow import Flow
from matrix.inputs.graph.groups import groups_by_use
from matrix.inputs.graph.rules import rules_of_graph
from matrix.inputs.graph.sizes import cut_to
from matrix.model.codecs.protobuf import message_class
from matrix.run.store import Store
from probe import values
from probe.guesses import Input

FLOAT, INT32, STRING, INT64 = 1, 3, 7, 9


def graph_of(*nodes: dict[str, Any], graph: Any = None) -> Any:
    """A GraphDef; `value` makes a constant of int32, `shape` and `dtype` are those of a node."""
    graph = message_class("tensorflow.GraphDef")() if graph is None else graph
    for one in nodes:
        node = graph.node.add(name=one["name"], op=one.get("op", "Const"))
        node.input.extend(one.get("input", ()))
        node.attr["dtype"].type = one.get("dtype", INT32)
        if "value" in one:
            tensor = node.attr["value"].tensor
            tensor.dtype = one.get("dtype", INT32)
            given = np.atleast_1d(one["value"]).tolist()
            (tensor.string_val if tensor.dtype == STRING else tensor.int_val).extend(given)
        for size in one.get("shape", ()):
            node.attr["shape"].shape.dim.add(size=size)
            node.attr["value"].tensor.tensor_shape.dim.add(size=size)
        for kind in one.get("kinds", ()):
            node.attr["OUT_TYPE"].list.type.append(kind)
        node.attr["out_type"].type = one.get("out_type", FLOAT)
    return graph


def rules_of(*nodes: dict[str, Any]) -> dict[str, Any]:
    return rules_of_graph(graph_of(*nodes), None, (), None)


IDS = {"name": "ids", "op": "Placeholder", "dtype": INT64}
TABLE = {"name": "table", "op": "VarHandleOp", "shape": [5, 4]}


def picked(index: str) -> dict[str, Any]:
    return {"name": "g", "op": "ResourceGather", "input": ["table", index]}


def test_ids_are_rows_of_the_table_that_they_pick_from() -> None:
    assert rules_of(IDS, TABLE, picked("ids"))["numbers"]["ids"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("op", "start"), [("Sub", 1000), ("AddV2", -1000)])
def test_ids_that_are_moved_before_they_pick_are_moved_back(op: str, start: int) -> None:
    moved = {"name": "moved", "op": op, "input": ["ids", "c"]}
    rules = rules_of(IDS, TABLE, {"name": "c", "value": 1000}, moved, picked("moved"))
    assert rules["numbers"]["ids"] == list(range(start, start + 5))


def test_what_picks_from_an_unknown_table_asks_for_nothing() -> None:
    other = {"name": "table", "op": "Placeholder"}
    assert rules_of(IDS, other, picked("ids"))["numbers"] == {}


@pytest.mark.parametrize(
    ("op", "position", "fed"),
    [("Reshape", 1, [-1, 1]), ("Slice", 2, [-1, -1]), ("ResizeBilinear", 1, [8, 8])],
)
def test_arguments_of_ops_are_valid(op: str, position: int, fed: list[int]) -> None:
    argument = {"name": "n", "op": "Placeholder", "dtype": INT32}
    given = [*["x"] * position, "n"]
    rules = rules_of(argument, {"name": "o", "op": op, "input": given})
    assert next(values.tries([("n", "int32", [2])], rules=rules))["n"].tolist() == fed


def test_lengths_of_sequences_are_not_longer_than_they() -> None:
    inputs: list[Input] = [("x", "float32", [None, None, 4]), ("n", "int32", [None])]
    node = {"name": "r", "op": "ReverseSequence", "input": ["x", "n"]}
    rules = rules_of({"name": "n", "op": "Placeholder", "dtype": INT32}, node)
    for arrays in values.tries(inputs, rules=rules):
        assert arrays["n"].min() >= 1
        assert arrays["n"].max() == arrays["x"].shape[1]


@pytest.mark.parametrize(
    ("node", "text"),
    [
        pytest.param(
            {"op": "DecodeCSV", "kinds": [STRING, FLOAT, INT64]}, b"water,0.5,1", id="csv"
        ),
        pytest.param({"op": "StringToNumber"}, b"1.5", id="number"),
        pytest.param({"op": "StringToNumber", "out_type": INT32}, b"1", id="whole-number"),
        pytest.param({"op": "DecodeBase64"}, b"d2F0ZXI", id="base64"),
    ],
)
def test_texts_are_what_is_read_of_them(node: dict[str, Any], text: bytes) -> None:
    source = {"name": "s", "op": "Placeholder", "dtype": STRING}
    rules = rules_of(source, {"name": "d", "input": ["s"], **node})
    assert next(values.tries([("s", "string", [])], rules=rules))["s"].item() == text


def test_text_that_is_split_into_numbers_has_many() -> None:
    rules = rules_of(
        {"name": "s", "op": "Placeholder", "dtype": STRING},
        {"name": "at", "value": [b"-"], "dtype": STRING},
        {"name": "p", "op": "StringSplitV2", "input": ["s", "at"]},
        {"name": "d", "op": "StringToNumber", "input": ["p:1"], "out_type": INT32},
    )
    fed = next(values.tries([("s", "string", [])], rules=rules))["s"].item()
    assert fed == b"-".join([b"1"] * 16)


def test_serialized_tensor_is_one_of_its_type() -> None:
    parse = {"name": "p", "op": "ParseTensor", "input": ["s"], "out_type": FLOAT}
    rules = rules_of({"name": "s", "op": "Placeholder", "dtype": STRING}, parse)
    fed = next(values.tries([("s", "string", [])], rules=rules))["s"].item()
    tensor = message_class("tensorflow.TensorProto").FromString(fed)
    assert (tensor.dtype, [dim.size for dim in tensor.tensor_shape.dim]) == (FLOAT, [1, 16])


def test_raw_bytes_are_as_many_as_the_reshape_asks_for() -> None:
    rules = rules_of(
        {"name": "s", "op": "Placeholder", "dtype": STRING},
        {"name": "d", "op": "DecodeRaw", "input": ["s"]},
        {"name": "to", "value": [-1, 6, 7]},
        {"name": "r", "op": "Reshape", "input": ["d", "to"]},
    )
    fed = next(values.tries([("s", "string", [])], rules=rules))["s"].item()
    assert len(fed) == 4 * 42


def test_words_of_each_table_are_fed_to_its_own_input_at_last() -> None:
    nodes: list[dict[str, Any]] = []
    for name, words in (("a", [b"red", b"green"]), ("b", [b"Oslo"])):
        nodes += [
            {"name": name, "op": "Placeholder", "dtype": STRING},
            {"name": f"t{name}", "op": "HashTableV2"},
            {"name": f"k{name}", "value": words, "dtype": STRING},
            {"name": f"i{name}", "op": "InitializeTableV2", "input": [f"t{name}", f"k{name}", "v"]},
            {"name": f"f{name}", "op": "LookupTableFindV2", "input": [f"t{name}", name, "z"]},
        ]
    inputs = [(name, "string", [2]) for name in "ab"]
    last = list(values.tries(inputs, rules=rules_of(*nodes)))[-1]
    assert {name: array.tolist() for name, array in last.items()} == {
        "a": [b"red", b"green"],
        "b": [b"Oslo", b"Oslo"],
    }


def test_sizes_are_multiples_of_what_a_row_is_reshaped_to() -> None:
    rules = rules_of(
        {"name": "to", "value": [-1, 60, 7]}, {"name": "r", "op": "Reshape", "input": ["x", "to"]}
    )
    shapes = [one["x"].shape for one in values.tries([("x", "float32", [None])], rules=rules)]
    assert (420,) in shapes
    inputs = [("x", "float32", [None, None, 6])]
    assert (1, 70, 6) in [one["x"].shape for one in values.tries(inputs, rules=rules)]


def test_size_that_the_graph_checks_is_tried() -> None:
    rules = rules_of(
        {"name": "shape", "op": "Shape", "input": ["x"]},
        {"name": "size", "op": "StridedSlice", "input": ["shape", "a", "b", "c"]},
        {"name": "wanted", "value": 40},
        {"name": "same", "op": "Equal", "input": ["size", "wanted"]},
        {"name": "other", "value": 41},
        {"name": "no-size", "op": "Equal", "input": ["y", "other"]},
    )
    assert rules["widths"] == [40]
    inputs: list[Input] = [("x", "float32", [None, None, None])]
    assert (1, 40, 40) in [one["x"].shape for one in values.tries(inputs, rules=rules)]


def signed(*nodes: dict[str, Any], **inputs: int) -> Any:
    """A MetaGraph with a signature `serve` of such inputs."""
    meta = message_class("tensorflow.MetaGraphDef")()
    placeholders = ({"name": name, "op": "Placeholder", "dtype": inputs[name]} for name in inputs)
    graph_of(*placeholders, *nodes, graph=meta.graph_def)
    for name, kind in inputs.items():
        info = meta.signature_def["serve"].inputs[name]
        info.name, info.dtype = f"{name}:0", kind
    return meta


def test_parts_of_a_sparse_tensor_belong_together_as_the_graph_uses_them() -> None:
    product = {"op": "SparseTensorDenseMatMul", "input": ["o:0", "o:1", "shape", "w"]}
    meta = signed(
        {"name": "o", "op": "SparseReorder", "input": ["i", "v", "shape"]},
        {"name": "w", "op": "VarHandleOp", "shape": [30, 4]},
        {"name": "direct", **product, "input": ["i", "v", "shape", "w"]},
        i=INT64,
        v=FLOAT,
        shape=INT64,
    )
    group = {"kind": "sparse", "names": ["i", "v", "shape"], "shape": [None, 30]}
    assert groups_by_use(meta) == {"serve": [group]}


@pytest.mark.parametrize(("name", "kind"), [("row_lengths", "lengths"), ("splits", "ragged")])
def test_rows_are_told_by_their_name(name: str, kind: str) -> None:
    meta = signed(**{"tokens": INT32, name: INT64})
    group = {"kind": kind, "names": ["tokens", name], "shape": None}
    assert groups_by_use(meta) == {"serve": [group]}
    parts: list[Input] = [("tokens", "int32", [None]), (name, "int64", [None])]
    arrays = next(values.tries(parts, [group]))
    assert values.fit(group, arrays)
    assert len(arrays["tokens"]) == 28


def test_type_is_that_of_the_graph() -> None:
    meta = signed({"name": "p", "op": "StringToNumber", "input": ["x"]}, x=STRING)
    meta.signature_def["serve"].inputs["x"].dtype = FLOAT
    assert "x" in rules_of_graph(meta.graph_def, meta, (), None)["contents"]


def test_inputs_of_other_uses_belong_to_nothing() -> None:
    meta = signed(tokens=INT32, row_lengths=INT64, x=FLOAT)
    assert groups_by_use(meta) == {"serve": []}


def test_what_is_cut_out_is_inside_of_the_picture() -> None:
    begin = [{"name": f"b{n}", "value": n} for n in (20, 30)]
    graph = graph_of(
        *begin,
        {"name": "begin", "op": "Pack", "input": ["b20", "b30"]},
        {"name": "size", "value": [300, -1]},
        {"name": "s", "op": "Slice", "input": ["x", "begin", "size"]},
    )
    assert cut_to(Flow(graph)) == 320


def test_sparse_inputs_of_one_shape_lie_at_the_same_places() -> None:
    parts: list[tuple[str, list[int | None]]]
    parts = [("int64", [None, 2]), ("float32", [None]), ("int64", [2])]
    inputs: list[Input] = [(f"{name}{n}", *part) for name in "ab" for n, part in enumerate(parts)]
    groups = [{"kind": "sparse", "names": [f"{name}{n}" for n in range(3)]} for name in "ab"]
    arrays = next(values.tries(inputs, groups))
    assert arrays["a0"].tolist() == arrays["b0"].tolist()
    assert (arrays["a0"] < arrays["a2"]).all()


def test_tenth_file_is_tried_after_the_ninth(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    place = store.inputs(0).emptied()
    for number in range(1, 12):
        (place / f"{number}.npz").touch()
    assert [path.stem for path in store.inputs(0).arrays] == [str(n) for n in range(1, 12)]

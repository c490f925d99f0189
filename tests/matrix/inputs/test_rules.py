"""What a model says of its inputs: what belongs together, its words and ids, pictures, lengths."""

from __future__ import annotations

import base64
import io
import json
import wave
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from matrix.inputs import media
from matrix.inputs.generated import made_inputs
from matrix.inputs.rules import hints_of_model
from matrix.inputs.sequence_length import needed_length
from matrix.inputs.text_vocabulary import vocabularies
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts, SignatureFacts, TensorFacts
from matrix.model.formats.readers.saved_model import read_saved_model
from matrix.model.opened_files import OpenedFiles
from tests import tiny_models
from tests.builders import make_model

STRING, FLOAT, INT32, INT64, RESOURCE = 7, 1, 3, 9, 20


class Made:
    """A SavedModel of one signature, `serve`, whose wrapper calls one function."""

    def __init__(self) -> None:
        self.message = message_class("tensorflow.SavedModel")()
        self.meta = self.message.meta_graphs.add()
        self.graph = self.meta.graph_def
        self.objects = self.meta.object_graph_def

    def signature(self, **inputs: tuple[int, Sequence[int]]) -> None:
        for name, (kind, sizes) in inputs.items():
            info = self.meta.signature_def["serve"].inputs[name]
            info.name, info.dtype = f"serve_{name}:0", kind
            for size in sizes:
                info.tensor_shape.dim.add(size=size)
            self.graph.node.add(name=f"serve_{name}", op="Placeholder")
        self.call("", "wrapper", [f"serve_{name}" for name in inputs])

    def call(self, place: str, callee: str, given: Sequence[str]) -> None:
        nodes = self.graph.node
        for function in self.graph.library.function:
            nodes = function.node_def if function.signature.name == place else nodes
        node = nodes.add(name=f"call_{callee}", op="StatefulPartitionedCall", input=given)
        node.attr["f"].func.name = callee

    def function(self, name: str, arguments: Mapping[str, int], *nodes: dict[str, Any]) -> Any:
        function = self.graph.library.function.add()
        function.signature.name = name
        for argument, kind in arguments.items():
            function.signature.input_arg.add(name=argument, type=kind)
        for one in nodes:
            function.node_def.add(**one)
        return function

    def bare(self) -> None:
        """What says that `serve` is the function `wrapper`, under the names of its arguments."""
        root, signatures, bare = (self.objects.nodes.add() for _ in range(3))
        root.children.add(node_id=1, local_name="signatures")
        signatures.children.add(node_id=2, local_name="serve")
        bare.bare_concrete_function.concrete_function_name = "wrapper"
        names = sorted(self.meta.signature_def["serve"].inputs)
        bare.bare_concrete_function.argument_keywords.extend(names)

    def saved(self, folder: Path) -> ModelFacts:
        path = folder / "saved_model.pb"
        path.write_bytes(self.message.SerializeToString())
        with OpenedFiles() as opened:
            written = read_saved_model(opened.at(path), opened)
        return make_model(path=folder, signatures=written.signatures, ops=written.ops)


def ragged() -> Made:
    made = Made()
    made.signature(X=(FLOAT, [-1]), X_1=(INT64, [-1]))
    made.function("wrapper", {"x": FLOAT, "x_1": INT64, "unknown": RESOURCE})
    made.call("wrapper", "inner", ["x", "x_1", "unknown", "^late"])
    made.function("inner", {"a": FLOAT, "b": INT64, "c": RESOURCE})
    made.bare()
    return made


def test_function_behind_a_signature_says_what_belongs_together(tmp_path: Path) -> None:
    made = ragged()
    known = made.objects.concrete_functions["inner"].canonicalized_input_signature
    spec = known.tuple_value.values.add().tuple_value.values.add().type_spec_value
    spec.type_spec_class = spec.RAGGED_TENSOR_SPEC
    values = spec.type_state.tuple_value.values
    for size in (-1, -1):
        values.add() if not values else None
        values[0].tensor_shape_value.dim.add(size=size)
    values.add().tensor_dtype_value = FLOAT
    values.add().int64_value = 1
    model = made.saved(tmp_path)
    group = {"kind": "ragged", "names": ["X", "X_1"], "shape": (None, None)}
    assert hints_of_model(model).groups == {"serve": [group]}
    assert next(made_inputs(model))["serve/X_1"].tolist() == [0, 16, 24, 28]


def test_parts_of_an_argument_remember_its_name(tmp_path: Path) -> None:
    made = ragged()
    inner = made.graph.library.function[-1]
    for place in (0, 1):
        attributes = inner.arg_attr[place].attr
        attributes["_user_specified_name"].s = b"x"
        attributes["_output_shapes"].list.shape.add().dim.add(size=-1)
    group = {"kind": "ragged", "names": ["X", "X_1"], "shape": None}
    assert hints_of_model(made.saved(tmp_path)).groups == {"serve": [group]}


def test_what_nothing_says_belongs_together_does_not(tmp_path: Path) -> None:
    assert hints_of_model(ragged().saved(tmp_path)).groups == {"serve": []}


def test_sparse_input_of_tensorflow_1_is_three_tensors(tmp_path: Path) -> None:
    made = Made()
    info = made.meta.signature_def["serve"].inputs["x"]
    info.coo_sparse.values_tensor_name = "v:0"
    info.dtype = FLOAT
    for size in (-1, 30):
        info.tensor_shape.dim.add(size=size)
    model = made.saved(tmp_path)
    arrays = next(made_inputs(model))
    assert [one.name for one in model.signatures[0].inputs] == [
        "x_indices",
        "x_values",
        "x_dense_shape",
    ]
    assert arrays["serve/x_dense_shape"].tolist() == [3, 30]
    assert (arrays["serve/x_indices"] < [3, 30]).all()


def constant(name: str, kind: int, values: Sequence[Any]) -> dict[str, Any]:
    tensor = message_class("tensorflow.TensorProto")(dtype=kind)
    (tensor.string_val if kind == STRING else tensor.int64_val).extend(values)
    attribute = message_class("tensorflow.AttrValue")(tensor=tensor)
    return {"name": name, "op": "Const", "attr": {"value": attribute}}


def with_tables() -> Made:
    """Two inputs that are looked up in tables, which functions initialise."""
    made = Made()
    made.signature(color=(STRING, [-1]), number=(INT64, [-1]))
    made.function("wrapper", {"color": STRING, "number": INT64})
    made.call("wrapper", "inner", ["color", "number"])
    find = {"op": "LookupTableFindV2"}
    made.function(
        "inner",
        {"color": STRING, "number": INT64},
        {"name": "lower", "op": "StringLower", "input": ["color"]},
        {"name": "a", "input": ["table", "lower:output:0", "default"], **find},
        {"name": "b", "input": ["table", "number", "default"], **find},
    )
    for name, kind, keys in (("s", STRING, [b"red", b"green"]), ("n", INT64, [1138, 42])):
        made.graph.node.add(**constant(f"keys_{name}", kind, keys))
        made.call("", f"initializer_{name}", ["table", f"keys_{name}"])
        made.function(
            f"initializer_{name}",
            {"t": RESOURCE, "k": kind},
            {"name": "i", "op": "LookupTableImportV2", "input": ["t", "k", "values"]},
        )
    return made


def test_words_and_ids_are_those_of_the_tables(tmp_path: Path) -> None:
    model = with_tables().saved(tmp_path)
    arrays = next(made_inputs(model))
    assert arrays["serve/color"].tolist() == [b"red", b"green", b"hello world"]
    assert set(arrays["serve/number"].tolist()) <= {1138, 42}


@pytest.mark.parametrize(
    ("op", "begins"),
    [("DecodeJpeg", b"\x89PNG"), ("DecodeBmp", b"BM"), ("DecodeWav", b"RIFF")],
)
@pytest.mark.parametrize("web", [False, True], ids=["bytes", "base64"])
def test_model_that_decodes_gets_something_encoded(
    tmp_path: Path, op: str, begins: bytes, web: bool
) -> None:
    made = Made()
    made.signature(image=(STRING, [-1]))
    made.function("wrapper", {"image": STRING}, {"name": "l", "op": "TensorListFromTensor"})
    wrapper = made.graph.library.function[-1]
    wrapper.node_def[0].input.append("image")
    loop = wrapper.node_def.add(name="loop", op="StatelessWhile", input=["count", "l:handle:0"])
    loop.attr["body"].func.name = "body"
    body = made.function("body", {"count": INT32, "list": 21})
    item = body.node_def.add(name="item", op="TensorListGetItem", input=["list", "count"])
    if web:
        item = body.node_def.add(name="web", op="DecodeBase64", input=["item:item:0"])
    body.node_def.add(name="decode", op=op, input=[f"{item.name}:0"])
    (content,) = next(made_inputs(made.saved(tmp_path)))["serve/image"].tolist()
    if web:
        content = base64.urlsafe_b64decode(content + b"=" * (-len(content) % 4))
    assert content.startswith(begins)


def test_example_goes_to_the_input_that_is_parsed(tmp_path: Path) -> None:
    made = Made()
    made.signature(text=(STRING, [-1]), tf_example=(STRING, [-1]))
    made.graph.node.add(**constant("key", STRING, [b"word"]))
    made.graph.node.add(name="parse", op="ParseExample", input=["serve_tf_example", "n", "key"])
    made.graph.node[-1].attr["sparse_types"].list.type.append(STRING)
    arrays = list(made_inputs(made.saved(tmp_path)))[-1]
    assert b"word" in arrays["serve/tf_example"].item(0)
    assert arrays["serve/text"].item(0) == b"hello world"


def test_damaged_model_gets_inputs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: Any) -> Any:
        raise IndexError("list index out of range")

    monkeypatch.setattr("matrix.inputs.generated.hints_of_model", damaged)
    assert list(made_inputs(ragged().saved(tmp_path)))


def test_media_are_whole() -> None:
    with wave.open(io.BytesIO(media.wav())) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (16000, 16000)
    assert int.from_bytes(media.bmp()[2:6], "little") == len(media.bmp())
    # Arrays of bytes lose zeros at the end.
    assert all(made[-1] for made in (media.bmp(), media.wav()))


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, **config}}


def keras(folder: Path, *layers: dict[str, Any], **files: str) -> ModelFacts:
    path = folder / "m.keras"
    document = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(document))
        for name, text in files.items():
            archive.writestr(f"assets/{name}/vocabulary.txt", text)
    kinds = {one["class_name"]: 1 for one in layers}
    inputs = TensorFacts(name="in", dtype="string", shape=(None, 1))
    if "IntegerLookup" in kinds:
        inputs = TensorFacts(name="in", dtype="int64", shape=(None, 1))
    signature = SignatureFacts(name="call", inputs=(inputs,))
    return make_model(Format.KERAS_V3, path=path, layers=kinds, signatures=(signature,))


def fed(model: ModelFacts) -> list[Any]:
    return list(next(made_inputs(model))["call/in"].ravel().tolist())


def test_vocabulary_in_a_configuration_is_fed(tmp_path: Path) -> None:
    words = ["", "[UNK]", "yes", "no"]
    model = keras(tmp_path, layer("StringLookup", "l", vocabulary=words))
    assert fed(model) == [b"yes", b"no", b"hello world"]


def test_vocabulary_in_a_file_is_fed_as_a_sentence_where_texts_are_split(tmp_path: Path) -> None:
    model = keras(tmp_path, layer("TextVectorization", "t"), t="the\nfox\n")
    assert fed(model) == [b"the fox", b"the", b"fox", b"hello world"]


def test_configuration_that_is_no_unicode_is_read_all_the_same(tmp_path: Path) -> None:
    path = tiny_models.hdf5(tmp_path / "model.h5")
    document = b'{"class_name": "Embedding", "config": {"name": "\xff", "input_dim": 9}}'
    with h5py.File(path, "a") as file:
        file.attrs.create("model_config", document, dtype=h5py.string_dtype())
    assert hints_of_model(make_model(Format.KERAS_H5, path=path)).rules["below"] == 9


def test_looked_up_integers_are_fed_to_the_layer_that_looks_them_up(tmp_path: Path) -> None:
    lookup = layer("IntegerLookup", "l", vocabulary=[1138, 42])
    model = keras(tmp_path, layer("InputLayer", "in"), lookup)
    assert fed(model)[0] in (1138, 42)
    model = keras(tmp_path, layer("InputLayer", "in"), layer("Embedding", "e"), lookup)
    assert fed(model)[0] in (0, 1)


def test_keys_in_a_checkpoint_are_a_vocabulary(tmp_path: Path) -> None:
    keys = {"l/_table/.ATTRIBUTES/table-keys": [b"north", b"south"]}
    tiny_models.bundle(tmp_path / "variables" / "variables", [keys])
    made = Made()
    made.signature(x=(STRING, [-1]))
    assert hints_of_model(made.saved(tmp_path)).rules["texts"] == ["north", "south", "hello world"]


def test_empty_places_of_a_dense_table_are_no_keys(tmp_path: Path) -> None:
    keys = {"t/.ATTRIBUTES/table-keys": np.array([0, 1, -1, -1, 4], dtype="int64")}
    tiny_models.bundle(tmp_path / "variables" / "variables", [keys])
    made = Made()
    made.signature(x=(INT64, [-1]))
    with OpenedFiles() as opened:
        assert vocabularies(made.saved(tmp_path), None, opened).numbers == ((0, 1, 4),)


def test_lines_that_look_like_numbers_and_are_none_are_words(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "options.txt").write_text("-1\n--2\n")
    made = Made()
    made.signature(x=(STRING, [-1]))
    assert hints_of_model(made.saved(tmp_path)).rules["texts"] == ["-1", "--2", "hello world"]


def test_lines_of_an_asset_are_a_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "vocab.txt").write_text("[PAD]\n[UNK]\nanchor\t7\n##ing\nbolt\n")
    made = Made()
    made.signature(x=(STRING, [-1]))
    assert hints_of_model(made.saved(tmp_path)).rules["texts"] == ["anchor", "bolt", "hello world"]


@pytest.mark.parametrize(
    ("layers", "needed"),
    [
        pytest.param([("Cropping1D", {"cropping": [5000, 5000]})], 10001, id="crop"),
        pytest.param([("Cropping2D", {"cropping": [[2, 3], [4, 5]]})], 10, id="crop-2d"),
        pytest.param([("Conv1D", {"kernel_size": [5], "dilation_rate": [3]})], 13, id="dilated"),
        pytest.param([("Conv1D", {"kernel_size": [5], "padding": "same"})], 0, id="padded"),
        pytest.param(
            [
                ("Conv1D", {"kernel_size": {"class_name": "__tuple__", "items": [5]}}),
                ("MaxPooling1D", {"pool_size": [4], "strides": [4]}),
                ("Cropping1D", {"cropping": [300, 300]}),
            ],
            2408,
            id="one-after-the-other",
        ),
        pytest.param([("Dense", {"units": 9})], 0, id="nothing"),
    ],
)
def test_length_is_what_the_layers_leave_something_of(
    tmp_path: Path, layers: list[Any], needed: int
) -> None:
    made = [layer(kind, f"l{n}", **config) for n, (kind, config) in enumerate(layers)]
    with OpenedFiles() as opened:
        assert needed_length(keras(tmp_path, *made), None, opened) == needed


def test_crop_of_a_graph_is_a_slice_at_both_ends() -> None:
    graph = message_class("tensorflow.GraphDef")()
    graph.node.add(**constant("begin", INT64, [0, 320, 0]))
    graph.node.add(**constant("end", INT64, [0, -320, 0]))
    graph.node.add(**constant("one", INT64, [1]))
    graph.node.add(**constant("zero", INT64, [0]))
    graph.node.add(name="crop", op="StridedSlice", input=["x", "begin", "end", "strides"])
    graph.node.add(name="shape", op="StridedSlice", input=["y", "one", "zero", "strides"])
    model = make_model(Format.GRAPH_DEF)
    assert needed_length(model, graph, OpenedFiles()) == 641
    pool = graph.node.add(name="pool", op="MaxPool")
    pool.attr["strides"].list.i.extend([1, 4, 1, 1])
    pool.attr["ksize"].list.i.extend([1, 4, 1, 1])
    assert needed_length(model, graph, OpenedFiles()) == (641 + 4) * 4 + 4

"""Whole models of a few hundred bytes in every format, made without TensorFlow."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import google_crc32c
import h5py
import numpy as np

from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.sstable import MAGIC, masked

_Slots = Mapping[int, Any]
_CONFIG = {
    "class_name": "Sequential",
    "config": {"name": "m", "layers": [{"class_name": "Dense", "config": {"units": 2}}]},
}


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def _block(items: Sequence[tuple[bytes, bytes]]) -> bytes:
    out, before = b"", b""
    for key, value in items:
        shared = 0
        while shared < min(len(key), len(before)) and key[shared] == before[shared]:
            shared += 1
        out += _varint(shared) + _varint(len(key) - shared) + _varint(len(value))
        out += key[shared:] + value
        before = key
    return out + struct.pack("<II", 0, 1)


def table(
    items: Sequence[tuple[bytes, bytes]], pack: Callable[[bytes], bytes] | None = None
) -> bytes:
    """A LevelDB table; `pack` compresses its data block with snappy."""
    out = b""

    def add(block: bytes, kind: int) -> bytes:
        nonlocal out
        handle = _varint(len(out)) + _varint(len(block))
        crc = masked(google_crc32c.value(block + bytes([kind])))
        out += block + bytes([kind]) + struct.pack("<I", crc)
        return handle

    data = _block(items)
    first = add(pack(data) if pack else data, 1 if pack else 0)
    empty = add(_block([]), 0)
    index = add(_block([(items[-1][0], first)]), 0)
    return out + (empty + index).ljust(40, b"\0") + MAGIC


def bundle(prefix: Path, shards: Sequence[Mapping[str, Any]]) -> Path:
    """A checkpoint: one mapping of names to arrays, or to lists of bytes, for each shard."""
    header = message_class("tensorflow.BundleHeaderProto")(num_shards=len(shards))
    header.version.producer = 1
    items = [(b"", header.SerializeToString())]
    prefix.parent.mkdir(parents=True, exist_ok=True)
    for number, tensors in enumerate(shards):
        content = b""
        for name, value in tensors.items():
            entry, data = _entry(value)
            entry.shard_id, entry.offset, entry.size = number, len(content), len(data)
            items.append((name.encode(), entry.SerializeToString()))
            content += data
        place = f"{prefix.name}.data-{number:05d}-of-{len(shards):05d}"
        prefix.with_name(place).write_bytes(content)
    index = prefix.with_name(f"{prefix.name}.index")
    index.write_bytes(table(sorted(items)))
    return index


def _entry(value: Any) -> tuple[Any, bytes]:
    entry = message_class("tensorflow.BundleEntryProto")()
    if isinstance(value, list):
        entry.dtype = 7
        entry.shape.dim.add(size=len(value))
        sizes = b"".join(struct.pack("<I", len(one)) for one in value)
        mark = struct.pack("<I", masked(google_crc32c.value(sizes)))
        entry.crc32c = masked(google_crc32c.value(sizes + mark + b"".join(value)))
        return entry, b"".join(_varint(len(one)) for one in value) + mark + b"".join(value)
    entry.dtype = {"float32": 1, "int64": 9}[value.dtype.name]
    for size in value.shape:
        entry.shape.dim.add(size=size)
    data = value.tobytes()
    entry.crc32c = masked(google_crc32c.value(data))
    return entry, data


def checkpoint(folder: Path) -> Path:
    """A checkpoint of two shards in a folder of its own."""
    numbers = {"dense/kernel": np.arange(300, dtype="float32"), "dense/bias": np.ones(3, "float32")}
    index = bundle(folder / "model.ckpt", [numbers, {"names": [b"one", b"", b"three"]}])
    (folder / "checkpoint").write_text('model_checkpoint_path: "model.ckpt"\n', encoding="utf-8")
    return index.parent


def graph(count: int = 20) -> Any:
    """A GraphDef: a constant, a placeholder and their product."""
    made = message_class("tensorflow.GraphDef")()
    made.versions.producer = 1645
    made.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
    constant = made.node.add(name="w", op="Const")
    tensor = constant.attr["value"].tensor
    tensor.dtype = 1
    tensor.tensor_shape.dim.add(size=count)
    tensor.tensor_content = np.arange(count, dtype="float32").tobytes()
    made.node.add(name="y", op="Mul", input=["x", "w"])
    return made


def saved_model(folder: Path) -> Path:
    """A SavedModel of TensorFlow 2 with one variable and one asset."""
    made = message_class("tensorflow.SavedModel")(saved_model_schema_version=1)
    meta = made.meta_graphs.add()
    meta.meta_info_def.tensorflow_version = "2.15.1"
    meta.meta_info_def.tags.append("serve")
    meta.graph_def.CopyFrom(graph())
    meta.object_graph_def.nodes.add().user_object.identifier = "_generic_user_object"
    meta.object_graph_def.nodes.add().variable.dtype = 1
    meta.asset_file_def.add(filename="words.txt")
    bundle(folder / "variables" / "variables", [{"v": np.arange(200, dtype="float32")}])
    (folder / "assets").mkdir()
    (folder / "assets" / "words.txt").write_text("one\ntwo\n", encoding="utf-8")
    (folder / "saved_model.pb").write_bytes(made.SerializeToString())
    return folder


def hdf5(path: Path) -> Path:
    """A Keras 2 model in HDF5, its weights compressed."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(_CONFIG)
        group = file.create_group("model_weights/dense")
        group.create_dataset("kernel", data=np.arange(2000, dtype="float32"), compression="gzip")
    return path


def keras(path: Path) -> Path:
    """A Keras 3 model in a zip file."""
    weights = path.with_name("weights.h5")
    with h5py.File(weights, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.arange(300, dtype="float32"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        archive.writestr("config.json", json.dumps(_CONFIG))
        archive.write(weights, "model.weights.h5")
    weights.unlink()
    return path


def graph_def(path: Path) -> Path:
    """A frozen graph."""
    path.write_bytes(graph(200).SerializeToString())
    return path


def tflite(path: Path) -> Path:
    """A TensorFlow Lite model: one operator that adds a constant."""
    name = "input"
    tensors = [
        {0: [2], 1: struct.pack("b", 0), 2: struct.pack("<I", 0), 3: name},
        {0: [100], 1: struct.pack("b", 0), 2: struct.pack("<I", 1), 3: "constant"},
        {0: [2], 1: struct.pack("b", 0), 2: struct.pack("<I", 0), 3: "output"},
    ]
    operator = {0: struct.pack("<I", 0), 1: [0, 1], 2: [2]}
    model = {
        0: struct.pack("<I", 3),
        1: [{0: struct.pack("b", 0), 2: struct.pack("<i", 1)}],
        2: [{0: tensors, 1: [0], 2: [2], 3: [operator]}],
        3: "made by hand",
        4: [{}, {0: np.arange(100, dtype="float32").tobytes() + b""}],
    }
    return _flatbuffer(path, model)


def quantised_tflite(path: Path, scale: float = 0.5) -> Path:
    """A TensorFlow Lite model that gives the largest of its int8 numbers as floats, and where."""

    def tensor(kind: int, name: str, *, quantised: bool = False) -> _Slots:
        found: dict[int, Any] = {
            0: [2],
            1: struct.pack("b", kind),
            2: struct.pack("<I", 0),
            3: name,
        }
        scales = list(struct.unpack("<i", struct.pack("<f", scale)))
        return {**found, 4: {2: scales}} if quantised else found

    def operator(code: int, inputs: list[int], outputs: list[int]) -> dict[int, Any]:
        return {0: struct.pack("<I", code), 1: inputs, 2: outputs}

    tensors = [
        tensor(9, "input", quantised=True),
        tensor(9, "values", quantised=True),
        tensor(2, "places"),
        tensor(0, "scores"),
    ]
    graph = {0: tensors, 1: [0], 2: [3, 2], 3: [operator(0, [0], [1, 2]), operator(1, [1], [3])]}
    model = {
        0: struct.pack("<I", 3),
        1: [{0: struct.pack("b", code), 2: struct.pack("<i", 1)} for code in (48, 6)],
        2: [graph],
        3: "made by hand",
        4: [{}],
    }
    return _flatbuffer(path, model)


def _flatbuffer(path: Path, model: _Slots) -> Path:
    out = bytearray(struct.pack("<I4s", 0, b"TFL3"))
    struct.pack_into("<I", out, 0, _table(out, model))
    path.write_bytes(bytes(out))
    return path


def _table(out: bytearray, slots: _Slots) -> int:
    """Append a table and all it refers to; numbers are bytes already."""
    # Numbers of eight bytes do not occur; everything lies on four.
    while len(out) % 4:
        out.append(0)
    count = max(slots, default=-1) + 1
    vtable, size = len(out), 4 + 2 * count + (2 * count) % 4
    out += bytes(size)
    start = len(out)
    struct.pack_into("<HH", out, vtable, 4 + 2 * count, 4 + 4 * len(slots))
    out += struct.pack("<i", start - vtable) + bytes(4 * len(slots))
    for place, (number, value) in enumerate(slots.items()):
        at = start + 4 + 4 * place
        struct.pack_into("<H", out, vtable + 4 + 2 * number, at - start)
        if isinstance(value, bytes) and len(value) <= 4:
            out[at : at + len(value)] = value
        else:
            struct.pack_into("<I", out, at, _referred(out, value) - at)
    return start


def _referred(out: bytearray, value: Any) -> int:
    while len(out) % 4:
        out.append(0)
    start = len(out)
    if isinstance(value, str):
        out += struct.pack("<I", len(value)) + value.encode() + b"\0"
    elif isinstance(value, bytes):
        out += struct.pack("<I", len(value)) + value
    elif isinstance(value, dict):
        return _table(out, value)
    elif value and isinstance(value[0], int):
        out += struct.pack(f"<I{len(value)}i", len(value), *value)
    else:
        out += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for number, one in enumerate(value):
            at = start + 4 + 4 * number
            struct.pack_into("<I", out, at, _table(out, one) - at)
    return start

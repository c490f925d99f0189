"""Reads TensorFlow's protocol buffers without TensorFlow, in a private descriptor pool.

`descriptors.binpb` holds their descriptors (see `generate_descriptors.py`). The pool is our own,
so that a TensorFlow imported elsewhere in the process cannot collide with it.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from matrix.model.codecs.readable import Readable

_DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")


# Two threads may ask for it at once, and messages of two pools do not mix.
_BUILDING = threading.Lock()


def _pool() -> descriptor_pool.DescriptorPool:
    with _BUILDING:
        return _built_pool()


@functools.cache
def _built_pool() -> descriptor_pool.DescriptorPool:
    files = descriptor_pb2.FileDescriptorSet.FromString(_DESCRIPTORS.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


@functools.cache
def message_class(name: str) -> Any:
    """The class of a message, e.g. `tensorflow.SavedModel`.

    Raises:
        KeyError: the descriptor set has no such message.
    """
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(name))


_ASSETS = "saved_model_assets"
# Protocol buffers end at 2 GB; reading text takes a minute for each 50 MB.
_MOST_BINARY = 2**31 - 1
MOST_TEXT = 2**25


def message_in(file: Readable, name: str, *, text: bool = False) -> Any | None:
    """The message of TensorFlow in a file, e.g. a `SavedModel`, parsed once.

    `None` where the bytes do not parse as one, or are more than can be read.
    """
    return file.once(("message", name, text), lambda: _message_in(file, name, text=text))


def _message_in(file: Readable, name: str, *, text: bool) -> Any | None:
    if file.size > (MOST_TEXT if text else _MOST_BINARY):
        return None
    return parse_message(name, file.content(), text=text)


def parse_message(name: str, content: bytes, *, text: bool = False) -> Any | None:
    """A message of TensorFlow; `None` where the bytes do not parse as one."""
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    message = message_class(f"tensorflow.{name}")()
    try:
        if text:
            text_format.Parse(content.decode("utf-8"), message, allow_unknown_field=True)
        else:
            message.ParseFromString(content)
    except (DecodeError, text_format.ParseError, UnicodeDecodeError, RecursionError):
        return None
    return message


def keras_metadata_in(file: Readable) -> list[Any]:
    """The objects in a `keras_metadata.pb`, parsed once."""
    return file.once("keras metadata", lambda: keras_metadata(file.content()))


def keras_metadata(content: bytes) -> list[Any]:
    """The objects in `keras_metadata.pb`, whose descriptor no TensorFlow has any more.

    Each has `node_path`, `identifier` and `metadata`; none where the bytes do not parse.
    """
    from google.protobuf.message import DecodeError

    try:
        return list(_saved_metadata().FromString(content).nodes)
    except DecodeError:
        return []


@functools.cache
def _saved_metadata() -> Any:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="saved_metadata.proto", syntax="proto3")
    node = file.message_type.add(name="SavedObject")
    names = {3: "node_path", 4: "identifier", 5: "metadata"}
    for number, name in names.items():
        kind = field.TYPE_BYTES if name == "metadata" else field.TYPE_STRING
        node.field.add(name=name, number=number, type=kind, label=field.LABEL_OPTIONAL)
    whole = file.message_type.add(name="SavedMetadata")
    whole.field.add(
        name="nodes",
        number=1,
        type=field.TYPE_MESSAGE,
        type_name="SavedObject",
        label=field.LABEL_REPEATED,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("SavedMetadata"))


def assets_in(meta: Any) -> list[Any]:
    """The assets of a MetaGraph, each with its `filename` and the tensor that holds its path.

    TensorFlow 1 writes them into a collection, and many graphs have them only there.
    """
    if meta.asset_file_def or _ASSETS not in meta.collection_def:
        return list(meta.asset_file_def)
    assets = []
    for packed in meta.collection_def[_ASSETS].any_list.value:
        if packed.type_url.endswith("AssetFileDef"):
            asset = parse_message("AssetFileDef", packed.value)
            assets += [asset] if asset is not None else []
    return assets


def called_functions(node: Any) -> Iterator[str]:
    """The names of the functions that a NodeDef may call."""
    # A function may be called by an op of its own name.
    yield node.op
    for value in node.attr.values():
        kind = value.WhichOneof("value")
        if kind == "func":
            yield value.func.name
        elif kind == "list":
            yield from (function.name for function in value.list.func)

"""Which message a graph file contains; a protocol buffer itself does not say.

The numbers and wire types of its outermost fields tell GraphDef, MetaGraphDef and SavedModel apart,
and what the first field is; a text form begins with the name of a field.
"""

from __future__ import annotations

import re

from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.protobuf_wire import LENGTH, VARINT, MessageOutline, outline_in, outline_of
from matrix.model.codecs.readable import Readable

# The fields of the messages, by wire type.
_FIELDS = {
    "GraphDef": {1: LENGTH, 2: LENGTH, 3: VARINT, 4: LENGTH, 5: LENGTH},
    "MetaGraphDef": dict.fromkeys(range(1, 8), LENGTH),
    "SavedModel": {1: VARINT, 2: LENGTH},
}
# How a text form begins tells what it is of.
_TEXT = re.compile(rb"(?:\s|#[^\n]*\n)*(?P<name>[a-z_]+)\s*[:{]")
_TEXT_KINDS = {
    **dict.fromkeys((b"node", b"library", b"versions", b"version"), "GraphDef"),
    **dict.fromkeys((b"meta_info_def", b"graph_def", b"saver_def"), "MetaGraphDef"),
    **dict.fromkeys((b"saved_model_schema_version", b"meta_graphs"), "SavedModel"),
}
_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")
_OP = re.compile(r"[A-Za-z_][A-Za-z0-9_>.:]*")
_GRAPH_OF_META = 2
_OP_OF_NODE = 2


def graph_kind(file: Readable, *, text: bool = False) -> str | None:
    """`GraphDef`, `MetaGraphDef` or `SavedModel`, by how a file begins; `None` for others."""
    return text_kind(file.head) if text else binary_kind(file)


def text_kind(head: bytes) -> str | None:
    """The message that a file in text form is, by its first bytes; `None` for other texts."""
    return _TEXT_KINDS.get(text["name"]) if (text := _TEXT.match(head)) else None


def binary_kind(file: Readable) -> str | None:
    """The message that a file in binary form is; `None` for others."""
    outline = outline_in(file)
    if outline is None:
        return None
    kinds = (kind for kind, allowed in _FIELDS.items() if outline.within(allowed))
    return next((kind for kind in kinds if begins(kind, outline)), None)


def begins(kind: str, outline: MessageOutline) -> bool:
    """Whether the first field of a file is what such a message has first."""
    if kind == "SavedModel":
        allowed = {(1, VARINT), (2, LENGTH)}
        return outline.fields <= allowed and (2, LENGTH) in outline.fields
    if kind == "GraphDef":
        return outline.number == 1 and _is_node(outline.first)
    if outline.number == 1:
        return _is_meta_info(outline.first)
    graph = outline_of(outline.first) if outline.number == _GRAPH_OF_META else None
    return graph is not None and begins("GraphDef", graph)


def _is_node(content: bytes) -> bool:
    """Whether these bytes begin with the name of a node and its op."""
    name = outline_of(content)
    if name is None or name.number != 1 or not _NAME.fullmatch(_ascii(name.first)):
        return False
    rest = outline_of(content[content.index(name.first) + len(name.first) :])
    if rest is None or rest.number != _OP_OF_NODE:
        return False
    return bool(_OP.fullmatch(_ascii(rest.first)))


def _is_meta_info(content: bytes) -> bool:
    from google.protobuf.message import DecodeError

    message = message_class("tensorflow.MetaGraphDef.MetaInfoDef")()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return False
    return bool(message.tensorflow_version or message.stripped_op_list.op or message.tags)


def _ascii(content: bytes) -> str:
    return content.decode("ascii", "replace")

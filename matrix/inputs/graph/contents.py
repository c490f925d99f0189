"""What a text input must hold, by the ops that read it: pictures, sounds, numbers, lines."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from typing import Any

from matrix.inputs import media, pictures
from matrix.inputs.graph.constants import values_of
from matrix.inputs.graph.flow import Flow, Read
from matrix.inputs.graph.sizes import counts_after
from matrix.model.codecs.protobuf import message_class

PARSERS = frozenset({"ParseExample", "ParseExampleV2", "ParseSingleExample"})
_PICTURES = frozenset({"DecodeJpeg", "DecodePng", "DecodeImage", "DecodeGif"})
_SPLITTING = ("StringSplit", "StringSplitV2")
_FLOATS, _STRING = (1, 2, 19), 7
# Bytes of a number of each type that `DecodeRaw` gives.
_WIDTHS = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 9: 8, 10: 1, 17: 2, 19: 2}
_FEW_NUMBERS, _MOST_BYTES = 16, 2**20
_WORDS = (b"water", b"hello world")


def contents_for(flow: Flow, reads: Sequence[Read], example: bytes | None = None) -> list[bytes]:
    """Texts for an input, to be fed in turn; nothing where any text will do."""
    ops = {read.node.op for read in reads}
    made = _decoded(ops, example) or [text for read in reads for text in _read_as(flow, read)]
    if made and "StringToNumber" in ops:
        made = [
            _joined(flow, read, made[0]) for read in reads if read.node.op in _SPLITTING
        ] or made
    if "DecodeBase64" in ops:
        # Without padding, as TensorFlow writes it and reads it.
        return [base64.urlsafe_b64encode(text).rstrip(b"=") for text in made or _WORDS]
    return made


def _decoded(ops: set[str], example: bytes | None) -> list[bytes]:
    if ops & PARSERS:
        return [example] if example else []
    if ops & _PICTURES:
        return [pictures.picture()]
    if "DecodeBmp" in ops:
        return [media.bmp()]
    return [media.wav()] if "DecodeWav" in ops else []


def _read_as(flow: Flow, read: Read) -> list[bytes]:
    op, attributes = read.node.op, read.node.attr
    if op == "StringToNumber":
        whole = attributes["out_type"].type not in _FLOATS
        return [b"1", b"2"] if whole else [b"1.5", b"2"]
    if op == "ParseTensor":
        return [_tensor(attributes["out_type"].type)]
    if op == "DecodeCSV" and read.position == 0:
        return [_line(attributes)]
    if op == "DecodeRaw":
        return [_raw(flow, read, attributes["out_type"].type)]
    return []


def _joined(flow: Flow, read: Read, field: bytes) -> bytes:
    """As many fields as anybody takes, by what the text is split at."""
    node = flow.source(read, 1)
    separators = values_of(node.attr["value"].tensor) if node is not None else ()
    separator = next((text for text in separators if isinstance(text, str)), "")
    return (separator.encode() or b" ").join([field] * _FEW_NUMBERS)


def _tensor(kind: int) -> bytes:
    """A serialized tensor: a row of zeros."""
    made = message_class("tensorflow.TensorProto")(dtype=kind)
    made.tensor_shape.dim.add(size=1)
    made.tensor_shape.dim.add(size=_FEW_NUMBERS)
    # Only an empty list stands for zeros of any type.
    return bytes(made.SerializeToString())


def _line(attributes: Any) -> bytes:
    """A line with a field of each type."""
    fields = [
        b"water" if kind == _STRING else b"0.5" if kind in _FLOATS else b"1"
        for kind in attributes["OUT_TYPE"].list.type
    ]
    return (attributes["field_delim"].s or b",").join(fields)


def _raw(flow: Flow, read: Read, kind: int) -> bytes:
    """As many numbers as what follows asks for."""
    width = _WIDTHS.get(kind, 1)
    count = next(iter(counts_after(flow, read)), _FEW_NUMBERS)
    count = min(count, _MOST_BYTES // width)
    if kind in _FLOATS[:2]:
        form = "f" if kind == 1 else "d"
        return struct.pack(f"<{count}{form}", *((n % 10 + 1) / 16 for n in range(count)))
    # No zero byte at the end, which arrays of bytes would lose.
    return b"\x01" * (count * width)

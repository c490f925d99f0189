"""The example that a SavedModel ships: `assets.extra/tf_serving_warmup_requests`.

TensorFlow Serving replays these requests when it loads a model. It is a TFRecord file of
PredictionLog messages, whose descriptor no TensorFlow has: fields are read by their numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from matrix.inputs.graph.constants import array_of
from matrix.model.codecs.protobuf import parse_message
from matrix.model.facts import Format, ModelFacts
from matrix.model.opened_files import OpenedFiles
from matrix.npz import Array

_PLACE = Path("assets.extra", "tf_serving_warmup_requests")
_MOST_BYTES, _MOST_REQUESTS = 2**26, 3
_USUAL = "serving_default"
_LENGTH_DELIMITED = 2
# Fields of PredictionLog, and of what is below them.
_CLASSIFY, _REGRESS, _PREDICT = 2, 3, 6
_REQUEST, _SPEC, _INPUT, _SIGNATURE = 1, 1, 2, 3
_KEY, _VALUE = 1, 2

# The arrays of a request by the names of inputs.
Request = Mapping[str, Array]


def shipped_inputs(model: ModelFacts, opened: OpenedFiles) -> dict[str, Sequence[Request]]:
    """What the first requests feed each signature; nothing where the model ships none."""
    path = model.load_path / _PLACE
    if model.format not in (Format.SAVED_MODEL, Format.SAVED_MODEL_V1) or not path.is_file():
        return {}
    found: dict[str, list[Request]] = {}
    for record in _records(opened.at(path).read_at(0, _MOST_BYTES)):
        signature, request = _request(record, model)
        known = found.setdefault(signature, [])
        if request and len(known) < _MOST_REQUESTS:
            known.append(request)
    return {name: requests for name, requests in found.items() if requests}


def _records(content: bytes) -> Iterator[bytes]:
    """A TFRecord file: length, checksum, content, checksum, again and again."""
    place = 0
    while place + 12 <= len(content):
        (size,) = struct.unpack_from("<Q", content, place)
        record = content[place + 12 : place + 12 + size]
        if len(record) < size:
            return
        yield record
        place += size + 16


def _request(record: bytes, model: ModelFacts) -> tuple[str, Request]:
    """The signature of a request and its arrays; no arrays where it cannot be read."""
    try:
        for kind, log in _fields(record):
            for number, request in _fields(log):
                if kind in (_CLASSIFY, _REGRESS, _PREDICT) and number == _REQUEST:
                    name = _signature(request)
                    if kind == _PREDICT:
                        return name, dict(_tensors(request))
                    return name, _examples(request, name, model)
    except (DecodeError, ValueError):
        pass
    return "", {}


def _signature(request: bytes) -> str:
    names = [
        value.decode("utf-8", "replace")
        for number, spec in _fields(request)
        if number == _SPEC
        for field, value in _fields(spec)
        if field == _SIGNATURE
    ]
    return names[-1] if names else _USUAL


def _tensors(request: bytes) -> Iterator[tuple[str, Array]]:
    for number, entry in _fields(request):
        if number == _INPUT:
            parts = dict(_fields(entry))
            tensor = parse_message("TensorProto", parts.get(_VALUE, b""))
            array = array_of(tensor) if tensor is not None else None
            if array is not None:
                yield parts.get(_KEY, b"").decode("utf-8", "replace"), array


def _examples(request: bytes, signature: str, model: ModelFacts) -> Request:
    """Serialized examples, for the single text input of a signature."""
    import numpy as np

    names = [
        tensor.name
        for one in model.signatures
        if one.name == signature
        for tensor in one.inputs
        if tensor.dtype == "string"
    ]
    examples = [
        example
        for number, given in _fields(request)
        if number == _INPUT
        for kind, listed in _fields(given)
        # Of the two kinds of lists, the one without a context.
        if kind == 1
        for _, example in _fields(listed)
    ]
    return {names[0]: np.array(examples, dtype=bytes)} if len(names) == 1 and examples else {}


def _fields(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that have a length, by their numbers.

    Raises:
        DecodeError: it is no message.
    """
    found = UnknownFieldSet(Empty.FromString(content))
    for place in range(len(found)):
        field = found[place]
        if field.wire_type == _LENGTH_DELIMITED:
            yield field.field_number, field.data

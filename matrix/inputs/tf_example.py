"""Inputs that models decode from strings: a `tf.train.Example` or a picture."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.inputs.pictures import picture_for

_FLOAT, _STRING, _INT64 = 1, 7, 9
_MOST_VALUES = 100_000
_Feature = tuple[int, int]


def example_for(graphs: Sequence[Any], words: Sequence[str] = ()) -> bytes | None:
    """A serialized example with every feature that a model parses, or the picture it decodes.

    `graphs` are its MetaGraphs. `None` where its texts are texts. Those of an example are `words`,
    as far as there are any.
    """
    features: dict[bytes, _Feature] = {}
    ops: set[str] = set()
    for nodes in _bodies(graphs):
        ops |= {node.op for node in nodes}
        constants = {node.name: node for node in nodes if node.op == "Const"}
        for node in nodes:
            if node.op in _PARSERS:
                features = {**dict(_PARSERS[node.op](node, constants)), **features}
    picture = picture_for(ops)
    texts = [picture] if picture else [word.encode() for word in words]
    return serialized(features, texts) if features else picture


def serialized(features: Mapping[bytes, _Feature], texts: Sequence[bytes] = ()) -> bytes:
    """The bytes of an example: a few numbers between 0 and 1, small ids, texts.

    No value ends with a zero byte, which arrays of bytes would lose. Keys come before their values:
    TensorFlow reads nothing else in releases up to 2.4.
    """
    entries = b""
    for place, (key, (kind, count)) in enumerate(sorted(features.items())):
        if kind == _FLOAT:
            numbers = [((7 * n + 3 * place) % 10) / 10 + 0.05 for n in range(count)]
            feature = _field(2, _field(1, struct.pack(f"<{count}f", *numbers)))
        elif kind == _STRING:
            words = texts or (b"water",)
            chosen = (words[(place + n) % len(words)] for n in range(count))
            feature = _field(1, b"".join(_field(1, text) for text in chosen))
        else:
            feature = _field(3, _field(1, bytes((count - n) % 2 for n in range(count))))
        entries += _field(1, _field(1, key) + _field(2, feature))
    return _field(1, entries)


def _field(number: int, content: bytes) -> bytes:
    """A field of a message with its length: bytes, a text, another message, packed numbers."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value >> 7:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def _bodies(graphs: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The nodes of each graph and of each function."""
    for graph in graphs:
        yield graph.graph_def.node
        for function in graph.graph_def.library.function:
            yield function.node_def


def _of_lists(node: Any, constants: Mapping[str, Any]) -> Iterator[tuple[bytes, _Feature]]:
    """ParseExample: one input for each key, after `serialized` and `names`."""
    sparse = list(node.attr["sparse_types"].list.type)
    dense = list(node.attr["Tdense"].list.type)
    keys = [_text(constants, name) for name in node.input[2 : 2 + len(sparse) + len(dense)]]
    names = [key[0] if key else None for key in keys]
    yield from _features(names, sparse, dense, node)


def _of_tensors(node: Any, constants: Mapping[str, Any]) -> Iterator[tuple[bytes, _Feature]]:
    """ParseExampleV2: the keys of a kind in one tensor each, sparse, dense, ragged."""
    sparse = list(node.attr["sparse_types"].list.type)
    dense = list(node.attr["Tdense"].list.type)
    ragged = list(node.attr["ragged_value_types"].list.type)
    groups = [_text(constants, name) for name in node.input[2:5]]
    for keys, kinds in zip((groups[0], groups[2]), (sparse, ragged), strict=True):
        yield from _features(list(keys), kinds, [], node)
    yield from _features(list(groups[1]), [], dense, node)


def _of_attributes(node: Any, _: Mapping[str, Any]) -> Iterator[tuple[bytes, _Feature]]:
    """ParseSingleExample: keys are attributes."""
    names = [*node.attr["sparse_keys"].list.s, *node.attr["dense_keys"].list.s]
    sparse, dense = node.attr["sparse_types"].list.type, node.attr["Tdense"].list.type
    yield from _features(names, list(sparse), list(dense), node)


_PARSERS = {
    "ParseExample": _of_lists,
    "ParseExampleV2": _of_tensors,
    "ParseSingleExample": _of_attributes,
}


def _features(
    names: Sequence[bytes | None], sparse: Sequence[int], dense: Sequence[int], node: Any
) -> Iterator[tuple[bytes, _Feature]]:
    shapes = node.attr["dense_shapes"].list.shape
    counts = [1] * len(sparse) + [_count(shape) for shape in shapes]
    for name, kind, count in zip(names, [*sparse, *dense], counts, strict=False):
        if name is not None and kind in (_FLOAT, _STRING, _INT64):
            yield name, (kind, count)


def _count(shape: Any) -> int:
    """The values of a dense feature; of unknown length it may have one."""
    sizes = [max(1, int(dim.size)) for dim in shape.dim]
    return min(_MOST_VALUES, math.prod(sizes))


def _text(constants: Mapping[str, Any], name: str) -> Sequence[bytes]:
    """The strings of a constant; functions say `node:output:0` where graphs say `node`."""
    node = constants.get(name.lstrip("^").split(":")[0])
    return [] if node is None else list(node.attr["value"].tensor.string_val)

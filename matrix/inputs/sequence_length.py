"""How long a sequence or how wide a picture must be for a model to give an output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.inputs.embedding_size import layer_documents
from matrix.inputs.graph.constants import values_of
from matrix.inputs.graph.flow import Flow
from matrix.inputs.graph.sizes import cut_to
from matrix.model.facts import ModelFacts
from matrix.model.opened_files import OpenedFiles

# A sequence may be this long; pictures would be too large before.
_MOST = 2**17
# Slices that leave less than this away are no crops.
_FEWEST = 8


def needed_length(model: ModelFacts, graph: Any | None, opened: OpenedFiles) -> int:
    """What is enough for the layers of a model one after the other, or for the crops of a graph.

    Branches make it too much, which does no harm; 0 where nothing asks for more than one.
    """
    length = 1
    for layer in reversed(list(layer_documents(model, opened))):
        config = {key: _plain(value) for key, value in layer["config"].items()}
        length = min(_MOST, _before(str(layer.get("class_name")), config, length))
    if length == 1 and graph is not None:
        places = (graph.node, *(function.node_def for function in graph.library.function))
        length = max(cut_to(Flow(graph)), *map(_in_graph, places))
    return 0 if length == 1 else min(_MOST, length)


def _before(kind: str, config: Mapping[str, Any], length: int) -> int:
    """How long the input of a layer must be for an output of this length."""
    if kind.startswith("Cropping"):
        return length + max(map(sum, _pairs(config.get("cropping"))), default=0)
    window = next((config[key] for key in ("kernel_size", "pool_size") if config.get(key)), None)
    if window is None or not any(word in kind for word in ("Conv", "Pool")) or "Transpose" in kind:
        return length
    size, stride = _largest(window), _largest(config.get("strides") or 1)
    if "Pool" in kind and not config.get("strides"):
        stride = size
    if config.get("padding", "valid") == "same":
        return (length - 1) * stride + 1
    return (length - 1) * stride + _largest(config.get("dilation_rate") or 1) * (size - 1) + 1


def _plain(value: Any) -> Any:
    """A tuple as a list, which in the metadata of a SavedModel is `{"items": [...]}`."""
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        value = value["items"]
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _pairs(cropping: Any) -> Iterator[tuple[int, ...]]:
    """What is cut off on both sides, for each dimension."""
    if isinstance(cropping, int):
        yield cropping, cropping
    elif isinstance(cropping, list):
        if all(isinstance(size, int) for size in cropping):
            yield tuple(cropping)
        else:
            for pair in cropping:
                yield from _pairs(pair)


def _largest(value: Any) -> int:
    sizes = value if isinstance(value, list) else [value]
    return max((size for size in sizes if isinstance(size, int) and size > 0), default=1)


def _in_graph(nodes: Sequence[Any]) -> int:
    """The same for what a graph, or one of its functions, crops; 1 where it crops nothing."""
    cropped = sum(_cropped(nodes))
    if not cropped:
        # Strides alone are those of pictures, which are large enough.
        return 1
    strides, windows = 1, 0
    for node in nodes:
        if any(word in node.op for word in ("Conv", "Pool")) and "strides" in node.attr:
            strides = min(_MOST, strides * max(node.attr["strides"].list.i, default=1))
            windows += max(node.attr["ksize"].list.i, default=1) if "ksize" in node.attr else 1
    return min(_MOST, (cropped + 1 + windows) * strides + windows)


def _cropped(nodes: Sequence[Any]) -> Iterator[int]:
    """What slices cut off at the front and at the back of a dimension."""
    constants = {node.name: node for node in nodes if node.op == "Const"}
    for node in nodes:
        names = [name.partition(":")[0] for name in node.input[1:3]]
        if node.op == "StridedSlice" and all(name in constants for name in names):
            begin, end = (values_of(constants[name].attr["value"].tensor) for name in names)
            # To the front of a fixed number of elements is no crop, and neither is the last one.
            cuts = [a + max(0, -b) for a, b in zip(begin, end, strict=False) if b <= 0 and a >= 0]
            yield max((cut for cut in cuts if cut >= _FEWEST), default=0)

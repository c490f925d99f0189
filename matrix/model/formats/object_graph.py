"""The Python objects of a TensorFlow 2 SavedModel, and what Keras wrote about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matrix.model.codecs.protobuf import keras_metadata_in
from matrix.model.codecs.tensor_proto import numbers, shape
from matrix.model.formats import keras_config
from matrix.model.opened_files import OpenedFile, OpenedFiles

_MOST_METADATA = 2**27
# What TensorFlow and Keras register their own classes under.
_OURS = ("tf", "keras")
# What hangs on these edges is no weight of the model: optimizers, losses, metrics.
_ASIDE = frozenset({"optimizer", "_optimizer", "keras_api", "signatures", "loss", "metrics"})


@dataclass(frozen=True, kw_only=True)
class Objects:
    """What the objects tell; all empty for a SavedModel of TensorFlow 1."""

    keras: str | None = None
    layers: Mapping[str, int] = field(default_factory=dict)
    custom_objects: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    optimizer: str | None = None
    keras_objects: str | None = None
    parameters: int | None = None


def metadata_file(folder: Path, opened: OpenedFiles) -> OpenedFile | None:
    """The `keras_metadata.pb` of a SavedModel, if it has one that can be read."""
    path = folder / "keras_metadata.pb"
    if not path.is_file() or path.stat().st_size > _MOST_METADATA:
        return None
    return opened.at(path)


def read(graph: Any, metadata: OpenedFile | None) -> Objects:
    """The objects of a SavedObjectGraph, and what `keras_metadata.pb` says of them."""
    documents = list(_documents(graph, metadata))
    root = next((document for path, document in documents if path == "root"), {})
    layers: Counter[str] = Counter(
        str(document.get("class_name"))
        for path, document in documents
        if path != "root" and "class_name" in document and "config" in document
    )
    whole = keras_config.Config.of({"class_name": root.get("class_name"), **root})
    single = [keras_config.Config.of(document) for _, document in documents[1:]]
    registered = {node.registered_name for node in graph.nodes if node.registered_name}
    own = {name for name in registered | types(graph) if name.partition(".")[0] not in _OURS}
    customs = {name for config in (whole, *single) for name in config.custom_objects}
    # The metadata of a layer has its class, the configuration of its model the registered name.
    customs -= {name.rpartition(">")[2] for name in customs if ">" in name}
    lambdas = {name for config in (whole, *single) for name in config.lambdas}
    return Objects(
        keras=_text(root.get("keras_version")),
        layers=dict(sorted(layers.items())),
        custom_objects=tuple(sorted(own | customs)),
        packages=tuple(sorted({name for config in (whole, *single) for name in config.packages})),
        lambdas=tuple(sorted(lambdas)),
        optimizer=whole.optimizer or _optimizer(graph),
        keras_objects=_keras_objects(graph, documents, metadata),
        parameters=_parameters(graph),
    )


def _documents(graph: Any, metadata: OpenedFile | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and metadata of each layer: in the graph up to 2.4, in a file of Keras after that."""
    for number, node in enumerate(graph.nodes):
        if (text := node.user_object.metadata) and _is_keras(node):
            yield "root" if number == 0 else str(number), keras_config.parsed(text)
    for node in keras_metadata_in(metadata) if metadata is not None else ():
        if node.identifier != "_tf_keras_metric":
            yield node.node_path, keras_config.parsed(node.metadata)


def _is_keras(node: Any) -> bool:
    name: str = node.user_object.identifier
    return name.startswith("_tf_keras") and name != "_tf_keras_metric"


def _keras_objects(
    graph: Any, documents: Sequence[tuple[str, Any]], metadata: OpenedFile | None
) -> str | None:
    """Where objects of Keras are; `None` where a file of Keras says nothing that can be read."""
    places = {place for place, _ in documents}
    if _is_keras(graph.nodes[0]) or "root" in places:
        return "root"
    if places or any(map(_is_keras, graph.nodes)):
        return "inside"
    return None if metadata is not None else "none"


def types(graph: Any) -> set[str]:
    """The types by name that functions take, give or are called with.

    TensorFlow looks these names up when it loads, even if nothing uses them: a distribution that a
    function returns is one of tensorflow-probability.
    """
    specs = (value.type_spec_value for kind, value in values(graph) if kind == "type_spec_value")
    return {spec.type_spec_class_name for spec in specs if spec.type_spec_class_name}


def values(graph: Any) -> Iterator[tuple[str, Any]]:
    """The values in the signatures of functions, wherever they are nested, each with its kind."""
    waiting = [
        value
        for function in graph.concrete_functions.values()
        for value in (function.canonicalized_input_signature, function.output_signature)
    ]
    for node in graph.nodes:
        if node.WhichOneof("kind") == "function":
            specification = node.function.function_spec
            waiting += [specification.fullargspec, specification.input_signature]
    while waiting:
        value = waiting.pop()
        kind = value.WhichOneof("kind")
        if kind:
            yield kind, value
        if kind == "type_spec_value":
            waiting.append(value.type_spec_value.type_state)
        elif kind in ("list_value", "tuple_value"):
            waiting += getattr(value, kind).values
        elif kind == "dict_value":
            waiting += value.dict_value.fields.values()
        elif kind == "named_tuple_value":
            waiting += [pair.value for pair in value.named_tuple_value.values]


def _optimizer(graph: Any) -> str | None:
    named = any(node.user_object.identifier == "optimizer" for node in graph.nodes)
    return "optimizer" if named else None


def _parameters(graph: Any) -> int:
    """The numbers in all variables that are reached without passing an optimizer or a metric."""
    nodes, seen, waiting = graph.nodes, {0}, [0]
    slots = {slot.slot_variable_node_id for node in nodes for slot in node.slot_variables}
    total = 0
    while waiting:
        node = nodes[waiting.pop()]
        if node.WhichOneof("kind") == "variable":
            total += numbers(shape(node.variable.shape) or ())
        for child in node.children:
            fine = child.local_name not in _ASIDE and 0 <= child.node_id < len(nodes)
            if fine and child.node_id not in seen and child.node_id not in slots:
                seen.add(child.node_id)
                waiting.append(child.node_id)
    return total


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

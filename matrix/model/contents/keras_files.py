"""Reads what predictions need of Keras files, from what inspection has opened and parsed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from matrix.model.codecs.hdf5 import hdf5_in
from matrix.model.codecs.json_text import MOST_JSON, object_in
from matrix.model.codecs.protobuf import keras_metadata_in
from matrix.model.codecs.readable import Readable
from matrix.model.codecs.zip_file import MOST_IN_MEMORY, member, names_in
from matrix.model.contents.keras import KerasContents, KerasObject, objects_of, uncalled
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats.keras_config import parsed
from matrix.model.formats.keras_facts import DAMAGED_HDF5
from matrix.model.formats.object_graph import metadata_file
from matrix.model.formats.readers.keras_h5 import attribute
from matrix.model.formats.readers.keras_v3 import CONFIG, WEIGHTS
from matrix.model.opened_files import OpenedFiles

_MOST_DATASETS = 100_000
_ASSETS = "assets/"
_MODELS = frozenset({"_tf_keras_model", "_tf_keras_sequential", "_tf_keras_network"})
_MADE_OTHERWISE = frozenset({"_tf_keras_metric", "_tf_keras_input_layer"})
_OF_OPTIMIZER = ("optimizer_weights", "optimizer")


def keras_contents(
    model: ModelFacts, graphs: tuple[Any, ...], opened: OpenedFiles
) -> KerasContents | None:
    """The contents of a Keras file or of a SavedModel with objects of Keras; `None` for others."""
    match model.format:
        case Format.KERAS_H5:
            return _hdf5(opened.at(model.load_path))
        case Format.KERAS_JSON:
            return _json(model, opened)
        case Format.KERAS_V3:
            return _zip(opened.at(model.load_path))
        case Format.SAVED_MODEL if model.keras_objects == "root" and graphs:
            return _saved_model(model, graphs[0], opened)
    return None


def _hdf5(file: Readable) -> KerasContents:
    root = hdf5_in(file)
    document = parsed(attribute(root, "model_config"))
    weighted, lost = _weights(root.get("model_weights", root))
    return KerasContents(
        document=document,
        form="h5",
        objects=objects_of(document),
        weighted=weighted,
        lost=lost,
        uncalled=tuple(uncalled(document)),
    )


def _json(model: ModelFacts, opened: OpenedFiles) -> KerasContents:
    document = object_in(opened.at(model.load_path))
    form = "keras" if "module" in document else "h5"
    return KerasContents(
        document=document,
        form=form,
        objects=objects_of(document),
        uncalled=tuple(uncalled(document)),
    )


def _zip(file: Readable) -> KerasContents:
    config = member(file, CONFIG, MOST_JSON)
    if config is None and CONFIG in names_in(file):
        raise ValueError(f"{CONFIG} is too large to be read")
    document = {} if config is None else object_in(config)
    weights = member(file, WEIGHTS, MOST_IN_MEMORY, in_place=True)
    kept = () if weights is None else _variables(hdf5_in(weights))
    assets = (name.removeprefix(_ASSETS) for name in names_in(file) if name.startswith(_ASSETS))
    return KerasContents(
        document=document,
        form="keras",
        objects=objects_of(document),
        uncalled=tuple(uncalled(document)),
        kept=frozenset((*kept, *assets)),
    )


def _saved_model(model: ModelFacts, graph: Any, opened: OpenedFiles) -> KerasContents:
    nodes = graph.object_graph_def.nodes
    metadata = metadata_file(model.load_path, opened)
    if metadata is not None:
        said = [(node.identifier, node.metadata) for node in keras_metadata_in(metadata)]
    else:
        said = [(node.user_object.identifier, node.user_object.metadata) for node in nodes]
    entries = [(name, parsed(text)) for name, text in said if name.startswith("_tf_keras") and text]
    objects = [one for name, entry in entries for one in _of_node(name, entry)]
    return KerasContents(
        document=entries[0][1] if entries else {},
        form="h5",
        objects=tuple(objects),
        root=entries[0][0] if entries else "",
        has_metadata_file=metadata is not None,
        has_own_metadata=any(node.user_object.metadata for node in nodes),
    )


def _of_node(identifier: str, entry: Mapping[str, Any]) -> Iterator[KerasObject]:
    """What is made anew of a node by its configuration.

    Models are put together from their layers, but for the input of a `Sequential`; other inputs are
    made from what the node says apart.
    """
    config = entry.get("config")
    if not isinstance(config, dict) or identifier in _MADE_OTHERWISE:
        return
    if identifier == "_tf_keras_sequential":
        layers = config.get("layers")
        first = layers[0] if isinstance(layers, list) and layers else None
        if isinstance(first, dict) and first.get("class_name") == "InputLayer":
            yield from objects_of(first)
    if identifier in _MODELS:
        return
    required = bool(entry.get("must_restore_from_config"))
    yield from objects_of(
        {"class_name": entry.get("class_name"), "config": config}, required=required
    )


def _weights(weights: Any) -> tuple[frozenset[str], tuple[str, ...]]:
    """The layers that have weights, and what a list of names has and the file has not."""
    found: set[str] = set()
    lost: list[str] = []
    for layer in _names(weights, "layer_names"):
        try:
            group = weights[layer]
            names = list(_names(group, "weight_names"))
        except DAMAGED_HDF5:
            lost.append(layer)
            continue
        found |= {layer} if names else set()
        lost += [name for name in names if not _is_there(group, name)]
    return frozenset(found), tuple(lost)


def _names(group: Any, attribute: str) -> Iterator[str]:
    """A list of names, which Keras cuts into parts where it is long."""
    several = (f"{attribute}{number}" for number in itertools.count())
    parts: Iterator[str] = itertools.takewhile(lambda part: part in group.attrs, several)
    if attribute in group.attrs:
        parts = iter((attribute,))
    for part in parts:
        for name in group.attrs[part]:
            yield name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def _is_there(group: Any, name: str) -> bool:
    try:
        return hasattr(group[name], "shape")
    except DAMAGED_HDF5:
        return False


def _variables(root: Any) -> list[str]:
    """Where the variables of a `.keras` file are, without those of the optimizer."""
    found: list[str] = []

    def visit(name: str, item: Any) -> bool | None:
        if hasattr(item, "shape") and not name.startswith(_OF_OPTIMIZER):
            found.append(name)
        return True if len(found) >= _MOST_DATASETS else None

    root.visititems(visit)
    return found

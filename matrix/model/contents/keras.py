"""The configuration of a Keras model as predictions need it: its objects, and its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matrix.catalogue.keras_configs import token

_MOST_DEPTH = 100
# How a model is compiled, and how it was called, are read apart.
_ASIDE = frozenset({"build_config", "inbound_nodes", "compile_config", "training_config"})


@dataclass(frozen=True, kw_only=True, eq=False)
class KerasObject:
    """An object that a configuration describes, once for all that are alike.

    `name` is its class, `config` the configuration of the first of them and `kinds` what kind of
    value each of its keys has (`matrix/catalogue/keras_configs.py`). `module` and `registered` are
    where the file says that the class is from; `dated` says that it names a module at all, as Keras
    from 2.12 on does. `is_layer` tells layers from initializers, policies and the like. `required`:
    a SavedModel holds no graph that could stand for the object.
    """

    name: str
    config: Mapping[str, Any]
    kinds: frozenset[tuple[str, str]]
    module: str | None = None
    registered: str | None = None
    dated: bool = False
    is_layer: bool = False
    required: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class KerasContents:
    """What a file of Keras, or a SavedModel with its objects, says of its model.

    `document` is the configuration of the whole model; empty where there is none. `form` is the
    kind of file whose way to read it is (`h5` or `keras`). `kept` are the places of variables and
    assets in a `.keras` file, `weighted` the layers with weights in an HDF5 file, and `lost` what
    its lists of names have and it has not.
    `uncalled` are layers of which a model uses a call that the file does not list: Keras 2 counts
    the making of an inner model as its first. `root` is what a SavedModel calls the kind of the
    model, such as `_tf_keras_network`. `has_metadata_file` and `has_own_metadata` say where
    a SavedModel keeps what Keras wrote of its objects.
    """

    document: Mapping[str, Any]
    form: str
    objects: tuple[KerasObject, ...] = ()
    kept: frozenset[str] = frozenset()
    weighted: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    uncalled: tuple[str, ...] = ()
    root: str = ""
    has_metadata_file: bool = False
    has_own_metadata: bool = False


def objects_of(document: Any, *, required: bool = True) -> tuple[KerasObject, ...]:
    """The objects of a configuration, each kind of them once."""
    found: dict[tuple[Any, ...], KerasObject] = {}
    for entry, is_layer in _walk(document, 0, is_layer=False):
        one = _object(entry, is_layer=is_layer, required=required)
        # What it is called tells nothing: rules look once at all that are alike but for that.
        alike = frozenset(kind for kind in one.kinds if kind[0] != "name")
        found.setdefault((one.name, alike, one.module, one.registered, one.dated), one)
    return tuple(found.values())


def uncalled(document: Any, depth: int = 0) -> Iterator[str]:
    """The layers of which a model uses more calls than it lists, in it and in models inside it."""
    config: Any = document.get("config") if isinstance(document, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list) or depth > _MOST_DEPTH:
        return
    entries = [entry for entry in layers if isinstance(entry, dict)]
    calls = {entry.get("name"): len(entry.get("inbound_nodes") or ()) for entry in entries}
    used = [entry.get("inbound_nodes") for entry in entries if "inbound_nodes" in entry]
    for name, number in _references([*used, config.get("output_layers")]):
        # An input is not called.
        if calls.get(name, 0) and number >= calls[name]:
            yield name
    for entry in entries:
        yield from uncalled(entry, depth + 1)


def _references(value: Any, depth: int = 0) -> Iterator[tuple[str, int]]:
    """Which call of which layer: `["dense", 0, 0]`, with arguments behind it or without."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        match value:
            case [str(name), int(number), int(), *_]:
                yield name, number
        for inner in value:
            yield from _references(inner, depth + 1)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _references(inner, depth + 1)


def _object(entry: Mapping[str, Any], *, is_layer: bool, required: bool) -> KerasObject:
    config = entry["config"]
    config = config if isinstance(config, dict) else {}
    module, registered = entry.get("module"), entry.get("registered_name")
    return KerasObject(
        name=entry["class_name"],
        config=config,
        kinds=frozenset((key, token(value)) for key, value in config.items()),
        module=module if isinstance(module, str) else None,
        registered=registered if isinstance(registered, str) else None,
        dated="module" in entry,
        is_layer=is_layer,
        required=required,
    )


def _walk(value: Any, depth: int, *, is_layer: bool) -> Iterator[tuple[dict[str, Any], bool]]:
    """Everything with a class and a configuration, from the outside inwards."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1, is_layer=is_layer)
    elif isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
        if isinstance(name, str) and isinstance(config, dict | list | str):
            yield value, is_layer or depth == 0
        for key, inner in value.items():
            if key not in _ASIDE:
                # Keras 1 and 2.0 to 2.2: the configuration of a Sequential is the list of layers.
                listed = key in ("layers", "layer", "cell", "cells", "backward_layer") or (
                    key == "config" and isinstance(inner, list)
                )
                yield from _walk(inner, depth + 1, is_layer=listed)

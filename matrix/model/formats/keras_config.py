"""Reads the configuration of a Keras model, in the dialects of Keras 0 to 3."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matrix.model.facts import SignatureFacts, TensorFacts

_NAMES = Path(__file__).with_name("keras_names.txt")
# Packages whose classes need no custom_objects.
_OURS = frozenset({"keras", "tensorflow", "tf_keras", "builtins", "tf"})
_MOST_DEPTH = 200
# How a model is compiled is read apart; the others hold no objects.
_ASIDE = frozenset({"build_config", "inbound_nodes", "compile_config", "training_config"})


@functools.cache
def known_names() -> frozenset[str]:
    """Every class of Keras, in any release, that a configuration may name."""
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def parsed(text: str | bytes) -> dict[str, Any]:
    """JSON as a mapping; an empty one for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def is_architecture(document: Mapping[str, Any]) -> bool:
    """Whether this is what `model.to_json()` gives, in Keras of any age."""
    name, config, layers = (document.get(key) for key in ("class_name", "config", "layers"))
    if isinstance(name, str) and isinstance(config, dict | list):
        return True
    # Keras before 0.3 has the layers at the top, and "name" where there is "class_name" now.
    return isinstance(layers, list) and isinstance(document.get("name") or name, str)


@dataclass(frozen=True, kw_only=True)
class Config:
    """What is told by the configuration of a model."""

    layers: Mapping[str, int] = field(default_factory=dict)
    custom_objects: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    optimizer: str | None = None
    signatures: tuple[SignatureFacts, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any], training: Mapping[str, Any] | None = None) -> Config:
        """Read a configuration; `training` is how it was compiled, where that stands apart."""
        objects = [entry for entry in _objects(document) if entry.name]
        compiled = training or document.get("compile_config") or document.get("training_config")
        compiled = compiled if isinstance(compiled, dict) else {}
        every = [*objects, *_objects(compiled)]
        layers = Counter(entry.name for entry in objects if entry.is_layer)
        custom = {entry.name for entry in objects if entry.is_custom and not entry.is_lambda}
        # Keras 2.11 to 2.14 registered its own optimizers as `Custom>Adam`.
        custom |= {
            entry.name
            for entry in _objects(compiled)
            if entry.is_custom and entry.name.removeprefix("Custom>") not in known_names()
        }
        return cls(
            layers=dict(sorted(layers.items())),
            custom_objects=tuple(sorted(custom)),
            packages=tuple(sorted({entry.package for entry in every} - {""})),
            lambdas=tuple(dict.fromkeys(entry.own_name for entry in _lambdas(objects))),
            optimizer=_optimizer(compiled),
            signatures=_signatures(document),
        )


def _lambdas(objects: Sequence[_Object]) -> Iterator[_Object]:
    """Lambda layers, and lambdas of other objects: the functions of a layer are part of it."""
    found = [entry for entry in objects if entry.is_lambda]
    configs = [entry.document.get("config") for entry in found if entry.name == "Lambda"]
    parts = {id(part) for own in configs if isinstance(own, dict) for part in own.values()}
    yield from (entry for entry in found if id(entry.document) not in parts)


@dataclass(frozen=True, kw_only=True)
class _Object:
    document: Mapping[str, Any]
    is_layer: bool

    @property
    def name(self) -> str:
        """The class, or for a function of Keras 3 its own name."""
        registered = self.document.get("registered_name")
        name = self.document.get("class_name") or (
            self.document.get("name") if self.is_layer else None
        )
        if name == "function":
            name = self.document.get("config")
            registered = None if registered == "function" else registered
        full = (
            isinstance(registered, str) and ">" in registered and not registered.startswith("keras")
        )
        return str(registered) if full else name if isinstance(name, str) else ""

    @property
    def own_name(self) -> str:
        config = self.document.get("config")
        name = config.get("name") if isinstance(config, dict) else self.document.get("name")
        return name if isinstance(name, str) else self.name

    @property
    def package(self) -> str:
        """Where the class is imported from, as Keras 2.12 and newer write it; none of Keras."""
        module = self.document.get("module")
        name = module.partition(".")[0] if isinstance(module, str) else ""
        return "" if name in _OURS else name

    @property
    def is_lambda(self) -> bool:
        return self.name in ("Lambda", "__lambda__")

    @property
    def is_custom(self) -> bool:
        if "module" not in self.document:
            name = self.name.rpartition(">")[2]
            return ">" in self.name or (bool(name) and name not in known_names())
        module, registered = self.document["module"], self.document.get("registered_name")
        if isinstance(module, str) and module.partition(".")[0] in _OURS:
            return self.document.get("class_name") == "function" and module == "builtins"
        # None stands for the registry: what Keras itself has there is of its own package.
        return isinstance(registered, str) or isinstance(module, str)


def _objects(document: Any, depth: int = 0, *, is_layer: bool = False) -> Iterator[_Object]:
    """Everything in a configuration that stands for an object of Python."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(document, list):
        for item in document:
            yield from _objects(item, depth + 1, is_layer=is_layer)
    elif isinstance(document, dict):
        if _is_object(document, is_layer=is_layer):
            yield _Object(document=document, is_layer=is_layer and _has_name(document))
        for key, value in document.items():
            listed = key in ("layers", "layer") or (
                # Keras 1 and 2.0 to 2.2: the configuration of a Sequential is the list.
                key == "config" and isinstance(value, list)
            )
            if key not in _ASIDE:
                yield from _objects(value, depth + 1, is_layer=listed)


def _is_object(document: Mapping[str, Any], *, is_layer: bool) -> bool:
    if isinstance(document.get("class_name"), str):
        # Types of Python and shapes are no objects that anybody registers.
        return document["class_name"] not in _VALUES
    return is_layer and isinstance(document.get("name"), str)


_VALUES = frozenset(
    {
        *("__tuple__", "__tensor__", "__numpy__", "__keras_tensor__", "__ellipsis__", "__bytes__"),
        *("__typespec__", "__dict__", "TensorShape", "TypeSpec", "slice"),
    }
)


def _has_name(document: Mapping[str, Any]) -> bool:
    return isinstance(document.get("class_name") or document.get("name"), str)


def _optimizer(compiled: Mapping[str, Any]) -> str | None:
    """The class of the optimizer, in the dialects of HDF5, SavedModel and Keras 3."""
    optimizer = compiled.get("optimizer_config") or compiled.get("optimizer")
    name = optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer
    return name.rpartition(">")[2] if isinstance(name, str) and name else None


def _signatures(document: Mapping[str, Any]) -> tuple[SignatureFacts, ...]:
    """What calling the model takes: its input layers, or what its first layer says of its input."""
    config = document.get("config", document)
    layers = config if isinstance(config, list) else _mapping(config).get("layers")
    if not isinstance(layers, list) or not layers:
        return ()
    layers = [layer for layer in layers if isinstance(layer, dict)]
    entries = [layer for layer in layers if layer.get("class_name") == "InputLayer"]
    inputs = [tensor for layer in entries for tensor in _input(layer)]
    if not inputs and layers:
        inputs = list(_input(layers[0]))
    return (SignatureFacts(name="call", inputs=tuple(inputs)),) if inputs else ()


def _input(layer: Mapping[str, Any]) -> Iterator[TensorFacts]:
    config = _mapping(layer.get("config", layer))
    size = config.get("batch_shape") or config.get("batch_input_shape")
    shape = _dimensions(size)
    if shape is None and (rest := _dimensions(config.get("input_shape"))) is not None:
        shape = (None, *rest)
    name = config.get("name") or layer.get("name") or "input"
    if shape is not None:
        yield TensorFacts(name=str(name), dtype=_dtype(config), shape=shape)


def _dimensions(value: Any) -> tuple[int | None, ...] | None:
    if isinstance(value, dict):
        # Metadata of a SavedModel: {"class_name": "__tuple__", "items": [...]}.
        value = value.get("items")
    if not isinstance(value, list) or not all(
        size is None or isinstance(size, int) for size in value
    ):
        return None
    return tuple(value)


def _dtype(config: Mapping[str, Any]) -> str:
    dtype = config.get("dtype") or config.get("input_dtype") or "float32"
    if isinstance(dtype, dict):
        dtype = _mapping(dtype.get("config")).get("name")
    return dtype if isinstance(dtype, str) else "float32"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

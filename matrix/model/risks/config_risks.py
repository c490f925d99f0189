"""What the configuration of a Keras model makes Keras import, call, read or fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.outside import climbing, climbs, is_outside, outside_file
from matrix.model.risks.risk import Risk

_DEEPEST = 200
_MOST_SHOWN = 100
# Modules that Keras itself names in its configurations.
_OWN_MODULES = ("keras", "tf_keras", "tensorflow", "builtins")
# Parts of Keras and TensorFlow that no layer, loss or optimizer is in: they fetch, write, or switch
# safe mode off.
_NO_LAYERS = frozenset(
    {"utils", "config", "saving", "backend", "export", "callbacks", "datasets", "applications"}
    | {"preprocessing", "io", "lib", "platform", "load_library", "gen_io_ops", "io_ops"}
    | {"script_ops", "raw_ops", "saved_model"}
)
_BUILTINS = frozenset(
    {"eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "delattr", "input"}
)
_FETCHES = ("get_file", "load_data", "urlretrieve")
# Layers that stand for a function of TensorFlow, by its public name.
_OP_LAYERS = frozenset({"TFOpLambda", "TensorFlowOpLayer", "ClassMethod"})
_FILE_FUNCTIONS = re.compile(
    r"(?:^|\.)(?:io\.(?:read_file|write_file|matching_files|gfile\b.*)|py_function|numpy_function|"
    r"py_func|raw_ops\.(?:ReadFile|WriteFile|MatchingFiles|PyFunc|EagerPyFunc)|load_op_library)$"
)
# What these keys hold is read from there: words of a lookup, a SavedModel, a module of a hub.
_PLACES = frozenset({"vocabulary", "filepath", "handle", "vocabulary_file", "vocab_file"})
# Names are no paths, and neither is how layers are connected.
_NAMES = frozenset({"name", "inbound_nodes", "input_layers", "output_layers", "registered_name"})


def config_risks(document: Any) -> Iterator[Risk]:
    """The labels of a configuration, each once."""
    seen: set[Risk] = set()
    for key, value in _values(document):
        for risk in _object(value) if isinstance(value, dict) else _text(key, value):
            if risk not in seen:
                seen.add(risk)
                yield risk


def _values(document: Any) -> Iterator[tuple[str, Any]]:
    """Every object and text in a document, with the key that it has."""
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    while waiting:
        key, value, depth = waiting.pop()
        if isinstance(value, dict | str):
            yield key, value
        if depth >= _DEEPEST:
            continue
        if isinstance(value, dict):
            waiting += [(str(name), item, depth + 1) for name, item in value.items()]
        # Words of a vocabulary may look like anything.
        elif isinstance(value, list) and key not in _PLACES:
            waiting += [(key, item, depth + 1) for item in value]


def _object(value: Mapping[str, Any]) -> Iterator[Risk]:
    module, kind = value.get("module"), value.get("class_name")
    # A Lambda says where its function came from, and nothing is imported from there.
    if isinstance(module, str) and isinstance(kind, str):
        yield from _module(module, _named(value))
    config = value.get("config")
    if not isinstance(config, dict):
        return
    function = config.get("function")
    if config.get("function_type") == "lambda" and kind != "Lambda":
        # Under another name it is no Lambda to those who only read the names of classes.
        shown = str(kind)[:_MOST_SHOWN]
        sentence = f"{shown} holds Python bytecode, as a Lambda layer does."
        yield Risk(kind="lambda", subject=shown, where=OpPlacement.LOAD, sentence=sentence)
    if kind in _OP_LAYERS and isinstance(function, str) and _FILE_FUNCTIONS.search(function):
        yield _function(f"tf.{function}", "reads or writes files, or runs Python")
    name = config.get("name")
    if isinstance(name, str) and climbs(name):
        yield climbing(f"The layer {name[:_MOST_SHOWN]}", name)
    if kind == "TFSMLayer" and isinstance(path := config.get("filepath"), str):
        yield outside_file(path, "a TFSMLayer loads another SavedModel from", OpPlacement.LOAD)


def _named(value: Mapping[str, Any]) -> str:
    """The class or function that an object of a configuration stands for."""
    name = value.get("class_name")
    if name == "function":
        name = value.get("config")
    return name if isinstance(name, str) else ""


def _module(module: str, name: str) -> Iterator[Risk]:
    first, _, rest = module.partition(".")
    if first not in _OWN_MODULES:
        sentence = f"Its configuration makes Keras import the module {module[:_MOST_SHOWN]}."
        yield Risk(
            kind="imports_module",
            subject=module[:_MOST_SHOWN],
            where=OpPlacement.LOAD,
            sentence=sentence,
        )
    elif first == "builtins":
        if name in _BUILTINS:
            yield _function(name, "runs Python")
    elif _NO_LAYERS & set(rest.split(".")):
        what = "downloads and writes files" if name in _FETCHES else "is no layer of a model"
        yield _function(f"{module}.{name}" if name else module, what)


def _function(name: str, what: str) -> Risk:
    shown = name[:_MOST_SHOWN]
    sentence = f"Its configuration makes Keras call {shown}, which {what}."
    return Risk(kind="names_function", subject=shown, where=OpPlacement.LOAD, sentence=sentence)


def _text(key: str, value: str) -> Iterator[Risk]:
    if key in _NAMES:
        return
    if key in _PLACES:
        # A TFSMLayer was told with its class.
        if key != "filepath" and value:
            yield outside_file(value, "a layer reads", OpPlacement.LOAD)
    elif is_outside(value):
        yield outside_file(value, "its configuration names", OpPlacement.LOAD)

"""Whose code a traceback shows: of a loader, of an installed package, or of the caller."""

from __future__ import annotations

import re

from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.symptom import Symptom

# The files of TensorFlow, Keras and h5py that turn what was saved into objects.
_LOADER_FILES = re.compile(
    r"(?:keras|tensorflow|tensorflow_core|h5py)[\w\\/.-]{0,60}[\\/](?:"
    r"saving\w*|saved_model|serialization\w*|hdf5_format|legacy_h5_format|functional|sequential|"
    r"model_config|generic_utils|object_registration|topology|network|base_layer|node|"
    r"checkpoint\w*|py_checkpoint_reader|trackable|importer|meta_graph|loader\w*|save|h5f|_hl|"
    r"files|attrs)(?:[\\/][\w\\/-]{1,60})?\.py|h5py[\\/]\w{1,20}\.pyx"
)
# The calls that load, as the source line of a frame shows them.
_LOADER_CALLS = re.compile(
    r"\b(?:load_model|load_weights\w{0,20}|model_from_(?:json|yaml|config)|saved_model\.load(?:er)?|"
    r"saver\.restore|\w{0,20}from_config|deserialize\w{0,20}|text_format\.\w{1,10}|import_meta_graph|import_graph_def|"
    r"load_weights_from_hdf5_group\w{0,20}|load_model_from_hdf5|ParseFromString)\(|"
    r"\bin (?:load_model|load_weights\w{0,40}|\w{0,20}from_config|"
    r"deserialize\w{0,20}|model_from_\w{1,10})\b|"
    r"\b(?:load|read|restor|import)(?:e|ing)? [^.;\n]{0,80}?\b(?:with|by|using|calling|via) "
    r"[`'\"]?(?:\w{1,20}\.){0,4}(?:load_model|load_weights|"
    r"model_from_(?:json|yaml|config))\b|"
    r"\breturn cls\(\*\*config\)"
)
_LOADER_MODULES = re.compile(
    r"(?:keras|tf_keras|tensorflow|h5py)\b.*(?:sav|load|serial|checkpoint)"
)
_FILE = re.compile(r"(?<![^\s\"'<>|(])(?P<path>[^\s\"'<>|(]{1,400}\.pyx?)\b")
_PACKAGE = re.compile(r"[\\/](?:site|dist)-packages[\\/](?P<package>\w{1,80})[\\/]")
# Frames of Python itself say nothing of who imports.
_EXCEPTION = re.compile(r"(?m)^[\W\d]{0,8}[\w.]{0,80}(?:Error|Exception)(?::|\W{0,4}$)")
_IMPORT_SYSTEM = re.compile(r"importlib|[\\/]imp\.py$|[\\/]runpy\.py$|frozen")


def _by_loader(symptom: Symptom) -> bool:
    if symptom.stage:
        return symptom.stage == "load"
    text = symptom.text
    shown = _LOADER_FILES.search(text) or _LOADER_CALLS.search(text)
    return bool(shown) or any(_LOADER_MODULES.match(place.module) for place in symptom.raised)


BY_LOADER = Fact("the stage, a frame or its own sentence says that a loader failed", _by_loader)
"""A plain Python error is blamed on a model, its file or its Keras only with this fact."""


def package_that_failed(symptom: Symptom) -> str:
    """The installed package of the last frame of a traceback; empty where it is nobody's."""
    files = (found["path"] for found in _FILE.finditer(symptom.text))
    last = [path for path in files if not _IMPORT_SYSTEM.search(path)][-1:]
    found = _PACKAGE.search(last[0]) if last else None
    return found["package"] if found else ""


IN_A_PACKAGE = Fact(
    "the last frame of the traceback lies in an installed package",
    lambda symptom: bool(package_that_failed(symptom)),
)
KERAS_FORMATS = (
    "keras",
    "keras_v3",
    "h5",
    "hdf5",
    "keras_h5",
    "keras_json",
    "json",
    "json+weights",
    "json_weights",
    "weights_h5",
)


def _of_a_keras_file(symptom: Symptom) -> bool:
    alone = not symptom.stage and not _FILE.search(symptom.text)
    return alone and symptom.format in KERAS_FORMATS


# Weighs nothing: it allows an answer, and says no more of the cause than the words do.
KERAS_FILE = Fact(
    "a Keras file was read, and no frame shows whose code failed", _of_a_keras_file, 0
)
LOADER_OR_KERAS_FILE = Fact(
    "a loader failed, or a Keras file was read and no frame shows whose code failed",
    lambda symptom: _of_a_keras_file(symptom) or _by_loader(symptom),
)
NO_EXCEPTION = Fact(
    "the text has no exception of Python",
    lambda symptom: not _EXCEPTION.search(symptom.kind) and not _EXCEPTION.search(symptom.text),
    0,
)

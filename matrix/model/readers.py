"""One reader per format: what the bytes say about the model and who wrote it."""

from __future__ import annotations

import json
import logging
import zipfile
import zlib
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.facts import Format, SignatureFacts, Written
from matrix.model.protos import message_class


def saved_model(path: Path) -> Written:
    """A binary SavedModel.

    A file that does not parse is a SavedModel all the same: its releases will say what they think
    of it, and the report can say that the file is damaged.
    """
    from google.protobuf.message import DecodeError

    message = message_class("tensorflow.SavedModel")()
    try:
        message.ParseFromString(path.read_bytes())
    except DecodeError:
        return Written(format=Format.SAVED_MODEL)
    return _saved_model(message)


def saved_model_text(path: Path) -> Written:
    """A SavedModel in text form (`saved_model.pbtxt`)."""
    from google.protobuf import text_format

    message = message_class("tensorflow.SavedModel")()
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), message, allow_unknown_field=True)
    except (text_format.ParseError, UnicodeDecodeError, RecursionError):
        return Written(format=Format.SAVED_MODEL)
    return _saved_model(message)


def _saved_model(message: Any) -> Written:
    graphs = message.meta_graphs
    if not graphs:
        return Written(format=Format.SAVED_MODEL)
    second = any(len(graph.object_graph_def.nodes) for graph in graphs)
    names = {name for graph in graphs for name in graph.signature_def}
    return Written(
        format=Format.SAVED_MODEL if second else Format.SAVED_MODEL_V1,
        tensorflow=graphs[0].meta_info_def.tensorflow_version or None,
        producer=graphs[0].graph_def.versions.producer or None,
        tag_sets=tuple(tuple(graph.meta_info_def.tags) for graph in graphs),
        signatures=tuple(SignatureFacts(name=name) for name in sorted(names)),
    )


def hdf5(path: Path) -> Written:
    """A Keras HDF5 file: a whole model where it carries a configuration, else weights.

    Raises:
        NothingTestable: an HDF5 file that Keras did not write, or that does not open.
    """
    # nox shows debug messages of every logger, and h5py has many.
    logging.getLogger("h5py").setLevel(logging.WARNING)
    import h5py

    try:
        with h5py.File(path, "r") as file:
            attributes = {name: _text(file.attrs[name]) for name in _HDF5_NAMES & set(file.attrs)}
            names = set(file.attrs) | set(file)
    except OSError as error:
        message = f"{path} begins like HDF5 but does not open as such: {error}. It is damaged"
        raise NothingTestable(f"{message} or cut short; get it anew.") from error
    keras = attributes.get("keras_version")
    if "model_config" in attributes:
        return Written(format=Format.KERAS_H5, keras=keras)
    if names & _WEIGHTS_NAMES:
        return Written(format=Format.WEIGHTS_H5, keras=keras)
    raise NothingTestable(f"{path} is an HDF5 file, but neither a Keras model nor Keras weights.")


# Of Keras 0, of Keras 1 and 2, and of Keras 3, in this order.
_WEIGHTS_NAMES = {"nb_layers", "layer_names", "_layer_checkpoint_dependencies", "layers"}
_HDF5_NAMES = {"keras_version", "model_config"}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


# A few lines of JSON; more is a bomb.
_MOST_METADATA = 2**20


def keras_zip(path: Path) -> Written:
    """A `.keras` file of the version 3 format, as Keras 2.12 and later write it.

    Raises:
        NothingTestable: a zip file that is no Keras model.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if "config.json" not in archive.namelist():
                message = f"{path} is a zip file without config.json, so it is no .keras model."
                raise NothingTestable(f"{message} If a model is inside, unpack it and name that.")
            metadata = _json(archive, "metadata.json")
    # The last three: an encrypted file, a compression that is not known, bytes that do not unpack.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise NothingTestable(f"{path} is a damaged zip file: {error}. Get it anew.") from error
    version = metadata.get("keras_version")
    return Written(format=Format.KERAS_V3, keras=version if isinstance(version, str) else None)


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if name not in archive.namelist() or archive.getinfo(name).file_size > _MOST_METADATA:
        return {}
    try:
        document = json.loads(archive.read(name))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}

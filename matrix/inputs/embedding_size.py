"""The number of ids a Keras model accepts: generated ids must be smaller."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from matrix.model.codecs.hdf5 import hdf5_in
from matrix.model.codecs.json_text import MOST_JSON
from matrix.model.codecs.zip_file import member
from matrix.model.facts import Format, ModelFacts
from matrix.model.opened_files import OpenedFile, OpenedFiles

_MOST = 64 * 2**20
# A configuration names the class of a layer before its arguments.
_SIZES = (
    re.compile(rb'"class_name": ?"Embedding".{1,1000}?"input_dim": ?(\d{1,9})'),
    re.compile(rb'"class_name": ?"CategoryEncoding".{1,1000}?"num_tokens": ?(\d{1,9})'),
)


def smallest_vocabulary(model: ModelFacts, opened: OpenedFiles) -> int | None:
    """The fewest ids that a layer of the model takes, `None` where no layer says."""
    sizes = [
        int(size)
        for text in config_texts(model, opened)
        for pattern in _SIZES
        for size in pattern.findall(text)
    ]
    return min(sizes, default=None)


def config_texts(model: ModelFacts, opened: OpenedFiles) -> Iterator[bytes]:
    """Whatever holds the configurations of layers, as bytes; nothing where it cannot be read."""
    path = model.load_path
    try:
        if model.format is Format.KERAS_H5:
            yield _attribute(opened.at(path))
        elif model.format is Format.KERAS_V3 and path.is_file():
            if (config := member(opened.at(path), "config.json", MOST_JSON)) is not None:
                yield config.content()
        elif model.format in (Format.SAVED_MODEL, Format.KERAS_V3, Format.KERAS_JSON):
            # Until 2.4 in the SavedModel itself.
            names = ("keras_metadata.pb", "saved_model.pb", "config.json")
            files = [path / name for name in names] if path.is_dir() else [path]
            for file_path in files:
                if file_path.is_file():
                    yield opened.at(file_path).read_at(0, _MOST)
    except (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError):
        return


def layer_documents(model: ModelFacts, opened: OpenedFiles) -> Iterator[Mapping[str, Any]]:
    """What describes each layer of a Keras model, in their order and each once.

    Those of nested models as well, but not the models.
    """
    decoder, seen = json.JSONDecoder(), set()
    for content in config_texts(model, opened):
        text = content.decode("utf-8", "replace")
        place = text.find(_CLASS)
        while place >= 0:
            try:
                document, _ = decoder.raw_decode(text, max(0, text.rfind("{", 0, place)))
            except (ValueError, RecursionError):
                document = {}
            config = document.get("config")
            # Metadata of a SavedModel has each layer in its model and by itself.
            name = (document.get("class_name"), isinstance(config, dict) and config.get("name"))
            if isinstance(config, dict) and "layers" not in config and str(name) not in seen:
                seen.add(str(name))
                yield document
            place = text.find(_CLASS, place + 1)


_CLASS = '"class_name"'


def _attribute(file: OpenedFile) -> bytes:
    text = hdf5_in(file).attrs["model_config"]
    # HDF5 texts that are no UTF-8 have lone surrogates.
    return text.encode("utf-8", "replace") if isinstance(text, str) else bytes(text)

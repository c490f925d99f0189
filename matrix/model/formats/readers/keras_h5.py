"""Keras HDF5: a whole model if it has a configuration, otherwise weights only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matrix.errors import DamagedModel, NothingTestable
from matrix.model.codecs.hdf5 import hdf5_in
from matrix.model.codecs.json_text import MOST_JSON
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.keras_config import Config, parsed
from matrix.model.formats.keras_facts import DAMAGED_HDF5, facts_of_config, parameters_in
from matrix.model.formats.reader import DetectedModel, Evidence, FormatReader
from matrix.model.formats.signatures import HDF5
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage
from matrix.model.integrity.hdf5 import check_hdf5
from matrix.model.opened_files import OpenedFile, OpenedFiles

# Of Keras 0, of Keras 1 and 2, and of Keras 3, in this order.
_WEIGHTS_NAMES = {"nb_layers", "layer_names", "_layer_checkpoint_dependencies", "layers"}
_ATTRIBUTES = ("keras_version", "model_config", "training_config")


def read_hdf5(file: OpenedFile) -> FormatFacts:
    """The facts of a Keras HDF5 file.

    Raises:
        NothingTestable: an HDF5 file that Keras did not write, or that does not open.
    """
    return file.once("keras facts", lambda: _facts(file))


def _facts(file: OpenedFile) -> FormatFacts:
    path = file.path
    try:
        opened = hdf5_in(file)
        names = set(opened.attrs) | set(opened)
        said = {name: attribute(opened, name) for name in _ATTRIBUTES if name in opened.attrs}
        parameters = parameters_in(file)
    except DAMAGED_HDF5 as error:
        message = f"{path} starts like HDF5 but cannot be opened: {error}. It is damaged"
        raise DamagedModel(f"{message} or incomplete: download or copy it again.") from error
    keras = said.get("keras_version")
    if "model_config" in said:
        config = Config.of(parsed(said["model_config"]), parsed(said.get("training_config", "")))
        return facts_of_config(Format.KERAS_H5, config, keras=keras, parameters=parameters)
    if names & _WEIGHTS_NAMES:
        return FormatFacts(format=Format.WEIGHTS_H5, keras=keras, parameters=parameters)
    raise NothingTestable(
        f"{path} is an HDF5 file, but contains neither a Keras model nor Keras weights. Give the "
        "path of the file that `model.save` wrote."
    )


def attribute(opened: Any, name: str) -> str:
    """A text attribute of an HDF5 file; empty where it is too large to be one."""
    if opened.attrs.get_id(name).get_storage_size() > MOST_JSON:
        return ""
    value = opened.attrs[name]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _read(file: OpenedFile, _: OpenedFiles) -> DetectedModel | None:
    if not HDF5.matches_head(file.head):
        return None
    return DetectedModel(path=file.path, facts=read_hdf5(file))


def _verify(file: ModelFile, opened: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with an HDF5 file, and with the configuration of Keras in it."""
    found = list(check_hdf5(file, opened))
    yield from found
    if any(finding.damaged for finding in found):
        return
    attributes = hdf5_in(file.opened).attrs
    for name in ("model_config", "training_config"):
        if name in attributes and not parsed(attribute(hdf5_in(file.opened), name)):
            sentence = f"{file.name}: its {name} is not valid JSON, so it is damaged."
            yield damage(Kind.UNPARSABLE, file.name, f"{sentence} Download or copy it again.")


READER = FormatReader(
    formats=(Format.KERAS_H5, Format.WEIGHTS_H5),
    signatures=(HDF5,),
    evidence=Evidence.MAGIC,
    read=_read,
    verify=_verify,
)

"""The `.keras` format of Keras 2.12 and later: a zip file, or the same unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from matrix.errors import DamagedModel, NothingTestable
from matrix.model.codecs.json_text import MOST_JSON, object_in
from matrix.model.codecs.zip_file import MOST_IN_MEMORY, is_encrypted, member, names_in, zip_in
from matrix.model.facts import Format, FormatFacts, ModelFacts
from matrix.model.formats.keras_config import Config, is_architecture
from matrix.model.formats.keras_facts import DAMAGED_HDF5, facts_of_config, parameters_in
from matrix.model.formats.reader import (
    ALL_LOADERS,
    NO_LOADER,
    DetectedModel,
    Evidence,
    FormatReader,
    Loaders,
)
from matrix.model.formats.signatures import KERAS_ZIP, SAVED_MODEL, ZIP_START
from matrix.model.integrity.archives import check_zip
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.opened_files import OpenedFile, OpenedFiles

CONFIG, METADATA, WEIGHTS = PARTS = ("config.json", "metadata.json", "model.weights.h5")
_MOST_METADATA = 2**20
# Weights may also be in several files, and in those of NumPy.
_OF_WEIGHTS = "model.weights."
_DAMAGED = (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError)


def read_zip(file: OpenedFile) -> FormatFacts:
    """The facts of a `.keras` file.

    Raises:
        NothingTestable: a damaged zip file.
    """
    try:
        config = _member(file, CONFIG, MOST_JSON)
        metadata = _member(file, METADATA, _MOST_METADATA)
        with suppress(*_DAMAGED, *DAMAGED_HDF5):
            weights = member(file, WEIGHTS, MOST_IN_MEMORY, in_place=True)
            parameters = None if weights is None else parameters_in(weights)
            return _facts(config, metadata, parameters)
    except _DAMAGED as error:
        message = f"{file.path} is a damaged zip file: {error}. Download or copy it again."
        raise DamagedModel(message) from error
    note = "Its weights could not be read: model.weights.h5 is missing or damaged."
    return _facts(config, metadata, None, note)


def read_folder(folder: Path, opened: OpenedFiles) -> FormatFacts | None:
    """The facts of an unzipped `.keras` file, as on Hugging Face; `None` for other folders."""
    weights = folder / WEIGHTS
    config = _document(folder / CONFIG, MOST_JSON, opened)
    if not is_architecture(config) or "module" not in config or not weights.is_file():
        return None
    metadata = _document(folder / METADATA, _MOST_METADATA, opened)
    try:
        parameters = parameters_in(opened.at(weights))
    except DAMAGED_HDF5:
        return _facts(config, metadata, None, "Its weights could not be read: they are damaged.")
    return _facts(config, metadata, parameters)


def _facts(
    config: dict[str, Any], metadata: dict[str, Any], parameters: int | None, *notes: str
) -> FormatFacts:
    version = metadata.get("keras_version")
    return facts_of_config(
        Format.KERAS_V3,
        Config.of(config),
        keras=version if isinstance(version, str) else None,
        parameters=parameters,
        notes=notes,
    )


def _member(file: OpenedFile, name: str, most: int) -> dict[str, Any]:
    """A JSON member; nothing where it is missing or too large."""
    content = member(file, name, most)
    return {} if content is None else object_in(content)


def _document(path: Path, most: int, opened: OpenedFiles) -> dict[str, Any]:
    if not path.is_file() or path.stat().st_size > most:
        return {}
    return object_in(opened.at(path))


def _read(file: OpenedFile, _: OpenedFiles) -> DetectedModel | None:
    if not file.head.startswith(ZIP_START):
        return None
    if not zipfile.is_zipfile(file.view()):
        message = f"{file.path} starts like a zip file but does not end like one: it is incomplete"
        raise DamagedModel(f"{message} or damaged. Download or copy it again.")
    names = names_in(file)
    if CONFIG not in names or any(name.endswith(SAVED_MODEL.names) for name in names):
        return None
    if is_encrypted(zip_in(file).getinfo(CONFIG)):
        raise NothingTestable(
            f"{file.path} is encrypted, and no loader asks for a password. Unpack it with its "
            "password, zip the content again without one, and give the path of that."
        )
    facts = read_zip(file)
    if not facts.layers and not {METADATA, WEIGHTS} & set(names):
        return None
    return DetectedModel(path=file.path, facts=facts)


def _in_folder(folder: Path, opened: OpenedFiles) -> DetectedModel | None:
    facts = read_folder(folder, opened)
    return None if facts is None else DetectedModel(path=folder, facts=facts)


def _verify(file: ModelFile, opened: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a zip file, and with the parts of a `.keras` file in it."""
    found = list(check_zip(file, opened))
    yield from found
    names = names_in(file.opened)
    of_keras = file.path.suffix.lower() == ".keras" or {METADATA, WEIGHTS} & set(names)
    if CONFIG not in names or not of_keras or any(finding.damaged for finding in found):
        return
    # One that is too large to be read may be sound.
    is_read = zip_in(file.opened).getinfo(CONFIG).file_size <= MOST_JSON
    if is_read and not is_architecture(_member(file.opened, CONFIG, MOST_JSON)):
        sentence = f"{file.name}: {CONFIG} inside does not describe a Keras model."
        yield damage(Kind.INCONSISTENT, file.name, f"{sentence} Download or copy it again.")
    if METADATA not in names:
        sentence = f"{file.name}: {METADATA} is missing, so it does not say which Keras wrote it."
        yield warning(Kind.MISSING, file.name, sentence)
    if not any(name.startswith(_OF_WEIGHTS) for name in names):
        sentence = f"{file.name}: {WEIGHTS} is missing, and loaders need it."
        yield damage(Kind.MISSING, file.name, f"{sentence} Download or copy it again.")


def _loaders_of(place: Path, model: ModelFacts) -> Loaders:
    if model.path.is_dir() and not model.load_path.is_relative_to(model.path):
        # The file of an unzipped one was made from these, elsewhere.
        own = place.name in PARTS or "assets" in place.parts
        return ALL_LOADERS if own else NO_LOADER
    return ALL_LOADERS if place == model.load_path else NO_LOADER


READER = FormatReader(
    formats=(Format.KERAS_V3,),
    signatures=(KERAS_ZIP,),
    evidence=Evidence.MAGIC,
    read=_read,
    verify=_verify,
    in_folder=_in_folder,
    loaders_of=_loaders_of,
    checked="intact: every part matches its checksum",
)

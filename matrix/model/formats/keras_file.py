"""Keras files: HDF5, `.keras` zips, the same unzipped, and architectures in JSON."""

from __future__ import annotations

import logging
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs import zip_member
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.keras_config import Config, is_architecture, parsed

# A configuration of a thousand layers has a megabyte; weights that are compressed are unpacked.
MOST_JSON = 2**26
_MOST_METADATA = 2**20
_MOST_UNPACKED = 2**28
_MOST_DATASETS = 200_000

# Of Keras 0, of Keras 1 and 2, and of Keras 3, in this order.
_WEIGHTS_NAMES = {"nb_layers", "layer_names", "_layer_checkpoint_dependencies", "layers"}
_HDF5_NAMES = ("keras_version", "model_config", "training_config")
_DAMAGED = (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError)


def hdf5(path: Path) -> FormatFacts:
    """A Keras HDF5 file: a whole model where it carries a configuration, else weights.

    Raises:
        NothingTestable: an HDF5 file that Keras did not write, or that does not open.
    """
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as file:
            names = set(file.attrs) | set(file)
            said = {name: _attribute(file, name) for name in _HDF5_NAMES if name in file.attrs}
            parameters = _count(file)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        message = f"{path} starts like HDF5 but cannot be opened: {error}. It is damaged"
        raise NothingTestable(f"{message} or incomplete: download or copy it again.") from error
    keras = said.get("keras_version")
    if "model_config" in said:
        config = Config.of(parsed(said["model_config"]), parsed(said.get("training_config", "")))
        return _written(Format.KERAS_H5, config, keras=keras, parameters=parameters)
    if names & _WEIGHTS_NAMES:
        return FormatFacts(format=Format.WEIGHTS_H5, keras=keras, parameters=parameters)
    raise NothingTestable(
        f"{path} is an HDF5 file, but contains neither a Keras model nor Keras weights. Give the "
        "path of the file that `model.save` wrote."
    )


def keras_zip(path: Path) -> FormatFacts:
    """A `.keras` file of the version 3 format, as Keras 2.12 and later write it.

    Raises:
        NothingTestable: a damaged zip file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = parsed(_member(archive, "config.json", MOST_JSON))
            metadata = parsed(_member(archive, "metadata.json", _MOST_METADATA))
            with suppress(*_DAMAGED, KeyError, ValueError, TypeError):
                return _keras_v3(config, metadata, _parameters_in(path, archive))
    except _DAMAGED as error:
        raise NothingTestable(
            f"{path} is a damaged zip file: {error}. Download or copy it again."
        ) from error
    note = "Its weights could not be read: model.weights.h5 is missing or damaged."
    return _keras_v3(config, metadata, None, note)


def keras_folder(folder: Path) -> FormatFacts | None:
    """An unzipped `.keras` file, as on Hugging Face; `None` for other folders."""
    weights = folder / "model.weights.h5"
    config = _json_file(folder / "config.json", MOST_JSON)
    if not is_architecture(config) or "module" not in config or not weights.is_file():
        return None
    metadata = _json_file(folder / "metadata.json", _MOST_METADATA)
    try:
        with _h5py().File(weights, "r") as file:
            parameters = _count(file)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError):
        return _keras_v3(config, metadata, None, "Its weights could not be read: they are damaged.")
    return _keras_v3(config, metadata, parameters)


def architecture(document: dict[str, Any], weights: Path | None) -> FormatFacts:
    """A Keras architecture in JSON, with the file of its weights where there is one beside it."""
    keras = document.get("keras_version")
    config = Config.of(document)
    note = "It is an architecture without weights: there is no weights file next to it."
    return _written(
        Format.KERAS_JSON,
        config,
        keras=keras if isinstance(keras, str) else None,
        parameters=hdf5(weights).parameters if weights else None,
        weights=weights,
        notes=() if weights else (note,),
    )


def weights_beside(path: Path) -> Path | None:
    """The weights of an architecture: the only weights in its folder, or those of its name."""
    found = []
    for file in sorted(path.parent.iterdir()):
        if file.is_file() and file != path and is_hdf5(file):
            with suppress(NothingTestable):
                # A whole model has weights too; its own architecture may be another one.
                found.append((hdf5(file).format is Format.WEIGHTS_H5, file))
    only = [file for alone, file in found if alone]
    stem = path.name.partition(".")[0]
    named = [file for _, file in found if file.name.partition(".")[0] == stem]
    if len(only) == 1:
        return only[0]
    return named[0] if len(named) == 1 else None


def is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def _written(
    kind: Format, config: Config, *, notes: tuple[str, ...] = (), **more: Any
) -> FormatFacts:
    outside = tuple(
        f"It is not self-contained: a layer reads the file {one}." for one in config.files
    )
    return FormatFacts(
        format=kind,
        layers=config.layers,
        custom_objects=config.custom_objects,
        packages=config.packages,
        lambdas=config.lambdas,
        optimizer=config.optimizer,
        signatures=config.signatures,
        notes=(*notes, *outside),
        **more,
    )


def _keras_v3(
    config: dict[str, Any], metadata: dict[str, Any], parameters: int | None, *notes: str
) -> FormatFacts:
    version = metadata.get("keras_version")
    return _written(
        Format.KERAS_V3,
        Config.of(config),
        keras=version if isinstance(version, str) else None,
        parameters=parameters,
        notes=notes,
    )


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member, or nothing where it is missing or too large; what is declared may be a lie."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as file:
        content = file.read(most + 1)
    return content if len(content) <= most else b""


def _json_file(path: Path, most: int) -> dict[str, Any]:
    if not path.is_file() or path.stat().st_size > most:
        return {}
    return parsed(path.read_bytes())


def _parameters_in(path: Path, archive: zipfile.ZipFile) -> int | None:
    """The numbers in the weights of a `.keras` file, read in place if not compressed."""
    with zip_member.member(path, archive, "model.weights.h5", _MOST_UNPACKED) as weights:
        if weights is None:
            return None
        with _h5py().File(weights, "r") as file:
            return _count(file)


def _count(file: Any) -> int:
    """The numbers in all datasets but those of an optimizer."""
    total = seen = 0

    def visit(name: str, item: Any) -> bool | None:
        nonlocal total, seen
        seen += 1
        if hasattr(item, "shape") and not name.startswith(("optimizer_weights/", "optimizer/")):
            total += numbers(item.shape or ())
        return True if seen >= _MOST_DATASETS else None

    visiting: Callable[..., Any] = file.visititems
    visiting(visit)
    return total


def _attribute(file: Any, name: str) -> str:
    if file.attrs.get_id(name).get_storage_size() > MOST_JSON:
        return ""
    value = file.attrs[name]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _h5py() -> Any:
    # nox shows debug messages of every logger, and h5py has many.
    logging.getLogger("h5py").setLevel(logging.WARNING)
    import h5py

    return h5py

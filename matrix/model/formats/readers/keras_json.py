"""The architecture of a Keras model in JSON, with or without a weights file next to it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from matrix.errors import DamagedModel, NothingTestable
from matrix.model.codecs.json_text import MOST_JSON, object_in
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.keras_config import Config, is_architecture
from matrix.model.formats.keras_facts import facts_of_config
from matrix.model.formats.reader import DetectedModel, Evidence, FormatReader
from matrix.model.formats.readers.keras_h5 import read_hdf5
from matrix.model.formats.signatures import HDF5, KERAS_JSON
from matrix.model.integrity.json_text import check_json
from matrix.model.opened_files import OpenedFile, OpenedFiles

# How an architecture begins; where it does not parse, it was one before.
_CUT = re.compile(rb'"(?:class_name|keras_version)"\s*:\s*"')


def read_architecture(document: dict[str, Any], weights: OpenedFile | None) -> FormatFacts:
    """The facts of a Keras architecture, with the file of its weights where there is one."""
    keras = document.get("keras_version")
    note = "It is an architecture without weights: there is no weights file next to it."
    return facts_of_config(
        Format.KERAS_JSON,
        Config.of(document),
        keras=keras if isinstance(keras, str) else None,
        parameters=read_hdf5(weights).parameters if weights else None,
        weights=weights.path if weights else None,
        notes=() if weights else (note,),
    )


def weights_beside(path: Path, opened: OpenedFiles) -> OpenedFile | None:
    """The weights of an architecture: the only weights in its folder, or those of its name."""
    weights, named = [], []
    stem = path.name.partition(".")[0]
    for place in sorted(path.parent.iterdir()):
        if not place.is_file() or place == path:
            continue
        file = opened.at(place)
        if not HDF5.matches_head(file.head):
            continue
        with suppress(NothingTestable):
            # A whole model has weights too; its own architecture may be another one.
            if read_hdf5(file).format is Format.WEIGHTS_H5:
                weights.append(file)
            if place.name.partition(".")[0] == stem:
                named.append(file)
    if len(weights) == 1:
        return weights[0]
    return named[0] if len(named) == 1 else None


def _read(file: OpenedFile, opened: OpenedFiles) -> DetectedModel | None:
    if file.head.lstrip()[:1] != b"{" or file.size > MOST_JSON:
        return None
    document = object_in(file)
    if not document and _CUT.search(file.head) and file.path.suffix.lower() == ".json":
        message = f"{file.path} begins like the architecture of a Keras model but is not valid JSON"
        raise DamagedModel(f"{message}: it is incomplete or damaged. Download or copy it again.")
    if not is_architecture(document):
        return None
    facts = read_architecture(document, weights_beside(file.path, opened))
    return DetectedModel(path=file.path, facts=facts)


READER = FormatReader(
    formats=(Format.KERAS_JSON,),
    signatures=(KERAS_JSON,),
    evidence=Evidence.TEXT,
    read=_read,
    verify=check_json,
)

"""Zips an unzipped `.keras` file again, because most releases of Keras load only the zip."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from matrix.model.formats.reader import DetectedModel
from matrix.model.formats.readers.keras_v3 import CONFIG, METADATA, WEIGHTS
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.walking import all_below

# The earliest a zip file knows: the same folder gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(model: DetectedModel, cache: Path, opened: OpenedFiles) -> DetectedModel:
    """The model with a `.keras` file in the cache in place of its folder."""
    named = (model.path / name for name in (METADATA, CONFIG, WEIGHTS))
    paths = [path for path in named if path.is_file()]
    paths += sorted(path for path in all_below(model.path / "assets") if path.is_file())
    files = {path.relative_to(model.path).as_posix(): opened.at(path) for path in paths}
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(os.fsencode(name) + b"\0")
        digest.update(bytes.fromhex(file.sha256()))
    place = cache / digest.hexdigest()[:32] / "model.keras"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as out, zipfile.ZipFile(out, "w") as archive:
                for name, file in files.items():
                    _add(archive, file, name)
            Path(new).replace(place)
        finally:
            Path(new).unlink(missing_ok=True)
    note = "It is an unzipped .keras file; it was zipped again for the test."
    facts = replace(model.facts, notes=(*model.facts.notes, note))
    return DetectedModel(path=place, facts=facts)


def _add(archive: zipfile.ZipFile, file: OpenedFile, name: str) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.file_size = file.size
    with archive.open(info, "w") as target:
        for chunk in file.chunks():
            target.write(chunk)

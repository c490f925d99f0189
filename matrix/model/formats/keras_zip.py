"""An unzipped `.keras` file, zipped again: most releases of Keras load nothing else."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from matrix.model.formats.detect import DetectedModel

_NAMES = ("metadata.json", "config.json", "model.weights.h5")
# The earliest a zip file knows: the same folder gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(found: DetectedModel, cache: Path) -> DetectedModel:
    """The model with a `.keras` file in the cache in place of its folder."""
    files = [found.path / name for name in _NAMES if (found.path / name).is_file()]
    files += sorted(file for file in (found.path / "assets").rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(os.fsencode(file.relative_to(found.path).as_posix()) + b"\0")
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    place = cache / digest.hexdigest()[:32] / "model.keras"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as out, zipfile.ZipFile(out, "w") as archive:
                for file in files:
                    _add(archive, file, file.relative_to(found.path).as_posix())
            Path(new).replace(place)
        finally:
            Path(new).unlink(missing_ok=True)
    note = "It is an unzipped .keras file; it was zipped again for the test."
    facts = replace(found.facts, notes=(*found.facts.notes, note))
    return DetectedModel(path=place, facts=facts)


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.file_size = file.stat().st_size
    with file.open("rb") as source, archive.open(info, "w") as target:
        shutil.copyfileobj(source, target)

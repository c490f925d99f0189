"""Zip and gzip: every member read to its end against its checksum, and no further than sensible."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator

from matrix.model.integrity import hdf5
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning

_CHUNK = 2**20
# What a whole archive may unpack to: weights barely shrink, so more than this is a bomb.
_MOST_UNPACKED = 2**30
_MOST_RATIO = 20
_MOST_JSON = 2**26


def check_zip(place: ModelFile) -> Iterator[Finding]:
    """What is wrong with a zip file, and with the weights in a `.keras` file."""
    name = place.name
    try:
        with zipfile.ZipFile(place.path) as archive:
            yield from _members(archive, place)
    # An encrypted member, an unknown compression, bytes that do not unpack.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        yield damage(
            Kind.UNPARSABLE,
            name,
            f"{name} is a damaged zip file: {error}. Download or copy it again.",
        )
    except (OSError, ValueError, OverflowError) as error:
        yield damage(
            Kind.UNPARSABLE,
            name,
            f"{name} is a damaged zip file: {error}. Download or copy it again.",
        )


def _members(archive: zipfile.ZipFile, place: ModelFile) -> Iterator[Finding]:
    infos = archive.infolist()
    whole = sum(info.file_size for info in infos)
    if whole > _MOST_UNPACKED + _MOST_RATIO * place.size:
        sentence = (
            f"{place.name} declares an unpacked size of {whole:,} bytes, so its members were not "
            "read."
        )
        yield warning(Kind.NOT_CHECKED, place.name, sentence)
        return
    for info in infos:
        try:
            with archive.open(info) as member:
                while member.read(_CHUNK):
                    pass
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as why:
            sentence = (
                f"{place.name}: {info.filename} inside is damaged ({why}). Download or copy it "
                "again."
            )
            yield damage(Kind.CHECKSUM, place.name, sentence)
        else:
            yield from _content(archive, info, place)


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: ModelFile
) -> Iterator[Finding]:
    if info.filename.endswith(".json") and info.file_size <= _MOST_JSON:
        try:
            json.loads(archive.read(info))
        except (ValueError, RecursionError) as error:
            sentence = f"{place.name}: {info.filename} inside is not valid JSON ({error})."
            yield damage(Kind.UNPARSABLE, place.name, sentence)
    elif info.filename.endswith(".h5"):
        with archive.open(info) as member:
            yield from hdf5.check(member, place.name, f"{place.name}: {info.filename} inside")


def check_gzip(place: ModelFile) -> Iterator[Finding]:
    """What is wrong with a gzip file."""
    most = _MOST_UNPACKED + _MOST_RATIO * place.size
    try:
        with gzip.open(place.path) as file:
            read = 0
            while chunk := file.read(_CHUNK):
                read += len(chunk)
                if read > most:
                    sentence = (
                        f"{place.name} unpacks to more than {most:,} bytes; the rest was not read."
                    )
                    yield warning(Kind.NOT_CHECKED, place.name, sentence)
                    return
    except (OSError, EOFError, zlib.error) as error:
        sentence = f"{place.name} is a damaged gzip file: {error}. Download or copy it again."
        yield damage(Kind.UNPARSABLE, place.name, sentence)

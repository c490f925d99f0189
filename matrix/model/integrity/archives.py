"""Zip and gzip: reads every member to its end against its checksum, within limits."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator

from matrix.model.codecs.json_text import MOST_JSON, json_in
from matrix.model.codecs.readable import Stream
from matrix.model.codecs.zip_file import MOST_IN_MEMORY, is_encrypted, member, zip_in
from matrix.model.formats.signatures import ZIP_END
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.integrity.hdf5 import check_hdf5_in
from matrix.model.opened_files import OpenedFiles

_CHUNK = 2**20
# What a whole archive may unpack to: weights barely shrink, so more than this is a bomb.
_MOST_UNPACKED = 2**28
_MOST_RATIO = 20
_MOST_DEFLATED = 1100
# The record at the end of a zip file, and where it is at the earliest.
_END_SIZE = 22
_LONGEST_END = _END_SIZE + 2**16


def check_zip(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a zip file, and with the weights in a `.keras` file."""
    name = file.name
    try:
        yield from _members(zip_in(file.opened), file)
        yield from _behind_the_end(file)
    # An unknown compression, bytes that do not unpack.
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


def _behind_the_end(file: ModelFile) -> Iterator[Finding]:
    """What follows the end of a zip file; loaders pass over it."""
    tail = file.opened.tail(_LONGEST_END)
    end = tail.rfind(ZIP_END)
    if end < 0:
        return
    comment = int.from_bytes(tail[end + 20 : end + 22], "little")
    surplus = len(tail) - (end + _END_SIZE + comment)
    if surplus > 0:
        sentence = f"{file.name} has {surplus:,} bytes after its end, which no loader reads."
        yield warning(Kind.INCONSISTENT, file.name, sentence)


def _members(archive: zipfile.ZipFile, file: ModelFile) -> Iterator[Finding]:
    infos = archive.infolist()
    impossible = next((info for info in infos if _is_impossible(info, file.size)), None)
    if impossible is not None:
        sentence = (
            f"{file.name}: {impossible.filename} inside declares {impossible.file_size:,} bytes, "
            "which the file cannot hold. Download or copy it again."
        )
        yield damage(Kind.INCONSISTENT, file.name, sentence)
        return
    whole = sum(info.file_size for info in infos)
    if whole > _MOST_UNPACKED + _MOST_RATIO * file.size:
        sentence = (
            f"{file.name} declares an unpacked size of {whole:,} bytes, so its members were not "
            "read."
        )
        yield warning(Kind.NOT_CHECKED, file.name, sentence)
        return
    for info in infos:
        if is_encrypted(info):
            sentence = (
                f"{file.name}: {info.filename} inside is encrypted. Loaders have no password: "
                "unpack it and give the path of the model."
            )
            yield damage(Kind.ENCRYPTED, file.name, sentence)
            return
        try:
            with archive.open(info) as content:
                while content.read(_CHUNK):
                    pass
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as why:
            sentence = (
                f"{file.name}: {info.filename} inside is damaged ({why}). Download or copy it "
                "again."
            )
            yield damage(Kind.CHECKSUM, file.name, sentence)
        else:
            yield from _content(archive, info, file)


def _is_impossible(info: zipfile.ZipInfo, size: int) -> bool:
    """Whether a member cannot have the size that it declares, however well it is compressed."""
    if info.compress_size > size:
        return True
    if is_encrypted(info):
        return False
    if info.compress_type == zipfile.ZIP_STORED:
        return info.file_size != info.compress_size
    deflated = info.compress_type == zipfile.ZIP_DEFLATED
    return deflated and info.file_size > _MOST_DEFLATED * info.compress_size + _CHUNK


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: ModelFile) -> Iterator[Finding]:
    what = f"{file.name}: {info.filename} inside"
    if info.filename.endswith(".json") and info.file_size <= MOST_JSON:
        content = member(file.opened, info.filename, MOST_JSON)
        try:
            json_in(content) if content is not None else None
        except (ValueError, RecursionError) as error:
            yield damage(Kind.UNPARSABLE, file.name, f"{what} is not valid JSON ({error}).")
    elif info.filename.endswith(".h5"):
        weights = member(file.opened, info.filename, MOST_IN_MEMORY, in_place=True)
        if weights is not None:
            yield from check_hdf5_in(weights, file.name, what)
            return
        # Compressed and too large to be unpacked into memory.
        with archive.open(info) as unpacked:
            stream = Stream(unpacked, info.file_size)
            try:
                yield from check_hdf5_in(stream, file.name, what)
            finally:
                stream.close()


def check_gzip(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a gzip file."""
    most = _MOST_UNPACKED + _MOST_RATIO * file.size
    try:
        with gzip.open(file.opened.view()) as content:
            read = 0
            while chunk := content.read(_CHUNK):
                read += len(chunk)
                if read > most:
                    sentence = (
                        f"{file.name} unpacks to more than {most:,} bytes; the rest was not read."
                    )
                    yield warning(Kind.NOT_CHECKED, file.name, sentence)
                    return
    except (OSError, EOFError, zlib.error) as error:
        sentence = f"{file.name} is a damaged gzip file: {error}. Download or copy it again."
        yield damage(Kind.UNPARSABLE, file.name, sentence)

"""Unpacks models from archives into the cache, and writes nowhere else.

An archive may say anything. Names that lead out, links that lead out, devices, too many files, and
more bytes than declared or allowed each end the unpacking with a sentence, and what had been
written is removed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from matrix.errors import DamagedModel, NothingTestable
from matrix.model.codecs.zip_file import is_encrypted, zip_in
from matrix.model.formats.signatures import BZIP2, GZIP, TAR, XZ, ZIP_START, Signature
from matrix.model.opened_files import OpenedFile
from matrix.model.source.limits import OF_MODELS, Allowance, Limit, Refused, limit_of

# Headers of a tar file are read at once; none that is honest is larger.
_MOST_AT_ONCE = 2**24
_MOST_NAME = 1000
_CHUNK = 2**20
_TAR_HEADER = 512
_COMPRESSED: Mapping[Signature, Callable[..., Any]] = {
    GZIP: gzip.open,
    BZIP2: bz2.open,
    XZ: lzma.open,
}
_DAMAGED = (
    *(tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError),
    *(gzip.BadGzipFile, RuntimeError, NotImplementedError, ValueError, UnicodeError, OverflowError),
)


@dataclass(frozen=True, kw_only=True)
class _Member:
    name: str
    size: int
    content: Any


def is_archive(file: OpenedFile) -> bool:
    """Whether a file is a zip or a tar file, compressed or not."""
    if _is_zip(file) or TAR.matches_head(file.head):
        return True
    try:
        with _tar_content(file) as content:
            return TAR.matches_head(content.read(_TAR_HEADER))
    except (*_DAMAGED, OSError):
        return False


def _is_zip(file: OpenedFile) -> bool:
    return file.head.startswith(ZIP_START)


def unpacked(
    file: OpenedFile, outermost: int, cache: Path, allowance: Allowance = OF_MODELS
) -> Path:
    """The folder with what is in an archive: unpacked now, or before.

    `outermost` is the size of the archive that the caller named: what is unpacked may grow in
    relation to it, also where archives are inside of archives. `allowance` is what it may have.

    Raises:
        NothingTestable: it is encrypted, or wants more than an archive of a model may.
        DamagedModel: it does not unpack.
    """
    path = file.path
    folder = cache / file.sha256()[:32]
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=cache, prefix="unpacking-"))
    try:
        _unpack(file, new, limit_of(new, outermost, allowance))
        new.chmod(0o755)
        new.rename(folder)
    except Refused as reason:
        raise NothingTestable(f"{path} was not unpacked: {reason}. {reason.advice}") from reason
    except _DAMAGED as error:
        message = f"{path} is a damaged archive: {str(error)[:200] or type(error).__name__}"
        raise DamagedModel(f"{message}. Download or copy it again.") from error
    except OSError as error:
        # Another run was faster, which is as good.
        if not folder.is_dir():
            message = f"{path} could not be unpacked: {error.strerror or error}"
            raise NothingTestable(
                f"{message}. Unpack it yourself and give the path of the model."
            ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def _unpack(file: OpenedFile, folder: Path, limit: Limit) -> None:
    budget = limit.size
    if _is_zip(file):
        _refuse_declared(zip_in(file).infolist(), limit)
    members = _zip_members(file, limit) if _is_zip(file) else _tar_members(file, limit, folder)
    for count, member in enumerate(members, 1):
        if count > limit.allowance.files:
            raise limit.refused(f"it has more than {limit.allowance.files:,} files")
        if member.size > budget:
            raise limit.exceeded
        budget -= _write(member, folder, budget)


def _refuse_declared(infos: Sequence[zipfile.ZipInfo], limit: Limit) -> None:
    """Refuse what the list of a zip file says already, before anything of it is read."""
    if encrypted := [info for info in infos if is_encrypted(info)]:
        name = encrypted[0].filename[:100]
        raise Refused(
            f"it is encrypted ({name!r} in it needs a password)",
            "Unpack it with its password and give the path of the model.",
        )
    if sum(info.file_size for info in infos) > limit.size:
        raise limit.exceeded


def _write(member: _Member, folder: Path, budget: int) -> int:
    place = place_in(member.name, folder)
    if member.content is None:
        place.mkdir(parents=True, exist_ok=True)
        return 0
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        raise Refused(f"it contains two files with the name {member.name[:100]!r}")
    written = 0
    with place.open("xb") as file, member.content() as content:
        while chunk := content.read(_CHUNK):
            written += len(chunk)
            if written > budget or written > member.size:
                raise Refused(f"{member.name[:100]!r} in it is larger than its recorded size")
            file.write(chunk)
    return written


def place_in(name: str, folder: Path) -> Path:
    """Where a member goes: always inside the folder."""
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    leads_out = plain.startswith("/") or ".." in parts or "\0" in plain or plain[1:2] == ":"
    if leads_out or len(plain) > _MOST_NAME:
        raise Refused(f"a name in it leads outside the archive: {name[:100]!r}")
    return folder.joinpath(*parts)


def _zip_members(file: OpenedFile, limit: Limit) -> Iterator[_Member]:
    archive = zip_in(file)
    for info in archive.infolist():
        mode = info.external_attr >> 16
        kind = stat.S_IFMT(mode)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            if limit.allowance.links:
                continue
            raise Refused(f"{info.filename[:100]!r} in it is a link or a device")
        content = None if info.is_dir() else _zip_opener(archive, info)
        yield _Member(name=info.filename, size=info.file_size, content=content)


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    return lambda: archive.open(info)


def _tar_members(file: OpenedFile, limit: Limit, folder: Path) -> Iterator[_Member]:
    with (
        _tar_content(file) as content,
        tarfile.open(fileobj=_Capped(content, limit), mode="r:") as archive,
    ):
        for info in archive:
            # Those that were read would be kept in memory.
            archive.members = []  # type: ignore[attr-defined]
            if info.isreg() or info.isdir():
                opener = None if info.isdir() else _tar_opener(archive, info)
                yield _Member(name=info.name, size=info.size, content=opener)
            elif not limit.allowance.links:
                raise Refused(f"{info.name[:100]!r} in it is a link or a device")
            elif info.islnk() and (place := place_in(info.linkname, folder)).is_file():
                yield _Member(name=info.name, size=place.stat().st_size, content=_opener(place))


def _opener(place: Path) -> Any:
    return lambda: place.open("rb")


def _tar_opener(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Any:
    return lambda: archive.extractfile(info)


def _tar_content(file: OpenedFile) -> IO[bytes]:
    """The bytes of a tar file, unpacked where it is compressed."""
    for signature, opener in _COMPRESSED.items():
        if signature.matches_head(file.head):
            content: IO[bytes] = opener(file.view(), "rb")
            return content
    return file.view()


class _Capped(io.RawIOBase):
    """What is unpacked may be as long as the budget, and no longer."""

    def __init__(self, content: IO[bytes], limit: Limit) -> None:
        self.content, self.limit = content, limit
        # A tar file has a header and padding for each of its files.
        self.most = limit.size + limit.allowance.files * 2048

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MOST_AT_ONCE:
            raise Refused("a header in it is too large")
        if self.content.tell() + size > self.most:
            raise self.limit.exceeded
        return self.content.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET and offset > self.most:
            raise self.limit.exceeded
        return self.content.seek(offset, whence)

    def tell(self) -> int:
        return self.content.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

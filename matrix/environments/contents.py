"""Whether the content of installed files is what their packages recorded, byte for byte.

An installer writes the SHA-256 of every file into RECORD. Comparing them reads a whole environment:
one to four seconds. Files of an environment are usually links into the cache of uv, so bytes that
are changed in place are changed in every environment, and in the cache as well.
"""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import posixpath
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from matrix.environments.listing import CACHE, is_file, readable

# Hashing releases the lock of the interpreter; more threads than this only wait for each other.
_THREADS = 2
_CHUNK = 64
# What a backend puts beside the packages, without a RECORD.
_OF_BACKENDS = ("_virtualenv.py", "_virtualenv.pth")


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A file that is not what was installed, in words, and whose it is, where that is known."""

    name: str
    words: str
    package: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the packages of an environment say of their files.

    `digests` are those of each file (packages may bring the same one, and the last has won),
    `names` all files, and `owners` a package for each. `unread` are packages whose list is gone.
    """

    digests: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Collection[str] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Wrong, ...] = ()


def recorded(environment: Path) -> Recorded:
    """Read the lists of all packages in an environment."""
    digests: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    unread: list[Wrong] = []
    for site in sites(environment):
        within = site.relative_to(environment).as_posix()
        for info in sorted(site.glob("*.dist-info")):
            package = info.name.partition("-")[0]
            try:
                rows = list(_rows(info / "RECORD"))
            except (OSError, csv.Error, UnicodeDecodeError) as error:
                name = f"{info.name}/RECORD"
                words = f"{readable(name)} cannot be read ({_why(error)})"
                unread.append(Wrong(name=f"{within}/{name}", words=words, package=package))
                continue
            for name, digest in rows:
                path = posixpath.normpath(posixpath.join(within, name))
                if path.startswith(("/", "..")):
                    continue
                owners[path] = package
                # Bytecode that was installed is written again where its source has another time.
                if digest.startswith("sha256=") and CACHE not in name:
                    digests.setdefault(path, set()).add(digest.removeprefix("sha256="))
    return Recorded(digests=digests, names=owners.keys(), owners=owners, unread=tuple(unread))


def sites(environment: Path) -> list[Path]:
    """The folders of an environment that have its packages."""
    return [*environment.glob("lib/python*/site-packages"), *environment.glob("Lib/site-packages")]


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _rows(record: Path) -> Iterator[tuple[str, str]]:
    # A pipe would never end.
    if not stat.S_ISREG(record.lstat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    with record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) == 3:  # noqa: PLR2004 - path, digest, size
                yield row[0], row[1]


def wrong_files(
    environment: Path,
    files: Mapping[str, str],
    wanted: Mapping[str, Collection[str]],
    owners: Mapping[str, str],
) -> Iterator[Wrong]:
    """Files whose content is not what is wanted of them, in order.

    `files` are those that were listed: what is not there as a file is missing. `owners` says whose
    they are.
    """
    there = [name for name in wanted if is_file(files.get(name))]
    found = dict(digests_of(environment, there))
    for name in sorted(wanted):
        digest = found.get(name)
        if digest is None or digest not in wanted[name]:
            what = "is missing" if digest is None else "is not what its package recorded"
            yield Wrong(name=name, words=f"{readable(name)} {what}", package=owners.get(name))


def unrecorded(names: Iterable[str], known: Recorded) -> Iterator[Wrong]:
    """Files among the packages that no package has brought: Python would import or run them."""
    for name in sorted(set(names).difference(known.names)):
        folder, _, last = name.rpartition("/")
        if "site-packages" not in folder or folder.endswith(".dist-info") or last in _OF_BACKENDS:
            continue
        yield Wrong(name=name, words=f"{readable(name)} belongs to no package")


def digests_of(environment: Path, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """The SHA-256 of files as RECORD writes it, `None` for one that cannot be read."""
    known = list(names)
    root = str(environment)
    with ThreadPoolExecutor(_THREADS) as pool:
        chunks = [known[start : start + _CHUNK] for start in range(0, len(known), _CHUNK)]
        for chunk in pool.map(
            lambda part: [(one, _digest(f"{root}/{one}")) for one in part], chunks
        ):
            yield from chunk


def _digest(path: str) -> str | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - twenty thousand times
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

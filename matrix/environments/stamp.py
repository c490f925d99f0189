"""The stamp of a finished environment: what it was when it was built, so that it can be compared.

Two files are in its folder. `loadmatrix.stamp` is a small JSON document with digests, read whenever
the environment is used. `loadmatrix.files` names every file, and is read only where something has
changed, to say what. It is compressed: a line for each of some 20,000 files.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import re
import stat
import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from matrix.environments.contents import digests_of, recorded
from matrix.environments.listing import Listing, is_file, listed
from matrix.files import write_bytes, write_json
from matrix.schemas import SCHEMA, known_fields

STAMP = "loadmatrix.stamp"
FILES = "loadmatrix.files"
# The most that is read of a stamp or a list, in bytes: ten times that of the largest environment.
_MOST = 2**26
# What an earlier version wrote: the name of the cell.
_OF_EARLIER = re.compile(rb"[\w.+-]{1,200}\r?\n")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What is known of a finished environment.

    `tag` is that of its Python, such as `cpython-311`. `files`, `bytecode` and `known` are digests:
    of the listing, of the listing of bytecode, and of the file that has both. `verified` is when
    the content of all files was last compared, in seconds since 1970. `failing` are the packages
    that did not import when it was built, with what they said.
    """

    cell: str
    tag: str
    files: str
    bytecode: str
    known: str
    verified: float
    failing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Known:
    """Every file as it was, and the digests of those that no RECORD has."""

    listing: Listing
    digests: Mapping[str, str]


def is_stamped(place: Path) -> bool:
    """Whether an environment was finished once; one call to the system."""
    try:
        status = (place / STAMP).lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size > 0


def read_stamp(place: Path) -> Stamp | None:
    """The stamp, `None` where there is none that this version understands."""
    try:
        document = json.loads(_content(place / STAMP))
        if document["schema"] != SCHEMA:
            return None
        stamp = Stamp(**known_fields(Stamp, document))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    digests = (stamp.cell, stamp.tag, stamp.files, stamp.bytecode, stamp.known)
    sound = all(isinstance(each, str) for each in digests) and isinstance(stamp.failing, dict)
    return stamp if sound and isinstance(stamp.verified, int | float) else None


def is_of_earlier_version(place: Path) -> bool:
    """Whether it was finished by a version that wrote nothing but the name of the cell."""
    try:
        return _OF_EARLIER.fullmatch(_content(place / STAMP)) is not None
    except OSError:
        return False


def read_known(place: Path, stamp: Stamp) -> Known | None:
    """Every file as it was stamped, `None` where the list is gone or is not that of the stamp."""
    try:
        content = _content(place / FILES)
        if hashlib.sha256(content).hexdigest() != stamp.known:
            return None
        document = json.loads(zlib.decompressobj().decompress(content, _MOST))
        listing = Listing(files=document["files"], bytecode=document["bytecode"])
        return Known(listing=listing, digests=document["digests"])
    except (OSError, ValueError, TypeError, KeyError, zlib.error):
        return None


def write_stamp(  # noqa: PLR0913 - what is known of an environment, all of it by keyword
    place: Path,
    *,
    cell: str,
    tag: str,
    before: Known | None = None,
    accepted: Collection[str] = (),
    failing: Mapping[str, str] | None = None,
    verified: float | None = None,
) -> None:
    """Stamp an environment as it is now.

    The digests of files are kept where RECORD does not have them: of bytecode, of RECORD itself,
    and of files that are `accepted` although RECORD is wrong about them. What is known from
    `before` of files that have not changed stays. `verified` is now, where nothing is said.
    """
    listing = listed(place, tag)
    there = {**listing.files, **listing.bytecode}
    digests = _still_known(before, there)
    covered = (
        recorded(place).digests.keys()
        - set(accepted)
        - (before.digests.keys() if before else set())
    )
    others = [name for name, facts in there.items() if is_file(facts)]
    new = [name for name in others if name not in covered and name not in digests]
    digests.update((name, digest) for name, digest in digests_of(place, new) if digest)
    document = {
        "files": dict(listing.files),
        "bytecode": dict(listing.bytecode),
        "digests": digests,
    }
    content = zlib.compress(json.dumps(document).encode())
    _unlinked(place / FILES)
    write_bytes(place / FILES, content)
    stamp = Stamp(
        cell=cell,
        tag=tag,
        files=listing.digest,
        bytecode=listing.bytecode_digest,
        known=hashlib.sha256(content).hexdigest(),
        verified=time.time() if verified is None else verified,
        failing=failing or {},
    )
    _write(place, stamp)


def _still_known(before: Known | None, there: Mapping[str, str]) -> dict[str, str]:
    if before is None:
        return {}
    were = {**before.listing.files, **before.listing.bytecode}
    return {
        name: digest
        for name, digest in before.digests.items()
        if name in there and there[name] == were.get(name)
    }


def note_verified(place: Path, stamp: Stamp) -> None:
    """Note that the content was compared just now; a stamp that cannot be written stays."""
    with contextlib.suppress(OSError):
        _write(place, replace(stamp, verified=time.time()))


def _content(path: Path) -> bytes:
    """What is in a file of ours; no link is followed and no pipe is read.

    Raises:
        OSError: it is something else, or too large.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST:
        raise OSError(errno.EINVAL, "it is no file of ours")
    return path.read_bytes()


def _unlinked(path: Path) -> None:
    """What is written there next is a file there, and not where a link leads."""
    if path.is_symlink():
        path.unlink()


def _write(place: Path, stamp: Stamp) -> None:
    _unlinked(place / STAMP)
    write_json(place / STAMP, {"schema": SCHEMA, **asdict(stamp)})

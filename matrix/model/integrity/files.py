"""The files of a model as the disk shows them: which can be read, and which are not what they seem.

Only regular files are ever opened: a pipe or a device would wait forever or never end.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix.model.integrity.finding import Finding, Kind, damage, warning

_HEAD = 512
_LFS = b"version https://git-lfs.github.com/spec/"
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html)", re.IGNORECASE | re.DOTALL)
_PAGES = (".html", ".htm")


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A regular file that can be read; `name` is what findings call it."""

    path: Path
    name: str
    size: int
    head: bytes


def model_files(root: Path) -> Iterator[ModelFile | Finding]:
    """Every file at or below a path that is worth a look, and what is wrong with the others."""
    if not root.is_dir():
        yield from _place(root, root.name)
        return
    refused: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=refused.append):
        names.sort()
        yield from _folder(Path(folder), _relative(folder, root))
        links = [name for name in names if Path(folder, name).is_symlink()]
        for name in sorted([*files, *links]):
            path = Path(folder, name)
            if name in files or not path.is_dir():
                yield from _place(path, _relative(path, root))
    for error in refused:
        name = _relative(error.filename, root)
        yield damage(Kind.UNREADABLE, name, f"The folder {name} cannot be listed ({mode(error)}).")


def mode(error: OSError) -> str:
    """Whose a refused file is, and its mode."""
    try:
        return _mode(Path(error.filename).stat())
    except OSError:
        return "its folder cannot be read"


def _relative(path: str | Path, root: Path) -> str:
    relative = os.path.relpath(path, root)
    return root.name if relative == "." else Path(relative).as_posix()


def _folder(path: Path, name: str) -> Iterator[Finding]:
    if _root_only(status := path.stat(), stat.S_IROTH | stat.S_IRGRP | stat.S_IRUSR):
        yield _kept_from_others(f"The folder {name}", name, status)


def _place(path: Path, name: str) -> Iterator[ModelFile | Finding]:
    try:
        status = path.stat()
    except OSError as error:
        yield _unseen(path, name, error)
        return
    if not stat.S_ISREG(status.st_mode):
        sentence = f"{name} is {_special(status.st_mode)}, not a file; it was not opened."
        yield damage(Kind.SPECIAL_FILE, name, sentence)
        return
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError:
        yield damage(
            Kind.UNREADABLE, name, f"This user has no permission to read {name}: {_mode(status)}."
        )
    except OSError as error:
        yield damage(Kind.UNREADABLE, name, f"{name} cannot be read: {error.strerror}.")
    else:
        if _root_only(status, stat.S_IROTH | stat.S_IRGRP | stat.S_IRUSR):
            yield _kept_from_others(name, name, status)
        found = _disguise(name, status.st_size, head)
        yield found or ModelFile(path=path, name=name, size=status.st_size, head=head)


def _unseen(path: Path, name: str, error: OSError) -> Finding:
    if path.is_symlink():
        leads = path.readlink()
        sentence = f"{name} is a link to {leads}, which does not exist. Copy the file itself."
        return damage(Kind.BROKEN_LINK, name, sentence)
    if isinstance(error, PermissionError):
        return damage(Kind.UNREADABLE, name, f"{name} cannot be accessed: {error.strerror}.")
    return damage(Kind.MISSING, name, f"{name} is missing: {error.strerror}.")


def _disguise(name: str, size: int, head: bytes) -> Finding | None:
    if head.startswith(_LFS):
        real = re.search(rb"size (\d+)", head)
        whole = f" of {int(real.group(1)):,} bytes" if real else ""
        sentence = f"{name} is a git-lfs pointer: the file itself{whole} was not downloaded."
        return damage(Kind.LFS_POINTER, name, f"{sentence} Run `git lfs pull`.")
    if _PAGE.match(head) and not name.lower().endswith(_PAGES):
        sentence = f"{name} is a web page, not a model: the download saved the answer of a server."
        return damage(Kind.WEB_PAGE, name, f"{sentence} Download the file itself.")
    # A shard may be empty when the index puts nothing into it: that is looked at with the index.
    if (
        size == 0
        and Path(name).name != _MEANT_EMPTY
        and not re.search(r"\.data-\d{5}-of-\d{5}$", name)
    ):
        return _empty(name)
    return None


# TensorFlow Decision Forests marks its models with an empty file.
_MEANT_EMPTY = "done"
# These hold a message with no field that must be there: loaders take an empty one.
_MAY_BE_EMPTY = frozenset({"keras_metadata.pb", "fingerprint.pb", "saved_model_debug_info.pb"})
# An empty one of these cannot be meant.
_NEVER_EMPTY = re.compile(r"\.(pb|pbtxt|keras|h5|hdf5|tflite|index|meta|json|npz|zip|gz)$")


def _empty(name: str) -> Finding:
    whole = Path(name).name in _MAY_BE_EMPTY
    if not whole and (_NEVER_EMPTY.search(name.lower()) or "/" not in name):
        return damage(Kind.EMPTY, name, f"{name} is empty (0 bytes). Download or copy it again.")
    return warning(Kind.EMPTY, name, f"{name} is empty (0 bytes).")


def _root_only(status: os.stat_result, bits: int) -> bool:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root and not status.st_mode & bits


def _kept_from_others(what: str, name: str, status: os.stat_result) -> Finding:
    sentence = f"Only root can read {what}: {_mode(status)}. Give read access to its users."
    return warning(Kind.UNREADABLE, name, sentence)


def _mode(status: os.stat_result) -> str:
    return f"mode {status.st_mode & 0o777:03o}, owner {_owner(status.st_uid)}"


def _owner(uid: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return str(uid)


def _special(bits: int) -> str:
    kinds = {
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFDIR: "a folder",
    }
    return kinds.get(stat.S_IFMT(bits), "a special file")

"""The files of a model on disk: which can be read, and which are not what they seem to be.

Only regular files are ever opened: a pipe or a device would wait forever or never end.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.model.codecs.tensor_bundle import index_of
from matrix.model.formats.signatures import LFS_POINTER, WEB_PAGE
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.walking import walk

_PAGES = (".html", ".htm")


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A regular file that can be read; `name` is what findings call it."""

    name: str
    opened: OpenedFile

    @property
    def path(self) -> Path:
        return self.opened.path

    @property
    def size(self) -> int:
        return self.opened.size

    @property
    def head(self) -> bytes:
        """The first 512 bytes."""
        return self.opened.head


def files_of(path: Path, opened: OpenedFiles) -> Iterator[ModelFile | Finding]:
    """Every file of the model at a path, and what is wrong with those that cannot be read."""
    for root in _roots(path):
        yield from _files_below(root, opened)


def readable_files(path: Path, opened: OpenedFiles) -> list[ModelFile]:
    """The files of a model that can be read and are what they seem."""
    return [file for file in files_of(path, opened) if isinstance(file, ModelFile)]


def _roots(path: Path) -> Sequence[Path]:
    """What belongs to a path: a checkpoint is named by its prefix or by one of its files."""
    if path.is_dir() or (index := index_of(path)) is None:
        return (path,)
    prefix = index.name.removesuffix(".index")
    parts = [*path.parent.glob(f"{_literal(prefix)}.data-*"), path.with_name(f"{prefix}.meta")]
    return (index, *sorted(part for part in parts if part.exists() or part.is_symlink()))


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _files_below(root: Path, opened: OpenedFiles) -> Iterator[ModelFile | Finding]:
    if not root.is_dir():
        yield from _file(root, root.name, opened)
        return
    refused: list[OSError] = []
    for folder, names, files in walk(root, refused.append):
        yield from _folder(folder, _relative(folder, root))
        links = [name for name in names if (folder / name).is_symlink()]
        for name in sorted([*files, *links]):
            path = folder / name
            if name in files or not path.is_dir():
                yield from _file(path, _relative(path, root), opened)
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


def _file(path: Path, name: str, opened: OpenedFiles) -> Iterator[ModelFile | Finding]:
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
        file = opened.at(path)
        head = file.head
    except PermissionError:
        yield damage(
            Kind.UNREADABLE, name, f"This user has no permission to read {name}: {_mode(status)}."
        )
    except OSError as error:
        yield damage(Kind.UNREADABLE, name, f"{name} cannot be read: {error.strerror}.")
    else:
        if _root_only(status, stat.S_IROTH | stat.S_IRGRP | stat.S_IRUSR):
            yield _kept_from_others(name, name, status)
        yield _disguise(name, status.st_size, head) or ModelFile(name=name, opened=file)


def _unseen(path: Path, name: str, error: OSError) -> Finding:
    if path.is_symlink():
        leads = path.readlink()
        sentence = f"{name} is a link to {leads}, which does not exist. Copy the file itself."
        return damage(Kind.BROKEN_LINK, name, sentence)
    if isinstance(error, PermissionError):
        return damage(Kind.UNREADABLE, name, f"{name} cannot be accessed: {error.strerror}.")
    return damage(Kind.MISSING, name, f"{name} is missing: {error.strerror}.")


def _disguise(name: str, size: int, head: bytes) -> Finding | None:
    if LFS_POINTER.matches_head(head):
        real = re.search(rb"size (\d+)", head)
        whole = f" of {int(real.group(1)):,} bytes" if real else ""
        sentence = f"{name} is a git-lfs pointer: the file itself{whole} was not downloaded."
        return damage(Kind.LFS_POINTER, name, f"{sentence} Run `git lfs pull`.")
    if WEB_PAGE.matches_head(head) and not name.lower().endswith(_PAGES):
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

"""The files of a checkpoint: which belong together, and the path that TensorFlow gets.

V2 has an `.index` and `.data-...` files; V1 is one table, or several shards of one.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.formats.signatures import TABLE
from matrix.model.opened_files import OpenedFile, OpenedFiles

_SHARD = re.compile(r"(?P<prefix>.*?)(?P<data>\.data)?-(?P<number>\d{5})-of-(?P<count>\d{5})")
_STATE = re.compile(r'^\s*model_checkpoint_path\s*:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_MOST_STATE = 2**16
_PART = re.compile(r"\.index|\.data-\d{5}-of-\d{5}|-\d{5}-of-\d{5}|")


def prefix_at(path: Path, opened: OpenedFiles) -> Path | None:
    """The checkpoint that a path is, is part of, or is the prefix of: what TensorFlow is given."""
    return _prefix_of_file(path, opened) if path.is_file() else _prefix_alone(path, opened)


def _prefix_alone(path: Path, opened: OpenedFiles) -> Path | None:
    if is_index(path, opened):
        return path
    first = next(iter(sorted(path.parent.glob(f"{escaped(path.name)}-?????-of-?????"))), None)
    return _prefix_of_file(first, opened) if first and first.is_file() else None


def _prefix_of_file(path: Path, opened: OpenedFiles) -> Path | None:
    if path.name.endswith(".index") and TABLE.matches(opened.at(path)):
        return _named(path, path.name.removesuffix(".index"))
    shard = _SHARD.fullmatch(path.name)
    if shard and shard["data"]:
        index = path.with_name(f"{shard['prefix']}.index")
        return _named(path, shard["prefix"]) if _is_table(index, opened) else None
    if not TABLE.matches(opened.at(path)):
        return None
    if shard and int(shard["count"]) > 1:
        # Readers of V1 take a pattern in place of the prefix.
        return path.with_name(f"{shard['prefix']}-?????-of-{shard['count']}")
    return path


def _named(path: Path, prefix: str) -> Path:
    """The prefix of a checkpoint, beside one of its files.

    Raises:
        NothingTestable: it is empty, which TensorFlow takes for the folder.
    """
    if prefix:
        return path.with_name(prefix)
    raise NothingTestable(
        f"The checkpoint in {path.parent} has an empty name, so tf.train.load_checkpoint opens "
        "the folder instead. Rename its files: .index to model.index, .data-00000-of-00001 to "
        "model.data-00000-of-00001."
    )


def stem_of(prefix: Path, opened: OpenedFiles) -> str:
    """What the names of all files of a checkpoint begin with."""
    # The name of a V2 checkpoint may look like that of a shard of V1: its index decides.
    if is_index(prefix, opened):
        return prefix.name
    stem = prefix.name.partition("-?????-of-")[0]
    return shard["prefix"] if (shard := _SHARD.fullmatch(stem)) else stem


def parts_of(prefix: Path, opened: OpenedFiles) -> tuple[Path, ...]:
    """The files of a checkpoint, with the graph beside it."""
    stem = stem_of(prefix, opened)
    pattern = escaped(stem)
    files = [
        *(prefix.with_name(name) for name in (prefix.name, f"{stem}.index", f"{stem}.meta")),
        *prefix.parent.glob(f"{pattern}.data-?????-of-?????"),
        *prefix.parent.glob(f"{pattern}-?????-of-?????"),
    ]
    return tuple(sorted({file for file in files if file.is_file()}))


def parts(prefix: Path) -> tuple[Path, ...]:
    """The same where no file is open."""
    with OpenedFiles() as opened:
        return parts_of(prefix, opened)


def data_files(prefix: Path) -> dict[Path, str]:
    """The `.data-...` files of a V2 checkpoint, each with the count that its name gives."""
    files = sorted(prefix.parent.glob(f"{escaped(prefix.name)}.data-?????-of-?????"))
    return {file: shard["count"] for file in files if (shard := _SHARD.fullmatch(file.name))}


def is_part(place: Path, prefix: Path) -> bool:
    """Whether a file belongs to a checkpoint, by its name; the prefix of V1 shards is a pattern.

    The prefix may also be a file of weights, which is its own only part.
    """
    if place.parent != prefix.parent:
        return False
    if fnmatch.fnmatchcase(place.name, prefix.name):
        return True
    rest = place.name.removeprefix(prefix.name)
    return place.name.startswith(prefix.name) and bool(_PART.fullmatch(rest))


def is_state(file: OpenedFile) -> bool:
    """Whether a file is what TensorFlow calls `checkpoint`: the names of the newest ones."""
    return _STATE.search(_state(file)) is not None


def newest(folder: Path, opened: OpenedFiles) -> Path | None:
    """The checkpoint that the file `checkpoint` of a folder names, if it is there."""
    file = folder / "checkpoint"
    if not file.is_file() or not (named := _STATE.search(_state(opened.at(file)))):
        return None
    name = named[1].replace("\\", "/")
    # Written elsewhere, with the path of there; nothing outside of the folder is meant.
    for inside in (name, name.rpartition("/")[2]):
        place = folder / inside
        if not Path(inside).is_absolute() and ".." not in Path(inside).parts:
            prefix = prefix_at(place, opened)
            if prefix is not None:
                return prefix
    return None


def is_index(prefix: Path, opened: OpenedFiles) -> bool:
    """Whether a prefix is that of a V2 checkpoint."""
    return _is_table(prefix.with_name(f"{prefix.name}.index"), opened)


def _is_table(path: Path, opened: OpenedFiles) -> bool:
    return path.is_file() and TABLE.matches(opened.at(path))


def _state(file: OpenedFile) -> str:
    return file.read_at(0, _MOST_STATE).decode("utf-8", "replace")


def escaped(name: str) -> str:
    """A name as a pattern that means nothing but this name."""
    return re.sub(r"([*?[])", r"[\1]", name)

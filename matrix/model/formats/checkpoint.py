"""Checkpoints: V2 (`.index` and `.data-…`), V1 (one table, or shards), and the folder of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.tensor_bundle import read_bundle
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats import saved_model
from matrix.model.formats.saved_model import SLOT

# Where a table of LevelDB ends: the `.index` of V2, and V1 files whole.
_TABLE_END = bytes.fromhex("57fb808b247547db")
_SHARD = re.compile(r"(?P<prefix>.*?)(?P<data>\.data)?-(?P<number>\d{5})-of-(?P<count>\d{5})")
_STATE = re.compile(r'^\s*model_checkpoint_path\s*:\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
# Where checkpoints of TensorFlow 2 keep what is not the model's.
_OPTIMIZER = re.compile(r"/\.OPTIMIZER_SLOT/|^(optimizer|_optimizer|keras_api/metrics)/")
# The numbers of the types of weights: float32, float64, complex64, bfloat16, complex128, float16.
_FLOATS = frozenset({1, 2, 8, 14, 18, 19})
_MOST_STATE = 2**16


def is_table(path: Path) -> bool:
    """Whether a file ends as V1 checkpoints and the index of V2 ones do."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - len(_TABLE_END)))
        return file.read() == _TABLE_END


def prefix_at(path: Path) -> Path | None:
    """The checkpoint that a path is, is part of, or is the prefix of: what TensorFlow is given."""
    return _prefix_of_file(path) if path.is_file() else _prefix_alone(path)


def _prefix_alone(path: Path) -> Path | None:
    if _is_index(path):
        return path
    first = next(iter(sorted(path.parent.glob(f"{_escaped(path.name)}-?????-of-?????"))), None)
    return _prefix_of_file(first) if first and first.is_file() else None


def _prefix_of_file(path: Path) -> Path | None:
    if path.name.endswith(".index") and is_table(path):
        return _named(path, path.name.removesuffix(".index"))
    shard = _SHARD.fullmatch(path.name)
    if shard and shard["data"]:
        index = path.with_name(f"{shard['prefix']}.index")
        return _named(path, shard["prefix"]) if _is_table_file(index) else None
    if not is_table(path):
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


def _stem(prefix: Path) -> str:
    """What the names of all files of a checkpoint begin with."""
    # The name of a V2 checkpoint may look like that of a shard of V1: its index decides.
    if _is_index(prefix):
        return prefix.name
    stem = prefix.name.partition("-?????-of-")[0]
    return shard["prefix"] if (shard := _SHARD.fullmatch(stem)) else stem


def parts(prefix: Path) -> tuple[Path, ...]:
    """The files of a checkpoint, with the graph beside it."""
    stem = _stem(prefix)
    pattern = _escaped(stem)
    found = [
        *(prefix.with_name(name) for name in (prefix.name, f"{stem}.index", f"{stem}.meta")),
        *prefix.parent.glob(f"{pattern}.data-?????-of-?????"),
        *prefix.parent.glob(f"{pattern}-?????-of-?????"),
    ]
    return tuple(sorted({file for file in found if file.is_file()}))


def is_state(path: Path) -> bool:
    """Whether a file is what TensorFlow calls `checkpoint`: the names of the newest ones."""
    return _STATE.search(_state(path)) is not None


def newest(folder: Path) -> Path | None:
    """The checkpoint that the file `checkpoint` of a folder names, if it is there."""
    file = folder / "checkpoint"
    if not file.is_file() or not (named := _STATE.search(_state(file))):
        return None
    name = named[1].replace("\\", "/")
    # Written elsewhere, with the path of there; nothing outside of the folder is meant.
    for inside in (name, name.rpartition("/")[2]):
        place = folder / inside
        if not Path(inside).is_absolute() and ".." not in Path(inside).parts:
            prefix = prefix_at(place)
            if prefix is not None:
                return prefix
    return None


def read(prefix: Path) -> FormatFacts:
    """What a checkpoint says, and the graph beside it."""
    stem = _stem(prefix)
    notes, parameters = tuple(_notes(prefix)), _parameters(prefix)
    try:
        beside = saved_model.meta_graph(prefix.with_name(f"{stem}.meta"))
    except (NothingTestable, OSError):
        return FormatFacts(format=Format.CHECKPOINT, parameters=parameters, notes=notes)
    return replace(
        beside,
        format=Format.CHECKPOINT,
        tag_sets=(),
        signatures=(),
        parameters=beside.parameters if parameters is None else parameters,
        notes=notes,
    )


def _parameters(prefix: Path) -> int | None:
    """The numbers in the tensors of a V2 checkpoint, without what optimizers keep."""
    if not _is_index(prefix):
        return None
    try:
        entries = read_bundle(prefix.with_name(f"{prefix.name}.index")).entries
    except ValueError:
        return None
    return sum(
        numbers(one.shape)
        for one in entries
        if one.dtype in _FLOATS and not _OPTIMIZER.search(one.name) and not SLOT.search(one.name)
    )


def _notes(prefix: Path) -> Iterator[str]:
    if _is_index(prefix):
        data = sorted(prefix.parent.glob(f"{_escaped(prefix.name)}.data-?????-of-?????"))
        counts = {found["count"] for one in data if (found := _SHARD.fullmatch(one.name))}
        if not data:
            yield "Its data is missing: there is an index, but no .data file."
        elif len(counts) == 1 and len(data) < int(next(iter(counts))):
            yield f"Only {len(data)} of its {int(next(iter(counts)))} .data files exist."
    else:
        yield "It is a checkpoint in the V1 format, from TensorFlow before 0.12."


def _is_index(prefix: Path) -> bool:
    return _is_table_file(prefix.with_name(f"{prefix.name}.index"))


def _is_table_file(path: Path) -> bool:
    return path.is_file() and is_table(path)


def _state(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_STATE).decode("utf-8", "replace")


def _escaped(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)

"""Checkpoints of TensorFlow 2: an index that says where each tensor is in which shard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import DecodeError

from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.readable import Readable
from matrix.model.codecs.sstable import DamagedTable, table

# 100 bytes for each tensor; more is no index.
_MOST_INDEX = 2**30
_MOST_SHARDS = 100_000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One tensor, or one slice of a large one: where its bytes are, and their masked CRC32C.

    A tensor with `slices` has no bytes of its own: each slice is an entry with a key no one reads.
    """

    name: str
    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc32c: int
    slices: int = 0


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What the index says; `producer` and `min_consumer` are versions of the format."""

    prefix: Path
    shards: int
    big_endian: bool
    producer: int
    min_consumer: int
    entries: tuple[Entry, ...]

    def shard(self, number: int) -> Path:
        """The file with a shard."""
        name = f"{self.prefix.name}.data-{number:05d}-of-{self.shards:05d}"
        return self.prefix.with_name(name)


def bundle_in(file: Readable, index: Path) -> Bundle:
    """The bundle of an index file, parsed once.

    Raises:
        DamagedTable: the file is no index, or damaged; the message says how.
        OSError: it cannot be read.
    """
    return file.once("bundle", lambda: parse_bundle(file, index))


def parse_bundle(file: Readable, index: Path) -> Bundle:
    """The same, parsed at every call."""
    if file.size > _MOST_INDEX:
        raise DamagedTable("it is too large for an index")
    pairs = list(table(file.content()))
    if not pairs or pairs[0][0] != b"":
        raise DamagedTable("it has no header")
    try:
        header = message_class("tensorflow.BundleHeaderProto").FromString(pairs[0][1])
        entries = tuple(_entry(key, value) for key, value in pairs[1:])
    except DecodeError as error:
        raise DamagedTable(f"an entry does not parse ({error})") from error
    if not 0 < header.num_shards <= _MOST_SHARDS:
        raise DamagedTable(f"its number of shards is {header.num_shards}")
    return Bundle(
        prefix=index.with_name(index.name.removesuffix(".index")),
        shards=header.num_shards,
        big_endian=header.endianness == 1,
        producer=header.version.producer,
        min_consumer=header.version.min_consumer,
        entries=entries,
    )


def _entry(key: bytes, value: bytes) -> Entry:
    proto = message_class("tensorflow.BundleEntryProto").FromString(value)
    return Entry(
        name=key.decode("utf-8", "backslashreplace"),
        dtype=proto.dtype,
        shape=tuple(dim.size for dim in proto.shape.dim),
        shard=proto.shard_id,
        offset=proto.offset,
        size=proto.size,
        crc32c=proto.crc32c,
        slices=len(proto.slices),
    )


_PART = re.compile(r"(?P<prefix>.*)(\.index|\.data-\d{5}-of-\d{5}|\.meta)")


def index_of(path: Path) -> Path | None:
    """The index of a checkpoint that is named by its prefix or by any of its files, if any."""
    prefix = part.group("prefix") if (part := _PART.fullmatch(path.name)) else path.name
    index = path.with_name(f"{prefix}.index")
    return index if index.is_file() else None

"""Reads LevelDB tables, the format of checkpoint indexes: sorted keys and values.

A footer of 48 bytes points to an index block, that one to the data blocks; keys leave out what
they share with the one before. Each block ends with its compression and a checksum.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import google_crc32c

from matrix.model.codecs.snappy import unpacked

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
FOOTER = 48
_TRAILER = 5
_NUMBER = 4
# The bit of a byte that says another one follows.
_MORE = 0x80
_PLAIN, _SNAPPY = 0, 1
_LONGEST_VARINT = 70


class DamagedTable(ValueError):
    """The bytes are no table, or not the ones that were written; the message says where."""


def masked(crc: int) -> int:
    """A CRC32C as it is stored, so that a checksum over checksums stays one."""
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends.

    Raises:
        DamagedTable: the bytes end first, or the number is longer than any can be.
    """
    number = 0
    for shift in range(0, _LONGEST_VARINT, 7):
        if at >= len(data):
            raise DamagedTable("a number continues past the end")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < _MORE:
            return number, at
    raise DamagedTable(f"a number at byte {at} has no end")


def table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values in the order of the table, every block held against its checksum.

    Raises:
        DamagedTable: while it is read, as soon as something does not fit.
    """
    if len(data) < FOOTER or data[-8:] != MAGIC:
        raise DamagedTable(
            "its last bytes are not those of an index: it is incomplete or not an index"
        )
    footer = data[-FOOTER:]
    _, at = _handle(footer, 0)
    index, _ = _handle(footer, at)
    for _, value in _entries(_block(data, *index)):
        handle, _ = _handle(value, 0)
        yield from _entries(_block(data, *handle))


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return (offset, size), at


def _block(data: bytes, offset: int, size: int) -> bytes:
    end = offset + size
    if end + _TRAILER > len(data) - FOOTER:
        raise DamagedTable(f"a block of {size} bytes at {offset} continues past the end")
    compression, stored = struct.unpack_from("<BI", data, end)
    if masked(google_crc32c.value(data[offset : end + 1])) != stored:
        raise DamagedTable(f"the block at {offset} does not match its checksum")
    if compression == _SNAPPY:
        try:
            return unpacked(data[offset:end])
        except ValueError as error:
            raise DamagedTable(f"the block at {offset} does not unpack: {error}") from error
    if compression != _PLAIN:
        raise DamagedTable(f"the block at {offset} has the unknown compression {compression}")
    return data[offset:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < _NUMBER:
        raise DamagedTable("a block is too short")
    (restarts,) = struct.unpack_from("<I", block, len(block) - _NUMBER)
    end, at, key = len(block) - _NUMBER * (restarts + 1), 0, b""
    if end < 0:
        raise DamagedTable("a block has more restarts than bytes")
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or at + own + length > end:
            raise DamagedTable("an entry does not fit into its block")
        key = key[:shared] + block[at : at + own]
        at += own
        yield key, block[at : at + length]
        at += length

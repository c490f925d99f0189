"""Reads Snappy: some checkpoint indexes written by Google are compressed with it."""

from __future__ import annotations

_LITERAL, _NEAR, _FAR = 0, 1, 2
# The bit of a byte that says another one follows; literals up to this length say it in the tag.
_MORE, _SHORT = 0x80, 60
# A copy of 64 bytes takes at least three: what claims to unpack to more than this is made up.
_MOST_RATIO = 64


def unpacked(data: bytes) -> bytes:
    """The bytes behind a compressed block.

    Raises:
        ValueError: they are not what snappy writes.
    """
    size, at = _size(data)
    output = bytearray()
    while at < len(data):
        kind = data[at] & 3
        if kind == _LITERAL:
            length, at = _literal_length(data, at)
            output += data[at : at + length]
            at += length
        else:
            length, offset, at = _copy(data, at, kind)
            if not 0 < offset <= len(output):
                raise ValueError("it refers to data that is not there")
            start = len(output) - offset
            # A copy may overlap itself, and then repeats its pattern.
            pattern = bytes(output[start : start + length])
            output += (pattern * (length // len(pattern) + 1))[:length]
        if len(output) > size:
            break
    if len(output) != size:
        raise ValueError("its unpacked size is not the recorded size")
    return bytes(output)


def _size(data: bytes) -> tuple[int, int]:
    number = at = 0
    while True:
        if at >= min(len(data), 5):
            raise ValueError("it does not start with a size")
        byte = data[at]
        number |= (byte & 0x7F) << 7 * at
        at += 1
        if byte < _MORE:
            break
    if number > _MOST_RATIO * len(data):
        raise ValueError("its recorded size is larger than its data can be")
    return number, at


def _literal_length(data: bytes, at: int) -> tuple[int, int]:
    length = (data[at] >> 2) + 1
    if length <= _SHORT:
        return length, at + 1
    more = length - _SHORT
    return int.from_bytes(data[at + 1 : at + 1 + more], "little") + 1, at + 1 + more


def _copy(data: bytes, at: int, kind: int) -> tuple[int, int, int]:
    tag = data[at]
    if kind == _NEAR:
        low = int.from_bytes(data[at + 1 : at + 2], "little")
        return ((tag >> 2) & 7) + 4, (tag >> 5) << 8 | low, at + 2
    width = 2 if kind == _FAR else 4
    offset = int.from_bytes(data[at + 1 : at + 1 + width], "little")
    return (tag >> 2) + 1, offset, at + 1 + width

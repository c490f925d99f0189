"""A PNG picture as bytes, for models that decode their inputs."""

from __future__ import annotations

import base64
import functools
import struct
import zlib
from collections.abc import Set as AbstractSet

# Each of them reads PNG, whatever it is called, in every release; DecodeBmp alone does not.
_DECODERS = {"DecodePng", "DecodeJpeg", "DecodeImage", "DecodeGif"}
_SIZE = 48
_RGB = 2


def picture_for(ops: AbstractSet[str]) -> bytes | None:
    """A picture in the form that a graph of these ops decodes, `None` where it decodes none."""
    if not ops & _DECODERS:
        return None
    # Without padding, as TensorFlow writes it and reads it.
    coded = base64.urlsafe_b64encode(picture()).rstrip(b"=")
    return coded if "DecodeBase64" in ops else picture()


@functools.cache
def picture() -> bytes:
    """A PNG of a few colours, which no release decodes otherwise: nothing is lost in it."""
    pixels = range(_SIZE)
    rows = (
        bytes((5 * x + 3 * y * channel) % 256 for x in pixels for channel in (1, 2, 3))
        for y in pixels
    )
    # Not compressed: the same bytes whatever zlib there is.
    content = zlib.compress(b"".join(b"\0" + row for row in rows), 0)
    head = struct.pack(">IIBBBBB", _SIZE, _SIZE, 8, _RGB, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check

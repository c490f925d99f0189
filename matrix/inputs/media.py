"""Encoded inputs other than PNG: a BMP picture and a WAV sound."""

from __future__ import annotations

import struct

_SAMPLES = 16000


def bmp(side: int = 64) -> bytes:
    """A picture whose colours change slowly."""
    pixels = bytes(
        value for y in range(side) for x in range(side) for value in (x + 1, y + 1, x + y + 1)
    )
    header = struct.pack("<2sIII", b"BM", 54 + len(pixels), 0, 54)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return header + info + pixels


def wav() -> bytes:
    """A second of a sound in 16 bits, 16 kHz, one channel."""
    samples = (((n * 37) % 2000) * 16 - 16000 for n in range(_SAMPLES))
    content = struct.pack(f"<{_SAMPLES}h", *samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    data = struct.pack("<4sI", b"data", len(content)) + content
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data

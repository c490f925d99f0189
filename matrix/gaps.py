"""How far apart two arrays are, and how much of that is beyond a tolerance. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matrix.arrays import Array

_CHUNK = 2**20


@dataclass(frozen=True, kw_only=True)
class Gap:
    """How far two tensors are apart; `off` elements of `count` are beyond the tolerance."""

    largest: float = 0.0
    relative: float = 0.0
    off: int = 0
    off_largest: float = 0.0
    off_relative: float = 0.0
    count: int = 0

    def __or__(self, other: Gap) -> Gap:
        return Gap(
            largest=max(self.largest, other.largest),
            relative=max(self.relative, other.relative),
            off=self.off + other.off,
            off_largest=max(self.off_largest, other.off_largest),
            off_relative=max(self.off_relative, other.off_relative),
            count=self.count + other.count,
        )


def gap_between(a: Array, b: Array, relative: float, absolute: float) -> Gap:
    """How far two flat arrays of as many numbers are apart; NaN agrees with NaN."""
    total = Gap()
    for start in range(0, a.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        total |= _part(_wide(a[part]), _wide(b[part]), relative, absolute)
    return total


def _wide(values: Array) -> Array:
    return values.astype("complex128" if values.dtype.kind == "c" else "float64")


def _part(a: Array, b: Array, relative: float, absolute: float) -> Gap:
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(a), np.abs(b))
        apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, np.abs(a - b))
        apart = np.where(np.isnan(apart), np.inf, apart)
        share = np.where(apart > 0, apart / size, 0.0)
        share = np.where(np.isnan(share), np.inf, share)
        off = (apart > np.maximum(absolute, relative * size)) | np.isinf(apart)
    return Gap(
        largest=float(apart.max(initial=0)),
        relative=float(share.max(initial=0)),
        off=int(off.sum()),
        off_largest=float(apart.max(initial=0, where=off)),
        off_relative=float(share.max(initial=0, where=off)),
        count=a.size,
    )

"""How much two arrays differ, and how much of that is beyond a tolerance. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matrix.npz import Array

_CHUNK = 2**20


@dataclass(frozen=True, kw_only=True)
class ArrayDifference:
    """How far two tensors are apart; `off` elements of `count` are beyond the tolerance."""

    max_abs_diff: float = 0.0
    max_rel_diff: float = 0.0
    off: int = 0
    off_max_abs_diff: float = 0.0
    off_max_rel_diff: float = 0.0
    count: int = 0

    def __or__(self, other: ArrayDifference) -> ArrayDifference:
        return ArrayDifference(
            max_abs_diff=max(self.max_abs_diff, other.max_abs_diff),
            max_rel_diff=max(self.max_rel_diff, other.max_rel_diff),
            off=self.off + other.off,
            off_max_abs_diff=max(self.off_max_abs_diff, other.off_max_abs_diff),
            off_max_rel_diff=max(self.off_max_rel_diff, other.off_max_rel_diff),
            count=self.count + other.count,
        )


def difference_between(a: Array, b: Array, relative: float, absolute: float) -> ArrayDifference:
    """How far two flat arrays of as many numbers are apart; NaN agrees with NaN."""
    total = ArrayDifference()
    for start in range(0, a.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        total |= _part(a[part], b[part], relative, absolute)
    return total


def _wide(values: Array) -> Array:
    return values.astype("complex128" if values.dtype.kind == "c" else "float64")


def _whole(values: Array) -> bool:
    return values.dtype.kind in "iub"


def _part(theirs: Array, ours: Array, relative: float, absolute: float) -> ArrayDifference:
    a, b = _wide(theirs), _wide(ours)
    with np.errstate(all="ignore"):
        size = np.maximum(np.abs(a), np.abs(b))
        # Neighbours among large whole numbers look the same as floats: they are 1 apart or more.
        least = 1.0 if _whole(theirs) and _whole(ours) else 0.0
        same = theirs == ours if least else (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.maximum(np.abs(a - b), least))
        apart = np.where(np.isnan(apart), np.inf, apart)
        share = np.where(apart > 0, apart / size, 0.0)
        share = np.where(np.isnan(share), np.inf, share)
        off = (apart > np.maximum(absolute, relative * size)) | np.isinf(apart)
    return ArrayDifference(
        max_abs_diff=float(apart.max(initial=0)),
        max_rel_diff=float(share.max(initial=0)),
        off=int(off.sum()),
        off_max_abs_diff=float(apart.max(initial=0, where=off)),
        off_max_rel_diff=float(share.max(initial=0, where=off)),
        count=a.size,
    )

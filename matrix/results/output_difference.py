"""One output in two cells: how far apart they are, and in which words that is told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.array_difference import ArrayDifference, difference_between
from matrix.results.evidence import Difference
from matrix.run.records import TensorRecord

_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def badness(one: Difference) -> float:
    """How bad a difference is: what has no size is worst."""
    return math.inf if one.max_abs_diff is None else one.max_abs_diff


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One output in two cells, and what to call it.

    `arrays` has it whole where it is too large for its record.
    """

    label: str
    one: TensorRecord
    other: TensorRecord
    arrays: tuple[Array, Array] | None = None

    def compared(self, numerics: Numerics) -> tuple[Difference | None, ArrayDifference]:
        """Where they are apart beyond the tolerance, if anywhere, and how far they are at all."""
        facts = {"dtype": _dtype, "shape": _shape}
        for fact, of in facts.items():
            if of(self.one) != of(self.other):
                text = f"has {fact} {of(self.other)} instead of {of(self.one)}"
                return Difference(
                    output=self.label, max_abs_diff=None, explanation=text
                ), ArrayDifference()
        if self.one.digest == self.other.digest:
            return None, ArrayDifference()
        allowed = numerics.tolerance(self.one.dtype)
        if allowed is None:
            return self._exactly(), ArrayDifference()
        gap = self._gap(*allowed)
        if not gap.off:
            return None, gap
        text = f"is off by up to {gap.off_max_abs_diff:.3g}"
        if math.isfinite(gap.off_max_rel_diff):
            text += f" (relative {gap.off_max_rel_diff:.2g})"
        text += f" in {gap.off} of {gap.count} values" if gap.count else ""
        difference = Difference(
            output=self.label,
            max_abs_diff=gap.off_max_abs_diff,
            max_rel_diff=gap.off_max_rel_diff,
            explanation=text,
        )
        return difference, gap

    def same_in_another_order(self, numerics: Numerics) -> bool:
        """Whether both hold the same values, wherever each stands."""
        if (self.one.dtype, self.one.shape) != (self.other.dtype, self.other.shape):
            return False
        one, other = self._all()
        if one is None or other is None or one.size != other.size:
            return False
        if self.one.dtype == "string":
            return sorted(one.tolist()) == sorted(other.tolist())
        relative, absolute = numerics.tolerance(self.one.dtype) or (0, 0)
        return not difference_between(np.sort(one), np.sort(other), relative, absolute).off

    def _all(self) -> tuple[Array | None, Array | None]:
        """All values of both, `None` where they were not kept."""
        if self.arrays:
            return self.arrays
        text = self.one.dtype == "string"
        kept = [
            np.array([v if text else _number(v) for v in one.kept], dtype=object if text else None)
            for one in (self.one, self.other)
        ]
        one, other = (values if self._whole(values.size) else None for values in kept)
        return one, other

    def _gap(self, relative: float, absolute: float) -> ArrayDifference:
        if self.arrays:
            return difference_between(*self.arrays, relative, absolute)
        a, b = (np.array([_number(v) for v in one.kept]) for one in (self.one, self.other))
        size = min(a.size, b.size)
        gap = difference_between(a[:size], b[:size], relative, absolute)
        if self.one.statistics is None:
            return gap
        # A sample: how many values are off nobody knows.
        pairs = list(self._statistics())
        summary = np.array(pairs, dtype="float64").reshape(-1, 2)
        gap |= difference_between(summary[:, 0], summary[:, 1], relative, absolute)
        if _finite(self.one) != _finite(self.other):
            gap |= ArrayDifference(
                max_abs_diff=math.inf, off=1, off_max_abs_diff=math.inf, off_max_rel_diff=math.inf
            )
        return ArrayDifference(**{**gap.__dict__, "count": 0})

    def _statistics(self) -> Iterator[tuple[float, float]]:
        theirs, ours = (tensor.statistics or {} for tensor in (self.one, self.other))
        for name in theirs:
            if name != "finite" and None not in (theirs[name], ours.get(name)):
                yield _number(theirs[name]), _number(ours[name])

    def _whole(self, size: int) -> bool:
        return size == math.prod(self.one.shape)

    def _exactly(self) -> Difference | None:
        """Texts, truth values and whole numbers, whose digests are not the same."""
        a, b = (np.array(one.kept, dtype=object) for one in (self.one, self.other))
        size = min(a.size, b.size)
        a, b = self.arrays or (a[:size], b[:size])
        off = np.flatnonzero(a != b)
        if not off.size and self.one.dtype != "string" and self._whole(size):
            return None
        if not off.size:
            text = f"differs behind the first {size} values"
            return Difference(output=self.label, max_abs_diff=None, explanation=text)
        first = [
            one.item() if isinstance(one, np.generic) else one for one in (a[off[0]], b[off[0]])
        ]
        text = f"has {first[1]!r} instead of {first[0]!r}"
        text += f", the first of {off.size} values that differ" if off.size > 1 else ""
        if self.one.dtype == "string":
            return Difference(output=self.label, max_abs_diff=None, explanation=text)
        apart = difference_between(a[off], b[off], 0, 0).max_abs_diff
        return Difference(output=self.label, max_abs_diff=apart, explanation=text)


def _dtype(tensor: TensorRecord) -> str:
    return tensor.dtype


def _shape(tensor: TensorRecord) -> list[int]:
    return list(tensor.shape)


def _finite(tensor: TensorRecord) -> Any:
    return (tensor.statistics or {}).get("finite")


def _number(value: Any) -> float | int:
    if isinstance(value, int):
        return value
    return _SPELLED.get(value, math.nan) if isinstance(value, str) else float(value)

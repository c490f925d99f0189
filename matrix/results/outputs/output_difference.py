"""How much one output differs between two cells, in numbers and words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.evidence import Difference
from matrix.results.outputs.array_difference import ArrayDifference, difference_between
from matrix.run.probe_output.records import TensorRecord

_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def badness(difference: Difference) -> float:
    """How bad a difference is: what has no size is worst."""
    return math.inf if difference.max_abs_diff is None else difference.max_abs_diff


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One output in two cells, and what to call it.

    `arrays` has it whole where it is too large for its record.
    """

    label: str
    theirs: TensorRecord
    ours: TensorRecord
    arrays: tuple[Array, Array] | None = None

    def compared(self, numerics: Numerics) -> tuple[Difference | None, ArrayDifference]:
        """Where they are apart beyond the tolerance, if anywhere, and how far they are at all."""
        facts = {"dtype": _dtype, "shape": _shape}
        for fact, of in facts.items():
            if of(self.theirs) != of(self.ours):
                text = f"has {fact} {of(self.ours)} instead of {of(self.theirs)}"
                return Difference(
                    output=self.label, max_abs_diff=None, explanation=text
                ), ArrayDifference()
        if self.theirs.digest == self.ours.digest:
            return None, ArrayDifference()
        allowed = numerics.tolerance(self.theirs.dtype)
        if allowed is None:
            return self._exactly(), ArrayDifference()
        gap = self._gap(*allowed)
        if not gap.off:
            return None, gap
        text = f"differs by up to {gap.off_max_abs_diff:.3g}"
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
        if (self.theirs.dtype, self.theirs.shape) != (self.ours.dtype, self.ours.shape):
            return False
        a, b = self._all()
        if a is None or b is None or a.size != b.size:
            return False
        if self.theirs.dtype == "string":
            return sorted(a.tolist()) == sorted(b.tolist())
        relative, absolute = numerics.tolerance(self.theirs.dtype) or (0, 0)
        return not difference_between(np.sort(a), np.sort(b), relative, absolute).off

    def _all(self) -> tuple[Array | None, Array | None]:
        """All values of both, `None` where they were not kept."""
        if self.arrays:
            return self.arrays
        text = self.theirs.dtype == "string"
        kept = [
            np.array(
                [value if text else _number(value) for value in tensor.kept],
                dtype=object if text else None,
            )
            for tensor in (self.theirs, self.ours)
        ]
        a, b = (values if self._whole(values.size) else None for values in kept)
        return a, b

    def _gap(self, relative: float, absolute: float) -> ArrayDifference:
        if self.arrays:
            return difference_between(*self.arrays, relative, absolute)
        a, b = (
            np.array([_number(value) for value in tensor.kept])
            for tensor in (self.theirs, self.ours)
        )
        size = min(a.size, b.size)
        gap = difference_between(a[:size], b[:size], relative, absolute)
        if self.theirs.statistics is None:
            return gap
        # A sample: how many values are off nobody knows.
        pairs = list(self._statistics())
        summary = np.array(pairs, dtype="float64").reshape(-1, 2)
        gap |= difference_between(summary[:, 0], summary[:, 1], relative, absolute)
        if _finite(self.theirs) != _finite(self.ours):
            gap |= ArrayDifference(
                max_abs_diff=math.inf, off=1, off_max_abs_diff=math.inf, off_max_rel_diff=math.inf
            )
        return ArrayDifference(**{**gap.__dict__, "count": 0})

    def _statistics(self) -> Iterator[tuple[float, float]]:
        theirs, ours = (tensor.statistics or {} for tensor in (self.theirs, self.ours))
        for name in theirs:
            if name != "finite" and None not in (theirs[name], ours.get(name)):
                yield _number(theirs[name]), _number(ours[name])

    def _whole(self, size: int) -> bool:
        return size == math.prod(self.theirs.shape)

    def _exactly(self) -> Difference | None:
        """Texts, truth values and whole numbers, whose digests are not the same."""
        a, b = (np.array(tensor.kept, dtype=object) for tensor in (self.theirs, self.ours))
        size = min(a.size, b.size)
        a, b = self.arrays or (a[:size], b[:size])
        off = np.flatnonzero(a != b)
        if not off.size and self.theirs.dtype != "string" and self._whole(size):
            return None
        if not off.size:
            text = f"differs after the first {size} values"
            return Difference(output=self.label, max_abs_diff=None, explanation=text)
        first = [
            value.item() if isinstance(value, np.generic) else value
            for value in (a[off[0]], b[off[0]])
        ]
        text = f"has {first[1]!r} instead of {first[0]!r}"
        text += f", the first of {off.size} values that differ" if off.size > 1 else ""
        if self.theirs.dtype == "string":
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

"""One output in two cells: how far apart they are, and in which words that is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.array_difference import Gap, gap_between

_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Tensor = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where outputs disagree: the largest absolute and relative difference, where there is one."""

    output: str
    largest: float | None
    explanation: str
    relative: float | None = None


def badness(one: Difference) -> float:
    """How bad a difference is: what has no size is worst."""
    return math.inf if one.largest is None else one.largest


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One output in two cells, and what to call it.

    `arrays` has it whole where it is too large for its record.
    """

    label: str
    one: Tensor
    other: Tensor
    arrays: tuple[Array, Array] | None = None

    def compared(self, numerics: Numerics) -> tuple[Difference | None, Gap]:
        """Where they are apart beyond the tolerance, if anywhere, and how far they are at all."""
        for fact in ("dtype", "shape"):
            if self.one.get(fact) != self.other.get(fact):
                text = f"has {fact} {self.other.get(fact)} instead of {self.one.get(fact)}"
                return Difference(output=self.label, largest=None, explanation=text), Gap()
        if self.one.get("digest") == self.other.get("digest"):
            return None, Gap()
        allowed = numerics.tolerance(str(self.one.get("dtype")))
        if allowed is None:
            return self._exactly(), Gap()
        gap = self._gap(*allowed)
        if not gap.off:
            return None, gap
        text = f"differs by up to {gap.off_largest:.3g}"
        if math.isfinite(gap.off_relative):
            text += f" (relative {gap.off_relative:.2g})"
        text += f" in {gap.off} of {gap.count} values" if gap.count else ""
        difference = Difference(
            output=self.label, largest=gap.off_largest, relative=gap.off_relative, explanation=text
        )
        return difference, gap

    def same_in_another_order(self, numerics: Numerics) -> bool:
        """Whether both hold the same values, wherever each stands."""
        if any(self.one.get(fact) != self.other.get(fact) for fact in ("dtype", "shape")):
            return False
        one, other = self._all()
        if one is None or other is None or one.size != other.size:
            return False
        if self.one.get("dtype") == "string":
            return sorted(one.tolist()) == sorted(other.tolist())
        relative, absolute = numerics.tolerance(str(self.one.get("dtype"))) or (0, 0)
        return not gap_between(np.sort(one), np.sort(other), relative, absolute).off

    def _all(self) -> tuple[Array | None, Array | None]:
        """All values of both, `None` where they were not kept."""
        if self.arrays:
            return self.arrays
        text = self.one.get("dtype") == "string"
        kept = [
            np.array(
                [v if text else _number(v) for v in _kept(one)], dtype=object if text else None
            )
            for one in (self.one, self.other)
        ]
        one, other = (values if self._whole(values.size) else None for values in kept)
        return one, other

    def _gap(self, relative: float, absolute: float) -> Gap:
        if self.arrays:
            return gap_between(*self.arrays, relative, absolute)
        a, b = (np.array([_number(v) for v in _kept(one)]) for one in (self.one, self.other))
        size = min(a.size, b.size)
        gap = gap_between(a[:size], b[:size], relative, absolute)
        if "statistics" not in self.one:
            return gap
        # A sample: how many values are off nobody knows.
        pairs = list(self._statistics())
        summary = np.array(pairs, dtype="float64").reshape(-1, 2)
        gap |= gap_between(summary[:, 0], summary[:, 1], relative, absolute)
        if _finite(self.one) != _finite(self.other):
            gap |= Gap(largest=math.inf, off=1, off_largest=math.inf, off_relative=math.inf)
        return Gap(**{**gap.__dict__, "count": 0})

    def _statistics(self) -> Iterator[tuple[float, float]]:
        theirs, ours = (tensor.get("statistics") or {} for tensor in (self.one, self.other))
        for name in theirs:
            if name != "finite" and None not in (theirs[name], ours.get(name)):
                yield _number(theirs[name]), _number(ours[name])

    def _whole(self, size: int) -> bool:
        return size == math.prod(self.one.get("shape", ()))

    def _exactly(self) -> Difference | None:
        """Texts, truth values and whole numbers, whose digests are not the same."""
        a, b = (np.array(_kept(one), dtype=object) for one in (self.one, self.other))
        size = min(a.size, b.size)
        a, b = self.arrays or (a[:size], b[:size])
        off = np.flatnonzero(a != b)
        if not off.size and self.one.get("dtype") != "string" and self._whole(size):
            return None
        if not off.size:
            text = f"differs after the first {size} values"
            return Difference(output=self.label, largest=None, explanation=text)
        first = [
            one.item() if isinstance(one, np.generic) else one for one in (a[off[0]], b[off[0]])
        ]
        text = f"has {first[1]!r} instead of {first[0]!r}"
        text += f", the first of {off.size} values that differ" if off.size > 1 else ""
        if self.one.get("dtype") == "string":
            return Difference(output=self.label, largest=None, explanation=text)
        largest = gap_between(a[off], b[off], 0, 0).largest
        return Difference(output=self.label, largest=largest, explanation=text)


def _kept(tensor: Tensor) -> Sequence[Any]:
    return tensor.get("values") or tensor.get("sample") or ()


def _finite(tensor: Tensor) -> Any:
    return (tensor.get("statistics") or {}).get("finite")


def _number(value: Any) -> float | int:
    if isinstance(value, int):
        return value
    return _SPELLED.get(value, math.nan) if isinstance(value, str) else float(value)

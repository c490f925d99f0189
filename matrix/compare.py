"""Do two cells compute the same? Their outputs, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matrix.arrays import Array
from matrix.gaps import Gap, gap_between
from matrix.numerics import Numerics

_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Call = Mapping[str, Any]
Tensor = Mapping[str, Any]


def _nothing(_key: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Side:
    """The calls of one check; `read` gives an array it stored, under the key in its record."""

    calls: Sequence[Call]
    read: Callable[[str], Array | None] = _nothing


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where outputs disagree: the largest absolute and relative difference, where there is one."""

    output: str
    largest: float | None
    explanation: str
    relative: float | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a comparison found: the worst disagreement, and how far apart all the rest is."""

    worst: Difference | None
    largest: float = 0.0
    relative: float = 0.0


def comparable(reference: Sequence[Call], calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """The calls that both cells made with the same inputs, and whose outputs can be matched.

    A call that answers otherwise the second time (random ops, counters) can be compared with none.
    """
    theirs = {call.get("signature"): call for call in reference if _is_steady(call)}
    pairs = [
        (theirs[call["signature"]], call)
        for call in calls
        if _is_steady(call) and call.get("signature") in theirs
    ]
    return [pair for pair in pairs if _same_inputs(*pair) and _matched(*pair) is not None]


def compare(reference: Side, ours: Side, numerics: Numerics | None = None) -> Compared | None:
    """How far two cells are apart; `None` where nothing they did can be compared."""
    pairs = comparable(reference.calls, ours.calls)
    if not pairs:
        return None
    found, gap = [], Gap()
    for theirs, mine in pairs:
        if len(theirs["outputs"]) != len(mine["outputs"]):
            text = f"has {len(mine['outputs'])} outputs instead of {len(theirs['outputs'])}"
            name = str(mine.get("signature"))
            found.append(Difference(output=name, largest=None, explanation=text))
            continue
        for one, other in _matched(theirs, mine) or ():
            label = f"{mine.get('signature')}: {one.get('name')}"
            pair = _Pair(one=one, other=other, arrays=_stored(one, other, reference, ours))
            difference, apart = pair.compared(label, numerics or Numerics())
            found += [difference] if difference else []
            gap |= apart
    return Compared(
        worst=max(found, key=_badness, default=None), largest=gap.largest, relative=gap.relative
    )


def _badness(one: Difference) -> float:
    return math.inf if one.largest is None else one.largest


def _is_steady(call: Call) -> bool:
    return "outputs" in call and call.get("repeatable") is not False


def _same_inputs(reference: Call, call: Call) -> bool:
    """By name; where Keras names them anew, by their order."""
    sides = [
        [(one.get("name"), one.get("digest")) for one in c["inputs"]] for c in (reference, call)
    ]
    theirs, ours = sides
    if {name for name, _ in theirs} == {name for name, _ in ours}:
        return sorted(theirs, key=str) == sorted(ours, key=str)
    return [digest for _, digest in theirs] == [digest for _, digest in ours]


def _matched(reference: Call, call: Call) -> list[tuple[Tensor, Tensor]] | None:
    """The outputs in pairs, `None` where nobody can tell which is which.

    Keras names outputs otherwise from version to version. Then a single one is the same under any
    name, and several are where types and shapes agree in their order.
    """
    theirs = {one.get("name"): one for one in reference["outputs"]}
    ours = {one.get("name"): one for one in call["outputs"]}
    if len(theirs) != len(ours):
        return []
    if theirs.keys() == ours.keys():
        return [(theirs[name], ours[name]) for name in theirs]
    pairs = list(zip(theirs.values(), ours.values(), strict=True))
    alike = all(
        one.get(fact) == other.get(fact) for one, other in pairs for fact in ("dtype", "shape")
    )
    return pairs if alike or len(pairs) == 1 else None


def _stored(one: Tensor, other: Tensor, reference: Side, ours: Side) -> tuple[Array, Array] | None:
    """Both tensors whole, where both were stored."""
    if not (one.get("stored") and other.get("stored")) or one.get("digest") == other.get("digest"):
        return None
    a, b = reference.read(str(one["stored"])), ours.read(str(other["stored"]))
    return None if a is None or b is None or a.size != b.size else (a, b)


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """One output in two cells; `arrays` has it whole where it is too large for its record."""

    one: Tensor
    other: Tensor
    arrays: tuple[Array, Array] | None = None

    def compared(self, label: str, numerics: Numerics) -> tuple[Difference | None, Gap]:
        for fact in ("dtype", "shape"):
            if self.one.get(fact) != self.other.get(fact):
                text = f"has {fact} {self.other.get(fact)} instead of {self.one.get(fact)}"
                return Difference(output=label, largest=None, explanation=text), Gap()
        if self.one.get("digest") == self.other.get("digest"):
            return None, Gap()
        allowed = numerics.tolerance(str(self.one.get("dtype")))
        if allowed is None:
            return self._exactly(label), Gap()
        gap = self._gap(*allowed)
        if not gap.off:
            return None, gap
        text = f"is off by up to {gap.off_largest:.3g}"
        if math.isfinite(gap.off_relative):
            text += f" (relative {gap.off_relative:.2g})"
        text += f" in {gap.off} of {gap.count} values" if gap.count else ""
        difference = Difference(
            output=label, largest=gap.off_largest, relative=gap.off_relative, explanation=text
        )
        return difference, gap

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

    def _exactly(self, label: str) -> Difference | None:
        """Texts, truth values and whole numbers, whose digests are not the same."""
        a, b = (np.array(_kept(one), dtype=object) for one in (self.one, self.other))
        size = min(a.size, b.size)
        a, b = self.arrays or (a[:size], b[:size])
        off = np.flatnonzero(a != b)
        if not off.size and self.one.get("dtype") != "string" and self._whole(size):
            return None
        if not off.size:
            text = f"differs behind the first {size} values"
            return Difference(output=label, largest=None, explanation=text)
        first = [
            one.item() if isinstance(one, np.generic) else one for one in (a[off[0]], b[off[0]])
        ]
        text = f"has {first[1]!r} instead of {first[0]!r}"
        text += f", the first of {off.size} values that differ" if off.size > 1 else ""
        if self.one.get("dtype") == "string":
            return Difference(output=label, largest=None, explanation=text)
        largest = gap_between(a[off], b[off], 0, 0).largest
        return Difference(output=label, largest=largest, explanation=text)


def _kept(tensor: Tensor) -> Sequence[Any]:
    return tensor.get("values") or tensor.get("sample") or ()


def _finite(tensor: Tensor) -> Any:
    return (tensor.get("statistics") or {}).get("finite")


def _number(value: Any) -> float | int:
    if isinstance(value, int):
        return value
    return _SPELLED.get(value, math.nan) if isinstance(value, str) else float(value)

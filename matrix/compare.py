"""Do two cells compute the same? Their outputs, element by element."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# (relative, absolute) by dtype; anything else must be equal. Kernels change between releases, and
# reductions in another order move float32 results of deep models by some 1e-4.
TOLERANCES: Mapping[str, tuple[float, float]] = {
    "float64": (1e-6, 1e-8),
    "complex128": (1e-6, 1e-8),
    "float32": (1e-3, 1e-5),
    "complex64": (1e-3, 1e-5),
    "float16": (2e-2, 1e-3),
    "bfloat16": (5e-2, 1e-2),
}
_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Call = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where outputs disagree: `largest` is the largest absolute difference, where there is one."""

    output: str
    largest: float | None
    explanation: str


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
    return [pair for pair in pairs if _digests(pair[0]) == _digests(pair[1]) and _match(*pair)]


def difference(reference: Sequence[Call], calls: Sequence[Call]) -> Difference | None:
    """The worst disagreement between two cells, `None` where they agree."""
    found = [
        one for theirs, ours in comparable(reference, calls) for one in _differences(theirs, ours)
    ]
    return max(
        found, key=lambda one: math.inf if one.largest is None else one.largest, default=None
    )


def _is_steady(call: Call) -> bool:
    return "outputs" in call and call.get("repeatable") is not False


def _digests(call: Call) -> list[tuple[Any, Any]]:
    return sorted((one.get("name"), one.get("digest")) for one in call.get("inputs", ()))


def _match(reference: Call, call: Call) -> bool:
    """Keras names outputs otherwise from version to version: then only a single one can be told."""
    theirs = {one.get("name") for one in reference["outputs"]}
    ours = {one.get("name") for one in call["outputs"]}
    return theirs == ours or len(theirs) != len(ours) or len(theirs) == 1


def _differences(reference: Call, call: Call) -> Iterator[Difference]:
    theirs = {one.get("name"): one for one in reference["outputs"]}
    ours = {one.get("name"): one for one in call["outputs"]}
    if len(theirs) != len(ours):
        text = f"has {len(ours)} outputs instead of {len(theirs)}"
        yield Difference(output=str(call.get("signature")), largest=None, explanation=text)
        return
    pairs = [(theirs[name], ours[name]) for name in theirs if name in ours]
    for one, other in pairs or [(*theirs.values(), *ours.values())]:
        label = f"{call.get('signature')}: {one.get('name')}"
        if found := _compared(label, one, other):
            yield found


def _compared(label: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Difference | None:
    for fact in ("dtype", "shape"):
        if one.get(fact) != other.get(fact):
            text = f"has {fact} {other.get(fact)} instead of {one.get(fact)}"
            return Difference(output=label, largest=None, explanation=text)
    if one.get("digest") == other.get("digest"):
        return None
    tolerance = TOLERANCES.get(str(one.get("dtype")))
    if tolerance is None:
        return _compared_exactly(label, one, other)
    worst = 0.0
    for a, b in _pairs(one, other):
        if not _close(a, b, *tolerance):
            gap = abs(a - b)
            worst = math.inf if math.isnan(gap) else max(worst, gap)
    if _finite(one) != _finite(other):
        worst = math.inf
    if not worst:
        return None
    return Difference(output=label, largest=worst, explanation=f"is off by up to {worst:.3g}")


def _compared_exactly(
    label: str, one: Mapping[str, Any], other: Mapping[str, Any]
) -> Difference | None:
    """Texts, truth values and whole numbers, whose digests are not the same."""
    pairs = list(zip(_kept(one), _kept(other), strict=False))
    for a, b in pairs:
        if a != b:
            gap = None if isinstance(a, str) else float(abs(a - b))
            text = f"has {b!r} instead of {a!r}"
            return Difference(output=label, largest=gap, explanation=text)
    text = f"differs behind the first {len(pairs)} values"
    return Difference(output=label, largest=None, explanation=text)


def _pairs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Values, or the sample and the statistics of what is too large to be kept whole."""
    yield from zip(map(_number, _kept(one)), map(_number, _kept(other)), strict=False)
    theirs, ours = (tensor.get("statistics") or {} for tensor in (one, other))
    for name in theirs:
        if name != "finite" and None not in (theirs[name], ours.get(name)):
            yield _number(theirs[name]), _number(ours[name])


def _kept(tensor: Mapping[str, Any]) -> Sequence[Any]:
    return tensor.get("values") or tensor.get("sample") or ()


def _finite(tensor: Mapping[str, Any]) -> Any:
    return (tensor.get("statistics") or {}).get("finite")


def _number(value: Any) -> float:
    return _SPELLED.get(value, math.nan) if isinstance(value, str) else float(value)


def _close(a: float, b: float, relative: float, absolute: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
